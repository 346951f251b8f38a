"""Ask another unit for its part of a request (*xin ý kiến phối hợp*), by a date of its own; the lead stays the lead."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.models import AskedPart, Attachment, Message, Ticket
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.services import assignment, attachments, ledger, locking, notices, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import NoticeKind, PartState, State

log = logging.getLogger(__name__)
# The unit is reminded so long before its date, or half-way where it has less time than twice that.
REMINDED_BEFORE = timedelta(hours=8)


class Refused(refusing.Refused):
    """A unit cannot be asked so. `fields` says what to change; nothing was saved."""


def ask(
    ticket: Ticket,
    *,
    unit: Unit,
    question: str,
    due_at: datetime,
    by: User,
    at: datetime,
    seen_seq: int | None = None,
) -> AskedPart:
    """Ask a unit for its part by `due_at`, before the request itself is due; its people may read it from now on.

    Raises Refused, ChangedMeanwhile, and refusing.NotNow for what is answered or closed, or sealed (P13).
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        _require(ticket, unit, question, due_at, at=at)
        part = AskedPart.objects.create(
            ticket=ticket,
            unit=unit,
            question=identifiers.clean_text(question),
            due_at=due_at,
            asked_by=by,
            asked_at=at,
            look_at=max(due_at - REMINDED_BEFORE, at + (due_at - at) / 2),
        )
        digest = identifiers.text_digest(part.question)
        _tell(part, "part_asked", NoticeKind.PART_ASKED, by=by, at=at, question_digest=digest)
    return part


def deliver(
    part: AskedPart,
    text: str,
    *,
    by: User,
    at: datetime,
    files: Sequence[Attachment] = (),
    seen_seq: int | None = None,
) -> AskedPart:
    """Give the lead unit what it asked for, as a note among colleagues with its staged `files`.

    Raises Refused, access.Denied to other units, refusing.NotNow when it waits no more, ChangedMeanwhile.
    """
    text = _given(text, "text", _("Please write down what your unit has to say."))
    with transaction.atomic():
        part = _locked(part, by=by, seen_seq=seen_seq)
        ticket = part.ticket
        part.message = Message.objects.create(
            ticket=ticket, direction=Message.Direction.NOTE, text=text, author=by, at=at
        )
        _settle(part, PartState.DELIVERED, by=by, at=at)
        ledger.append(attachments.attach(files, ticket, message=part.message), actor=by, at=at)
        digest = identifiers.text_digest(text)
        _tell(
            part, "part_delivered", NoticeKind.PART_SETTLED, by=by, at=at, message=part.message.pk, text_digest=digest
        )
    return part


def give_back(part: AskedPart, *, reason: str, by: User, at: datetime, seen_seq: int | None = None) -> AskedPart:
    """Return what one's unit was asked for, with a reason. Raises as `deliver`."""
    reason = _given(reason, "reason", _("Please say why."))
    with transaction.atomic():
        part = _locked(part, by=by, seen_seq=seen_seq)
        part.return_reason = reason
        _settle(part, PartState.RETURNED, by=by, at=at)
        digest = identifiers.text_digest(reason)
        _tell(part, "part_returned", NoticeKind.PART_SETTLED, by=by, at=at, reason_digest=digest)
    return part


def withdraw(part: AskedPart, *, by: User, at: datetime) -> AskedPart:
    """Say that a part is needed no more; its unit no longer sees the request. Raises refusing.NotNow."""
    with transaction.atomic():
        ticket = locking.lock(part.ticket, seen_seq=None, by=by)
        part = AskedPart.objects.select_related("unit").get(pk=part.pk)
        part.ticket = ticket
        _require_waiting(part)
        _settle(part, PartState.WITHDRAWN, by=by, at=at)
        _write(part, "part_withdrawn", by=by, at=at)
    return part


def may_settle(by: User, part: AskedPart) -> bool:
    """Tell whether a person delivers or returns for the unit: its own people, and who stands in for them."""
    return part.unit_id in {m.unit_id for m in access.reaching(by)}


def carry_over(survivor: Ticket, absorbed: Ticket) -> list[int]:
    """Let what waits on a merged request wait on the one it lives on in (P8); what that asks already stays behind.

    Return the parts that went over.
    """
    waiting = AskedPart.objects.filter(state=PartState.ASKED)
    asked = waiting.filter(ticket=survivor).values_list("unit", flat=True)
    going = waiting.filter(ticket=absorbed).exclude(unit__in=list(asked))
    moved = list(going.order_by("pk").values_list("pk", flat=True))
    AskedPart.objects.filter(pk__in=moved).update(ticket=survivor)
    return moved


