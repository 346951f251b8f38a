"""The one function that keeps a ticket's place in the queue."""

from __future__ import annotations

from requests_desk.tickets.models import NOTHING_DUE, Ticket, TicketClock
from sla import clocks
from sla.models import Clock


def clocks_of(ticket: Ticket) -> list[Clock]:
    """Return every clock of a ticket, the newest cycle last."""
    return list(
        Clock.objects.filter(ticket_clock__ticket=ticket)
        .select_related("policy_version", "calendar_version", "ticket_clock")
        .order_by("ticket_clock__cycle", "pk")
    )


def refresh(ticket: Ticket) -> None:
    """Write when the ticket's next promise is due; called in every transaction that changes a clock.

    A time the requester wants it by moves it up the queue until something was said, and is no breach (P2).
    """
    ticket.next_due_at = clocks.next_due_at(clocks_of(ticket))
    moments = [ticket.next_due_at] if ticket.next_due_at else []
    if ticket.wanted_by and moments and not ticket.replies.filter(reached_at__isnull=False).exists():
        moments.append(ticket.wanted_by)
    ticket.queue_at = min(moments, default=NOTHING_DUE)
    ticket.save(update_fields=["next_due_at", "queue_at"])


def reply_clock(clocks_: list[Clock]) -> Clock:
    """Return the clock of the 48-hour promise in the newest cycle among a ticket's clocks."""
    return next(clock for clock in reversed(clocks_) if clock.ticket_clock.role == TicketClock.Role.REPLY)
