"""The one function that keeps a ticket's place in the queue."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from requests_desk.tickets.models import NOTHING_DUE, Ticket, TicketClock
from sla import clocks
from sla.models import Clock


def clocks_of(ticket: Ticket, *, until: int | None = None) -> list[Clock]:
    """Return every clock of a ticket, the newest cycle last; `until` a cycle where later ones do not matter (P7)."""
    rows = Clock.objects.filter(ticket_clock__ticket=ticket)
    rows = rows.filter(ticket_clock__cycle__lte=until) if until else rows
    return list(
        rows.select_related("policy_version", "calendar_version", "ticket_clock").order_by("ticket_clock__cycle", "pk")
    )


def refresh(ticket: Ticket) -> None:
    """Write when the ticket's next promise is due; called in every transaction that changes a clock.

    A time the requester wants it by moves it up the queue until something was said, and is no breach (P2).
    """
    ticket.next_due_at = clocks.next_due_at(clocks_of(ticket))
    is_silent = not ticket.replies.filter(reached_at__isnull=False).exists()
    ticket.queue_at = place(ticket.next_due_at, ticket.wanted_by if is_silent else None)
    ticket.save(update_fields=["next_due_at", "queue_at"])


def place(next_due_at: datetime | None, wanted_by: datetime | None) -> datetime:
    """Return where in the queue stands what is due then and, if nothing was said yet, wanted by then."""
    if next_due_at is None:
        return NOTHING_DUE
    return min(next_due_at, wanted_by or next_due_at)


def rebuild(tickets: Collection[int], *, at: datetime) -> None:
    """Write the places of these tickets anew and let the timer look at every open milestone of theirs at once."""
    for pk in sorted(tickets):
        with transaction.atomic():
            ticket = Ticket.objects.select_for_update().get(pk=pk)
            clocks.look_again(clocks_of(ticket), at=at)
            refresh(ticket)


def reply_clock(ticket: Ticket, *, cycle: int | None = None) -> Clock:
    """Return the clock of the reply promise in a cycle of a ticket, its current one unless told otherwise."""
    return Clock.objects.select_related("policy_version", "calendar_version").get(
        ticket_clock__ticket=ticket,
        ticket_clock__cycle=cycle or ticket.cycle,
        ticket_clock__role=TicketClock.Role.REPLY,
    )
