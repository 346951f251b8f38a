"""Everything that is held about a requester, as they may see it and take it away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

from notifications.models import Notification
from requests_desk.tickets.models import Attachment, Item, Message, Reply, Requester, StatusLink, Ticket
from requests_desk.tickets.queries.public import NotFound, Office
from requests_desk.tickets.services import erasing, forgetting, merging, requesters

HOLDS = timedelta(minutes=30)
_SIGNER = signing.Signer(salt="requests_desk.own-data")
Row = dict[str, Any]


def give(ticket: Ticket, *, at: datetime) -> str:
    """Return the token that opens what is held about who made this request, for as long as one sitting takes."""
    record = merging.survivor_of(ticket).requester_id
    return _SIGNER.sign_object([ticket.pk, record, int((at + HOLDS).timestamp())])


def take(token: str, *, at: datetime) -> Ticket:
    """Return the request whose requester showed who they are. Raises NotFound for a wrong and an old token alike."""
    try:
        pk, record, until = _SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise NotFound from error
    rows = Ticket.objects.filter(pk=pk).select_related("agency", "requester")
    ticket = rows.first() if until >= at.timestamp() else None
    # Another record, because the contact was changed: then another proof too.
    if ticket is None or merging.survivor_of(ticket).requester_id != record:
        raise NotFound
    return ticket


def tickets_of(ticket: Ticket) -> QuerySet[Ticket]:
    """Return the requests of one requester, the newest first.

    Of the sealed only the one whose own page was opened: a firm's address has many readers (P13).
    """
    record = requesters.survivor_of(merging.survivor_of(ticket).requester)
    family = erasing.family_of(record)
    rows = Ticket.objects.filter(Q(requester__in=family, sealed=False) | Q(pk=ticket.pk))
    return rows.select_related("agency", "unit", "requester").order_by("-received_at", "-pk")


def everything(ticket: Ticket, *, at: datetime) -> Row:
    """Return what is held, in plain words and plain types: fit to be shown, and to be kept as JSON."""
    record = requesters.survivor_of(merging.survivor_of(ticket).requester)
    rows = list(tickets_of(ticket))
    rules = forgetting.rules_of(ticket.agency)
    return {
        "office": Office.of(ticket.agency).name,
        "at": at,
        "who": _who(record),
        "requests": [_request(row, rules) for row in rows],
        "messages_sent": _messages(rows),
    }


def planned(ticket: Ticket, *, at: datetime) -> list[tuple[Ticket, str]]:
    """Return the other requests of one requester with what can be forgotten of each now: `whole`, `who`, or `open`."""
    rules = forgetting.rules_of(ticket.agency)
    others = tickets_of(ticket).exclude(pk=ticket.pk).filter(erased_at=None)
    return [(row, _fate(row, rules, at=at)) for row in others]


def _fate(row: Ticket, rules: dict[str, int], *, at: datetime) -> str:
    if row.closed_at is None:
        return "open"
    kept_until = forgetting.kept_until(row, rules)
    if kept_until and kept_until <= at:
        return "whole"
    # Without a term nobody has decided that the record may go; the law on state records would have it kept.
    return "who"


def _who(record: Requester) -> Row:
    return {
        "name": record.name,
        "organisation": record.organisation,
        "tax_code": record.tax_code,
        "email": record.email,
        "address": record.address,
        "phones": list(record.phones.order_by("position").values_list("typed", flat=True)),
        "known_since": record.created_at,
    }


def _request(row: Ticket, rules: dict[str, int]) -> Row:
    kept_until = forgetting.kept_until(row, rules)
    own = Message.objects.filter(ticket=row, direction=Message.Direction.IN).order_by("at", "pk")
    replies = Reply.objects.filter(ticket=row, reached_at__isnull=False).order_by("reached_at", "pk")
    questions = Item.objects.filter(ticket=row).order_by("cycle", "number")
    files = Attachment.objects.filter(ticket=row).exclude(message__direction=Message.Direction.NOTE).order_by("pk")
    return {
        "code": row.code,
        "kind": row.kind,
        "channel": row.channel,
        "received_at": row.received_at,
        "state": row.state,
        "ending": row.ending,
        "closed_at": row.closed_at,
        "kept_until": kept_until,
        "erased": row.erased_why,
        "unit": str(row.unit or ""),
        "text": row.text,
        "questions": [{"number": one.number, "text": one.text, "result": one.result} for one in questions],
        "messages": [{"at": one.at, "channel": one.channel, "text": one.text} for one in own],
        "replies": [
            {"at": one.reached_at, "kind": one.kind, "channel": one.channel, "text": one.text or one.said}
            for one in replies
            if one.reached_at
        ],
        "files": [{"name": one.name, "size": one.size} for one in files],
        "secret_links": StatusLink.objects.filter(ticket=row, revoked_at=None).count(),
    }


def _messages(rows: Iterable[Ticket]) -> list[Row]:
    """Return what was sent to them by machine: when, how, whither; the words stand with each reply."""
    keys = [row.key for row in rows]
    sent = Notification.objects.filter(subject__in=keys, recipient__startswith="requester:").order_by("-pk")
    return [{"at": one.created_at, "channel": one.channel, "to": one.destination, "state": one.state} for one in sent]
