"""Close a report about the office's own people to those people, and to everybody who need not see it (P13)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Membership, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Exclusion, Message, Ticket
from requests_desk.tickets.services import ledger, locking, notices, publishing, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import SEALED_KINDS, NoticeKind, State


class Refused(refusing.Refused):
    """This cannot be sealed so. `fields` says what to change; nothing was saved."""


class Hidden(NamedTuple):
    """Whom a report is about, and so hidden from."""

    units: Collection[Unit] = ()
    people: Collection[User] = ()


def seal(
    ticket: Ticket,
    *,
    units: Collection[Unit] = (),
    people: Collection[User] = (),
    by: User,
    at: datetime,
    seen_seq: int | None = None,
) -> Ticket:
    """Seal a request, hide it from the units and people it is about, and take it off their desks.

    Its clock runs on, and the leadership is told. Sealing a sealed one adds to those it is hidden from. Raises
    Refused, ChangedMeanwhile.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        was_open = not ticket.sealed
        lines = seal_locked(ticket, units=units, people=people)
        if not lines:
            raise Refused({"units": [_("It is sealed from these already.")]})
        publishing.take_down(ticket, by=by, at=at)
        ledger.append(lines, actor=by, at=at)
        if was_open:
            notices.tell(NoticeKind.REPORT, ticket, by=by, at=at)
    return ticket


def hidden(ticket: Ticket) -> Hidden:
    """Return whom a request is hidden from."""
    rows = list(ticket.exclusions.select_related("unit", "user"))
    return Hidden([one.unit for one in rows if one.unit], [one.user for one in rows if one.user])


def seal_alike(ticket: Ticket, new: Ticket) -> None:
    """Seal what was a part of a sealed request from the same people (P13)."""
    new.sealed = True
    new.save(update_fields=["sealed"])
    Exclusion.objects.bulk_create(
        Exclusion(ticket=new, unit=one.unit, user=one.user) for one in ticket.exclusions.all()
    )


def seal_locked(ticket: Ticket, *, units: Collection[Unit] = (), people: Collection[User] = ()) -> list[Line]:
    """Seal a ticket the caller holds locked; return the lines of its history, none where nothing changed."""
    if any(unit.agency_id != ticket.agency_id for unit in units):
        raise Refused({"units": [_("This unit does not belong to the agency.")]})
    known = {(one.unit_id, one.user_id) for one in ticket.exclusions.all()}
    wanted = {(unit.pk, None) for unit in units} | {(None, person.pk) for person in people}
    new = sorted(wanted - known, key=str)
    if ticket.sealed and not new:
        return []
    Exclusion.objects.bulk_create(Exclusion(ticket=ticket, unit_id=unit, user_id=user) for unit, user in new)
    was = {"unit": ticket.unit_id, "officer": ticket.officer_id}
    ticket.sealed = True
    _take_from(ticket)
    ticket.save(update_fields=["sealed", "unit", "officer", "state"])
    facts = {"units": [unit for unit, _user in new if unit], "users": [user for _unit, user in new if user]}
    return [Line(ticket, "sealed", facts | {"was": was})]


def unseal(ticket: Ticket, *, reason: str, by: User, at: datetime, seen_seq: int | None = None) -> Ticket:
    """Open a sealed request to the desk again: only the leadership, with a reason, and never one whose kind is sealed.

    Raises Refused, access.Denied, identifiers.BadText, ChangedMeanwhile.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        if access.Right.UNSEAL not in access.rights_on(by, ticket):
            raise access.Denied(_("Only the leadership may open a sealed request."))
        reason = identifiers.clean_text(reason)
        if not reason:
            raise Refused({"reason": [_("This is needed.")]})
        # Its kind would seal it again at the next sorting, and in between everybody could read it (P13).
        if ticket.kind in SEALED_KINDS:
            raise Refused({"reason": [_("A request of this kind stays sealed; change its kind first.")]})
        Message.objects.create(ticket=ticket, direction=Message.Direction.NOTE, text=reason, author=by, at=at)
        # An open request is hidden from nobody; left behind, they would bite once it is sealed for other people.
        ticket.exclusions.all().delete()
        ticket.sealed = False
        ticket.save(update_fields=["sealed"])
        ledger.append([Line(ticket, "unsealed", {"reason_digest": identifiers.text_digest(reason)})], actor=by, at=at)
    return ticket


def _take_from(ticket: Ticket) -> None:
    """Take the request off the desk of whom it is about."""
    exclusions = list(ticket.exclusions.all())
    # The officer goes with the unit: nobody holds what their unit may not.
    if ticket.unit_id in {one.unit_id for one in exclusions}:
        ticket.unit = ticket.officer = None
    if ticket.officer_id is not None:
        held = Membership.objects.filter(user=ticket.officer_id, agency=ticket.agency_id)
        if ticket.officer_id in access.excluded(held, exclusions):
            ticket.officer = None
    if ticket.unit_id is None and ticket.state == State.ASSIGNED:
        ticket.state = State.RECEIVED
