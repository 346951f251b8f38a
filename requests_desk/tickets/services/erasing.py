"""Forget the words of a request and who asked; its figures, its clocks and its history stay and stay provable (P14).

Whole: every word of it goes. Not whole: what tells who asked goes, and the record is kept for its term.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When

from notifications import upkeep
from requests_desk.people.models import Agency, User
from requests_desk.tickets.mail_lists import MailState
from requests_desk.tickets.models import (
    Apology,
    AskedPart,
    Attachment,
    ContactChange,
    Delivery,
    Draft,
    Erasure,
    Handover,
    Held,
    Item,
    Mail,
    MailContent,
    Message,
    OneTimeCode,
    RegisterRow,
    Reply,
    Requester,
    RequesterMerge,
    RequesterPhone,
    Survey,
    Ticket,
)
from requests_desk.tickets.services import ledger, links, requesters, searched
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import ApologyState, ErasedWhy, HandoverState, PartState, ReplyKind, ReplyState, State

# What stands where a rule of the database wants words that are gone.
NOTHING = "—"
Counts = dict[str, int]


class StillInUse(Exception):
    """It is open, or a message of it is on its way: nothing was forgotten."""


def erase(
    ticket: Ticket, *, why: ErasedWhy, is_whole: bool, asked_in: Ticket | None = None, by: User | None, at: datetime
) -> Erasure:
    """Forget a closed request, and with it those that were merged into it. Raises StillInUse.

    Files are deleted after the commit; what a crash leaves of them `attachments.forget_strays` finds.
    """
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
        merged = list(Ticket.objects.filter(pk__in=links.absorbed_by(ticket)).order_by("pk"))
        if ticket.state != State.CLOSED or any(upkeep.is_waiting(one.key) for one in (ticket, *merged)):
            raise StillInUse
        for absorbed in merged:
            _erase(absorbed, why=why, is_whole=is_whole, asked_in=asked_in, by=by, at=at)
        return _erase(ticket, why=why, is_whole=is_whole, asked_in=asked_in, by=by, at=at)


def _erase(
    ticket: Ticket, *, why: ErasedWhy, is_whole: bool, asked_in: Ticket | None, by: User | None, at: datetime
) -> Erasure:
    ticket = Ticket.objects.select_for_update().select_related("requester").get(pk=ticket.pk)
    counts = _who(ticket, at=at) | (_words(ticket, why, at=at) if is_whole else {})
    ticket.refresh_from_db()
    searched.again(ticket)
    facts = {"why": str(why), "whole": is_whole, "counts": counts}
    ledger.append([Line(ticket, "erased", facts)], actor=by, at=at)
    return Erasure.objects.create(
        agency_id=ticket.agency_id,
        ticket=ticket,
        why=why,
        is_whole=is_whole,
        asked_in=asked_in,
        counts=counts,
        by=by,
        at=at,
    )


# --- who asked --------------------------------------------------------------------------------------------------------


def _who(ticket: Ticket, *, at: datetime) -> Counts:
    """Forget what tells who asked, in every copy of it."""
    mails = _mails(ticket)
    own = {"ticket": ticket}
    Reply.objects.filter(**own).update(spoke_to="")
    ContactChange.objects.filter(**own).delete()
    OneTimeCode.objects.filter(**own).delete()
    return {
        "messages_sent": upkeep.forget(ticket.key),
        "deliveries": Delivery.objects.filter(reply__ticket=ticket).exclude(destination="").update(destination=""),
        "raw_mails": MailContent.objects.filter(mail__in=mails.values("pk")).delete()[0],
        "mails": mails.update(sender="", sender_name="", message_id="", html="", dated=""),
        "held": Held.objects.filter(**own).update(data=_EMPTY_FORM, reason=""),
        "register_rows": RegisterRow.objects.filter(**own).update(cells=[], errors={}),
        "drafts": Draft.objects.filter(place__in=[f"{form}:{ticket.code}" for form in ("reply", "note")]).delete()[0],
        "requesters": _forget_requester(ticket, at=at),
    }


_EMPTY_FORM: dict[str, Any] = {
    "text": "",
    "asked": {"name": "", "organisation": "", "tax_code": "", "phones": [], "email": "", "address": ""},
}


def _mails(ticket: Ticket) -> QuerySet[Mail]:
    return Mail.objects.filter(Q(ticket=ticket) | Q(duplicate_of__ticket=ticket))


def _forget_requester(ticket: Ticket, *, at: datetime) -> int:
    """Empty the records this request alone still needs; one that others need is left to them."""
    family = family_of(requesters.survivor_of(ticket.requester))
    # Others of theirs may still be open: emptied under them, nobody could be answered.
    if Ticket.objects.filter(requester__in=family).exclude(pk=ticket.pk).exists():
        nobody = Requester.objects.create(agency_id=ticket.agency_id, created_at=at, erased_at=at)
        return Ticket.objects.filter(pk=ticket.pk).update(requester=nobody)
    pks = [one.pk for one in family]
    blank = dict.fromkeys(("name", "organisation", "tax_code", "tax_number", "email", "address"), "")
    RequesterPhone.objects.filter(requester__in=pks).delete()
    RequesterMerge.objects.filter(Q(survivor__in=pks) | Q(absorbed__in=pks)).update(reason=NOTHING, filled={})
    return Requester.objects.filter(pk__in=pks).update(**blank, erased_at=at)


def family_of(survivor: Requester) -> list[Requester]:
    """Return a record with those that were merged into it."""
    return [survivor, *_took_in([survivor])]


def _took_in(some: Iterable[Requester]) -> list[Requester]:
    found = list(Requester.objects.filter(merged_into__in=some))
    return [*found, *_took_in(found)] if found else []


# --- what became no request -------------------------------------------------------------------------------------------


def erase_strays(agency: Agency, *, before: datetime, at: datetime) -> Erasure | None:
    """Forget what came in before then and became no request: held forms, mails, rows of old registers.

    What still waits for a person stays. Return the line of the log, None where there was nothing.
    """
    with transaction.atomic():
        own = {"agency": agency, "ticket": None}
        held = Held.objects.filter(**own, settled_at__isnull=False, received_at__lt=before)
        # What is parked waits for a person and may yet become a request, with a clock from the day it came (P1).
        settled = Mail.objects.filter(**own, state__in=(MailState.DONE, MailState.DISMISSED), received_at__lt=before)
        mails = settled.filter(duplicate_of__ticket=None)
        rows = RegisterRow.objects.filter(**own, register__at__lt=before).exclude(cells=[])
        counts = {
            "held": held.exclude(data=_EMPTY_FORM).update(data=_EMPTY_FORM, reason=NOTHING),
            "raw_mails": MailContent.objects.filter(mail__in=mails.values("pk")).delete()[0],
            "mails": mails.exclude(sender="").update(**_NO_MAIL, dismiss_reason=_kept_if(state=MailState.DISMISSED)),
            "register_rows": rows.update(cells=[], errors={}),
        }
        if not any(counts.values()):
            return None
        log = {"why": ErasedWhy.RETENTION, "is_whole": True, "counts": counts}
        return Erasure.objects.create(agency=agency, at=at, **log)


_NO_MAIL = dict.fromkeys(("sender", "sender_name", "message_id", "html", "dated", "subject", "text"), "")


# --- its words --------------------------------------------------------------------------------------------------------


def _words(ticket: Ticket, why: ErasedWhy, *, at: datetime) -> Counts:
    Ticket.objects.filter(pk=ticket.pk).update(text="", gist="", received_reason="", erased_at=at, erased_why=why)
    own = {"ticket": ticket}
    _mails(ticket).update(subject="", text="")
    return {
        "questions": Item.objects.filter(**own).update(text="", erased_at=at),
        "messages": Message.objects.filter(**own).update(text=""),
        "replies": _forget_replies(Reply.objects.filter(**own)),
        "apologies": Apology.objects.filter(**own).update(text="", return_reason=_kept_if(state=ApologyState.RETURNED)),
        "handovers": Handover.objects.filter(**own).update(
            reason=NOTHING, return_reason=_kept_if(state=HandoverState.RETURNED)
        ),
        "parts": AskedPart.objects.filter(**own).update(
            question=NOTHING, return_reason=_kept_if(state=PartState.RETURNED)
        ),
        "surveys": Survey.objects.filter(**own).exclude(comment="").update(comment=""),
        "files": _forget_files(Attachment.objects.filter(**own)),
    }


def _forget_replies(rows: QuerySet[Reply]) -> int:
    """Grounds, bodies and numbers of letters are the office's record, not the requester's words."""
    promise = _kept_if(kind=ReplyKind.INTERIM)
    return rows.update(
        text="", said="", done=promise, contact=promise, return_reason=_kept_if(state=ReplyState.RETURNED)
    )


def _kept_if(**what: Any) -> Case:
    return Case(When(then=Value(NOTHING), **what), default=Value(""))


def _forget_files(rows: QuerySet[Attachment]) -> int:
    places = [place for place in rows.values_list("place", flat=True) if place]
    count = rows.update(name=NOTHING, sha256="", place="", state=Attachment.State.REFUSED, reason="erased")
    transaction.on_commit(lambda: _delete(places))
    return count


def _delete(places: Iterable[str]) -> None:
    for place in places:
        default_storage.delete(place)
