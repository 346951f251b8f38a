"""Correct when a request was received, after it was logged (P1, P6)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Message, Ticket, TicketClock
from requests_desk.tickets.services import due, ledger, locking, refusing
from requests_desk.tickets.services.incoming import EARLIEST
from requests_desk.tickets.services.ledger import Line
from sla import moves

REASON = "received_at_corrected"


class Refused(refusing.Refused):
    """The time of receipt cannot be corrected so. `fields` says what to change; nothing was saved."""


def correct(
    ticket: Ticket, *, received_at: datetime, reason: str, by: User, at: datetime, seen_seq: int | None = None
) -> Ticket:
    """Set `received_at` earlier or later, and move what counts from it on the versions it is pinned to (P1, P10).

    The reason is kept as a note. Raises Refused with the fields to change, access.Denied to anybody below a head of
    unit, identifiers.BadText, locking.ChangedMeanwhile.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        if access.Right.BACKDATE not in access.rights_on(by, ticket):
            raise access.Denied(_("Only a head of unit or above may correct the time of receipt."))
        reason = identifiers.clean_text(reason)
        _require(ticket, received_at, reason)
        # The words stand in a note, which can be erased; the ledger holds their digest (P14).
        Message.objects.create(ticket=ticket, direction=Message.Direction.NOTE, text=reason, author=by, at=at)
        facts = {
            "was_at": ticket.received_at.isoformat(),
            "received_at": received_at.isoformat(),
            "reason_digest": identifiers.text_digest(reason),
        }
        ticket.received_at = received_at
        ticket.save(update_fields=["received_at"])
        lines = [Line(ticket, "received_corrected", facts)]
        for clock in due.clocks_of(ticket):
            # A later cycle began with its own message; a deadline set from outside counts from nothing.
            if clock.ticket_clock.cycle == 1 and clock.ticket_clock.role != TicketClock.Role.EXTERNAL:
                changes = moves.restart(clock, started_at=received_at, reason=REASON, at=at)
                lines += ledger.lines_of(ticket, changes)
        ledger.append(lines, actor=by, at=at)
        due.refresh(ticket)
    return ticket


def _require(ticket: Ticket, received_at: datetime, reason: str) -> None:
    problems: dict[str, list[str]] = {}
    reached_at = ticket.replies.aggregate(first=Min("reached_at"))["first"]
    if received_at < EARLIEST:
        problems["received_at"] = [_("The time of receipt lies too far back.")]
    elif received_at > ticket.logged_at:
        problems["received_at"] = [_("The time of receipt lies after the moment it was logged.")]
    # A reply cannot have come before its question.
    elif reached_at is not None and received_at > reached_at:
        problems["received_at"] = [_("The time of receipt lies after a reply that reached the requester.")]
    elif ticket.external_deadline and received_at >= ticket.external_deadline:
        problems["received_at"] = [_("The time of receipt lies after the deadline set from outside.")]
    elif received_at == ticket.received_at:
        problems["received_at"] = [_("This is the time of receipt already.")]
    if not reason:
        problems["reason"] = [_("Please say why it is corrected.")]
    if problems:
        raise Refused(problems)