def carry_back(absorbed: Ticket, moved: Collection[int]) -> None:
    """Give a request whose merge was taken back its parts again, with what was delivered of them meanwhile."""
    parts = AskedPart.objects.filter(pk__in=moved)
    delivered = list(parts.filter(message__isnull=False).values_list("message", flat=True))
    Message.objects.filter(pk__in=delivered).update(ticket=absorbed)
    Attachment.objects.filter(message__in=delivered).update(ticket=absorbed)
    parts.update(ticket=absorbed)


def to_look_at(*, at: datetime) -> QuerySet[AskedPart]:
    """Return the parts of whose date it is time to speak."""
    return AskedPart.objects.filter(look_at__lte=at)


def remind_due(*, at: datetime) -> None:
    """Remind each unit before its date and, once that has passed, tell the lead; each once."""
    for pk in list(to_look_at(at=at).order_by("look_at").values_list("pk", flat=True)):
        try:
            _remind(pk, at=at)
        except Exception:
            log.exception("cannot remind of part %s", pk)


@transaction.atomic
def _remind(pk: int, *, at: datetime) -> None:
    ticket = Ticket.objects.select_for_update(skip_locked=True).filter(parts=pk).first()
    part = to_look_at(at=at).select_related("unit").filter(pk=pk).first()
    if ticket is None or part is None:  # somebody writes to it: the next sweep looks again
        return
    # After an outage over its date only the delay is told: a reminder would come too late (N6).
    part.ticket, is_late = ticket, part.due_at <= at
    part.look_at = None if is_late or ticket.closed_at else part.due_at
    part.save(update_fields=["look_at"])
    if ticket.closed_at is None:
        kind = NoticeKind.PART_LATE if is_late else NoticeKind.PART_DUE
        _tell(part, "part_reminded", kind, by=None, at=at, due_at=part.due_at.isoformat())


def _require(ticket: Ticket, unit: Unit, question: str, due_at: datetime, *, at: datetime) -> None:
    if ticket.state in (State.REPLIED, State.CLOSED):
        raise refusing.NotNow("nothing_to_ask", _("It is answered or closed: no other unit is asked any more."))
    if ticket.sealed:
        raise refusing.NotNow("sealed", _("It is sealed: no other unit may read it."))
    if unit.pk == ticket.unit_id:
        raise Refused({"unit": [_("It lies with this unit already.")]})
    assignment.require(ticket, unit, None)
    _given(question, "question", _("Please write down what the unit is asked."))
    if AskedPart.objects.filter(ticket=ticket, unit=unit, state=PartState.ASKED).exists():
        raise Refused({"unit": [_("This unit is asked already.")]})
    if due_at <= at:
        raise Refused({"due_at": [_("This date has passed.")]})
    # A request late already may ask for its part all the same: better late than never.
    if ticket.next_due_at and at < ticket.next_due_at <= due_at:
        first = _("The request itself is due at %(due_at)s: the part must come before that.")
        raise Refused({"due_at": [first % {"due_at": office_time(ticket.next_due_at)}]})


def _given(typed: str, field: str, missing: str) -> str:
    try:
        text = identifiers.clean_text(typed)
    except identifiers.BadText as error:
        raise Refused({field: [str(error)]}) from error
    if not text:
        raise Refused({field: [missing]})
    return text


def _locked(part: AskedPart, *, by: User, seen_seq: int | None) -> AskedPart:
    ticket = locking.lock(part.ticket, seen_seq=seen_seq, by=by)
    part = AskedPart.objects.select_related("unit").get(pk=part.pk)
    part.ticket = ticket
    _require_waiting(part)
    if not may_settle(by, part):
        raise access.Denied(_("Another unit is asked for this part."))
    return part


def _require_waiting(part: AskedPart) -> None:
    if part.state != PartState.ASKED or part.ticket.state == State.CLOSED:
        raise refusing.NotNow("nothing_waits", _("This part does not wait any more."))


def _settle(part: AskedPart, state: PartState, *, by: User, at: datetime) -> None:
    part.state, part.settled_by, part.settled_at, part.look_at = state, by, at, None
    part.save(update_fields=["state", "settled_by", "settled_at", "look_at", "message", "return_reason"])


def _tell(part: AskedPart, event: str, notice: NoticeKind, *, by: User | None, at: datetime, **facts: object) -> None:
    _write(part, event, by=by, at=at, **facts)
    notices.tell(notice, part.ticket, unit=part.unit, by=by, at=at)


def _write(part: AskedPart, event: str, *, by: User | None, at: datetime, **facts: object) -> None:
    told = {"part": part.pk, "unit": part.unit_id, "due_at": part.due_at.isoformat()} | facts
    ledger.append([Line(part.ticket, event, told)], actor=by, at=at)
