"""Hand a request over to another unit, which accepts it or returns it with a reason; the clock runs on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Handover, Ticket
from requests_desk.tickets.services import assignment, ledger, locking, notices, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import HandoverState, NoticeKind, State


class Refused(refusing.Refused):
    """It cannot be handed over or returned so. `fields` says what to change; nothing was moved."""


def pending(ticket: Ticket) -> Handover | None:
    """Return the hand-over that waits to be accepted."""
    return Handover.objects.filter(ticket=ticket, state=HandoverState.PENDING).select_related("to_unit").first()


def offer(ticket: Ticket, *, unit: Unit, reason: str, by: User, at: datetime, seen_seq: int | None = None) -> Handover:
    """Hand a ticket over to another unit: it lies there from now on, and its head is told.

    Raises Refused for its own unit, one of another agency or one that may not see it (P13), and without a reason;
    refusing.NotNow when it is closed or waits to be accepted already; ChangedMeanwhile.
    """
    reason = _reason(reason)
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        # One at a time: with two on their way nobody could say where it goes back to.
        if ticket.state == State.CLOSED or pending(ticket):
            raise refusing.NotNow("cannot_hand_over", _("It is closed, or waits to be accepted already."))
        if unit.pk == ticket.unit_id:
            raise Refused({"unit": [_("It lies with this unit already.")]})
        assignment.require(ticket, unit, None)
        made = Handover.objects.create(
            ticket=ticket,
            from_unit=ticket.unit,
            from_officer=ticket.officer,
            to_unit=unit,
            reason=reason,
            by=by,
            at=at,
        )
        _move(ticket, made, unit, None, kind="handed_over", reason=reason, by=by, at=at)
        notices.tell(NoticeKind.UNIT_ASSIGNED, ticket, by=by, at=at)
    return made


def accept(handover: Handover, *, by: User, at: datetime, seen_seq: int | None = None) -> Handover:
    """Accept a ticket for one's unit; whoever handles requests there takes it onto their own desk.

    Raises access.Denied to other units, assignment.Refused to one it was sealed from, refusing.NotNow when it does not
    wait any more.
    """
    with transaction.atomic():
        ticket, handover = _locked(handover, by=by, seen_seq=seen_seq)
        # Asked again: it may have been sealed from this unit while it waited (P13).
        assignment.require(ticket, handover.to_unit, None)
        is_handler = by.memberships.filter(agency=ticket.agency_id, unit=handover.to_unit_id, role="officer").exists()
        _settle(handover, HandoverState.ACCEPTED, by=by, at=at)
        _move(ticket, handover, handover.to_unit, by if is_handler else None, kind="handover_accepted", by=by, at=at)
    return handover


def give_back(handover: Handover, *, reason: str, by: User, at: datetime, seen_seq: int | None = None) -> Handover:
    """Return a ticket to the unit and officer it came from, with a reason. Raises as `accept`, and Refused."""
    reason = _reason(reason)
    with transaction.atomic():
        ticket, handover = _locked(handover, by=by, seen_seq=seen_seq)
        handover.return_reason = reason
        _settle(handover, HandoverState.RETURNED, by=by, at=at)
        unit, officer = handover.from_unit, _still_there(ticket, handover)
        _move(ticket, handover, unit, officer, kind="handover_returned", reason=reason, by=by, at=at)
        notices.tell(NoticeKind.ASSIGNED if officer else NoticeKind.HANDED_BACK, ticket, by=by, at=at)
    return handover


def _still_there(ticket: Ticket, handover: Handover) -> User | None:
    """Return whose desk it goes back to, None where they left meanwhile. Raises assignment.Refused for its unit (P13).

    Nothing may wait for somebody who is gone, nor come back to whom it was sealed from while it was away.
    """
    if handover.from_unit is None:
        return None
    assignment.require(ticket, handover.from_unit, None)
    try:
        assignment.require(ticket, handover.from_unit, handover.from_officer)
    except assignment.Refused:
        return None
    return handover.from_officer


def _reason(typed: str) -> str:
    reason = identifiers.clean_text(typed)
    if not reason:
        raise Refused({"reason": [_("Please say why.")]})
    return reason


def _locked(handover: Handover, *, by: User, seen_seq: int | None) -> tuple[Ticket, Handover]:
    ticket = locking.lock(handover.ticket, seen_seq=seen_seq, by=by)
    handover = Handover.objects.select_related("to_unit", "from_unit", "from_officer").get(pk=handover.pk)
    if handover.state != HandoverState.PENDING or ticket.state == State.CLOSED:
        raise refusing.NotNow("nothing_waits", _("This hand-over does not wait any more."))
    if not may_settle(by, ticket, handover):
        raise access.Denied(_("This hand-over is for another unit."))
    return ticket, handover


def may_settle(by: User, ticket: Ticket, handover: Handover) -> bool:
    """Tell whether a person accepts or returns for the unit: its own people, and whoever assigns in the agency."""
    own = {m.unit_id for m in access.memberships(by) if m.agency_id == ticket.agency_id}
    rights = access.rights_on(by, ticket)
    return Right.REPLY in rights and (handover.to_unit_id in own or Right.ASSIGN in rights)


def _settle(handover: Handover, state: HandoverState, *, by: User, at: datetime) -> None:
    handover.state, handover.settled_by, handover.settled_at = state, by, at
    handover.save(update_fields=["state", "settled_by", "settled_at", "return_reason"])


def _move(
    ticket: Ticket,
    handover: Handover,
    unit: Unit | None,
    officer: User | None,
    *,
    kind: str,
    reason: str = "",
    by: User,
    at: datetime,
) -> None:
    facts: dict[str, object] = {
        "handover": handover.pk,
        "unit": [ticket.unit_id, unit.pk if unit else None],
        "officer": [ticket.officer_id, officer.pk if officer else None],
    }
    if reason:
        facts["reason_digest"] = identifiers.text_digest(reason)
    ticket.unit, ticket.officer = unit, officer
    if ticket.state == State.RECEIVED and unit:
        ticket.state = State.ASSIGNED
    ticket.save(update_fields=["unit", "officer", "state"])
    ledger.append([Line(ticket, kind, facts)], actor=by, at=at)
