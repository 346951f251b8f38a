"""Give a request to a unit and an officer, and leave notes among colleagues."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Membership, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Attachment, Handover, Message, Ticket
from requests_desk.tickets.services import attachments, ledger, locking, notices, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import HandoverState, NoticeKind, State


class Refused(refusing.Refused):
    """This cannot be assigned so. `fields` says what to change."""


class NoneAssigned(Exception):
    """Some of several tickets cannot be handed over so, and none was. `refused` says why, by code."""

    def __init__(self, refused: dict[str, str]) -> None:
        super().__init__("; ".join(f"{code}: {why}" for code, why in refused.items()))
        self.refused = refused


def assign(
    ticket: Ticket,
    *,
    unit: Unit,
    officer: User | None,
    by: User,
    at: datetime,
    seen_seq: int | None = None,
    is_one_of_many: bool = False,
) -> Ticket:
    """Hand a ticket to a unit and, if named, an officer of it. The clock runs on. Raises Refused, ChangedMeanwhile."""
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        require(ticket, unit, officer)
        before = (ticket.unit_id, ticket.officer_id)
        facts = {"unit": [ticket.unit_id, unit.pk], "officer": [ticket.officer_id, officer.pk if officer else None]}
        ticket.unit, ticket.officer = unit, officer
        _overtake(ticket, by=by, at=at)
        if ticket.state == State.RECEIVED:
            ticket.state = State.ASSIGNED
        ticket.save(update_fields=["unit", "officer", "state"])
        ledger.append([Line(ticket, "assigned", facts)], actor=by, at=at)
        if news := _news(ticket, *before):
            notices.tell(news, ticket, by=by, at=at, is_one_of_many=is_one_of_many)
    return ticket


def _overtake(ticket: Ticket, *, by: User, at: datetime) -> None:
    """Settle a hand-over that waits: who assigns within its unit accepts it, who assigns elsewhere overtakes it."""
    waiting = Handover.objects.filter(ticket=ticket, state=HandoverState.PENDING)
    waiting.filter(to_unit=ticket.unit).update(state=HandoverState.ACCEPTED, settled_by=by, settled_at=at)
    waiting.update(state=HandoverState.OVERTAKEN, settled_by=by, settled_at=at)


def _news(ticket: Ticket, unit: int | None, officer: int | None) -> NoticeKind | None:
    """Return what somebody must be told after a ticket left this unit and officer."""
    if ticket.officer_id:
        return NoticeKind.ASSIGNED if ticket.officer_id != officer else None
    if officer:
        return NoticeKind.HANDED_BACK
    return NoticeKind.UNIT_ASSIGNED if ticket.unit_id != unit else None


def take_from_who_left(ticket: Ticket) -> list[Line]:
    """Take a locked ticket off the desk of an officer who may hold it no more; return the line that says so, if any.

    Who leaves hands over what is open alone: what they had closed may come back later.
    """
    if ticket.unit is None or ticket.officer is None:
        return []
    try:
        require(ticket, ticket.unit, ticket.officer)
    except Refused:
        facts = {"unit": [ticket.unit_id, ticket.unit_id], "officer": [ticket.officer_id, None]}
        ticket.officer = None
        ticket.save(update_fields=["officer"])
        return [Line(ticket, "assigned", facts)]
    return []


def assign_many(
    tickets: Collection[Ticket], *, unit: Unit, officer: User | None, reason: str, by: User, at: datetime
) -> None:
    """Hand several tickets over with one reason, which stands as a note on each. All or none. Raises NoneAssigned."""
    refused: dict[str, str] = {}
    with transaction.atomic():
        for ticket in sorted(tickets, key=lambda ticket: ticket.pk):  # one order for all: two people cannot deadlock
            try:
                assign(ticket, unit=unit, officer=officer, by=by, at=at, is_one_of_many=True)
                note(ticket, reason, by=by, at=at)
            except Refused as error:
                refused[ticket.code] = str(error)
        if refused:
            raise NoneAssigned(refused)


def note(ticket: Ticket, text: str, *, by: User, at: datetime, files: Sequence[Attachment] = ()) -> Message:
    """Leave a note that only the office reads, with its staged `files`. Raises identifiers.BadText."""
    text = identifiers.clean_text(text)
    if not text:
        raise identifiers.BadText(_("This is needed."))
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=None, by=by)
        message = Message.objects.create(ticket=ticket, direction=Message.Direction.NOTE, text=text, author=by, at=at)
        noted = Line(ticket, "noted", {"message": message.pk, "text_digest": identifiers.text_digest(text)})
        ledger.append([noted, *attachments.attach(files, ticket, message=message)], actor=by, at=at)
    return message


def require(ticket: Ticket, unit: Unit, officer: User | None) -> None:
    """Refuse a unit or an officer that cannot hold a ticket: another agency's, or excluded from it (P13)."""
    if unit.agency_id != ticket.agency_id:
        raise Refused({"unit": [_("This unit does not belong to the agency.")]})
    exclusions = list(ticket.exclusions.all()) if ticket.sealed else []
    if any(exclusion.unit_id == unit.pk for exclusion in exclusions):
        raise Refused({"unit": [_("This unit cannot be given the request.")]})
    if officer is None:
        return
    held = Membership.objects.filter(user=officer, agency=ticket.agency_id, user__is_active=True).select_related("user")
    # Who belongs to no unit works for all of them, as leaders do.
    if not any(m.unit_id in (unit.pk, None) and access.Right.REPLY in access.RIGHTS[m.role] for m in held):
        raise Refused({"officer": [_("This person does not work in the unit.")]})
    if officer.pk in access.excluded(held, exclusions):
        raise Refused({"officer": [_("This person cannot be given the request.")]})
