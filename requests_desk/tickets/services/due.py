"""The one function that keeps a ticket's place in the queue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from requests_desk.tickets.models import NOTHING_DUE, Reply, Ticket, TicketClock
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
    """Write when the ticket's next promise is due; called in every transaction that changes a clock."""
    refresh_all([ticket])


def refresh_all(tickets: Collection[Ticket]) -> None:
    """Write when the next promise of each ticket is due, in as many statements however many they are.

    A time the requester wants it by moves it up the queue until something was said, and is no breach (P2).
    """
    timed = dict(TicketClock.objects.filter(ticket__in=tickets).values_list("clock", "ticket"))
    dues: dict[int, list[datetime]] = defaultdict(list)
    for clock, due_at in clocks.next_dues(timed).items():
        dues[timed[clock]].append(due_at)
    # Once something was said, the wish has had its turn: else it would hold its place in the queue for good.
    told = set(Reply.objects.filter(ticket__in=tickets, reached_at__isnull=False).values_list("ticket", flat=True))
    for ticket in tickets:
        ticket.next_due_at = min(dues[ticket.pk], default=None)
        ticket.queue_at = place(ticket.next_due_at, None if ticket.pk in told else ticket.wanted_by)
    Ticket.objects.bulk_update(tickets, ["next_due_at", "queue_at"], batch_size=500)


def place(next_due_at: datetime | None, wanted_by: datetime | None) -> datetime:
    """Return where in the queue stands what is due then and, if nothing was said yet, wanted by then."""
    if next_due_at is None:
        return NOTHING_DUE
    return min(next_due_at, wanted_by or next_due_at)


def rebuild(tickets: Collection[int], *, at: datetime) -> None:
    """Write the places of these tickets anew and let the timer look at every open milestone of theirs at once."""
    # One by one and in order: a rebuild of a whole register must not hold up the desk, nor lock against it.
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
