"""When a reply by mail leaves: at once, after some seconds in which it may be taken back, or as the office opens.

It waits as a row of ours and not yet in the outbox, and never past what is due: only its arrival meets that (P3).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from requests_desk.people.models import User
from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.services import due as dues
from requests_desk.tickets.services import ledger, outbox, reply_checks
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import ReplyChannel, ReplyState, SendAt
from sla import worktime
from sla.errors import NeverOpen, TooFar

if TYPE_CHECKING:
    from requests_desk.tickets.services.replies import Draft

# A sweep every fifteen seconds, and the mail's own way: whoever waits longer may come too late.
ROOM = timedelta(minutes=1)


def opening(ticket: Ticket, *, at: datetime) -> datetime | None:
    """Return when the office opens next, None while it is open or where its calendar never opens."""
    calendar = worktime.Calendar.from_json(dues.reply_clock(ticket).calendar_version.document)
    return opening_of(calendar, at=at)


def opening_of(calendar: worktime.Calendar, *, at: datetime) -> datetime | None:
    """Return when an office of this calendar opens next, None while it is open or where that is never."""
    try:
        opens_at = worktime.next_open(calendar, at)
    except (NeverOpen, TooFar):
        return None
    return opens_at if opens_at > at else None


def moment(ticket: Ticket, draft: Draft, send_at: str, *, at: datetime, may_undo: bool) -> datetime | None:
    """Return until when a checked reply waits, None where it goes at once: what is no mail has gone already.

    Raises reply_checks.Refused where the office opens too late for what is due, or after what the reply promises.
    """
    if draft.channel != ReplyChannel.EMAIL:
        return None
    opens_at = opening(ticket, at=at) if send_at == SendAt.OPENING else None
    if opens_at is None:
        until = at + timedelta(seconds=settings.UNDO_SECONDS)
        return until if may_undo and may_wait(ticket, until, at=at) else None
    told = {"opens": _told(ticket, opens_at), "due": _told(ticket, ticket.next_due_at)}
    if not may_wait(ticket, opens_at, at=at):
        said = _("The office opens at %(opens)s, and the reply is due at %(due)s: send it now.")
        raise reply_checks.Refused({"send_at": [said % told]})
    if draft.promised_at and draft.promised_at <= opens_at:
        said = _("The promised time lies before the reply goes, at %(opens)s.")
        raise reply_checks.Refused({"promised_at": [said % told]})
    return opens_at


def may_wait(ticket: Ticket, until: datetime | None, *, at: datetime) -> bool:
    """Tell whether a reply may wait until then and still arrive before what is due; nothing due holds it up never."""
    if until is None or until <= at:
        return False
    return ticket.next_due_at is None or until + ROOM <= ticket.next_due_at


def is_moment(until: datetime, *, since: datetime) -> bool:
    """Tell whether a reply waits a matter of seconds alone, to be taken back."""
    return until - since <= ROOM


def hold(ticket: Ticket, reply: Reply, *, until: datetime | None, by: User, at: datetime) -> None:
    """Let a reply wait: nothing of it is in the outbox, and nothing is met by it."""
    assert until is not None  # noqa: S101  `may_wait` has said so
    reply.state, reply.goes_at = ReplyState.WAITING, until
    reply.save(update_fields=["state", "goes_at"])
    facts = {"reply": reply.pk, "kind": reply.kind, "channel": reply.channel, "goes_at": until.isoformat()}
    ledger.append([Line(ticket, "reply_held", facts)], actor=by, at=at)
    if is_moment(until, since=at):  # what waits longer the sweep lets go: nothing far off reaches the broker
        seconds = (until - at).total_seconds()
        transaction.on_commit(lambda: outbox.wake_later("tickets.let_go", seconds=seconds))


def due(*, at: datetime) -> QuerySet[Reply]:
    """Return the replies whose moment has come, or whose ticket's promise came nearer than they thought."""
    return Reply.objects.filter(
        Q(goes_at__lte=at) | Q(ticket__next_due_at__lte=at + ROOM), state=ReplyState.WAITING
    ).order_by("goes_at", "pk")


def _told(ticket: Ticket, moment: datetime | None) -> str:
    """Return a moment as a message says it, on the office's clock."""
    return f"{moment.astimezone(ZoneInfo(ticket.agency.timezone)):%H:%M %d/%m/%Y}" if moment else ""
