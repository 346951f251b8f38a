"""Prove that every clock, milestone, firing, breach and question is what the history alone makes of it (P14)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from django.db import transaction

from requests_desk.tickets.models import Ticket, TicketClock
from requests_desk.tickets.queries.clocks import Wrong
from requests_desk.tickets.replay import Fired, Missed, Owed, Stood, Timed
from requests_desk.tickets.services import restoring, restoring_items
from sla.models import Breach, Firing, Milestone, Pause

BATCH = 500
_MISSED = ("due_at", "recorded_at", "cause", "voided_at", "void_reason")
_OWED = (
    *("name", "number", "opened_at", "opened_by", "due_at", "due_a_at", "due_b_at"),
    *("met_at", "met_by", "ended_at", "end_reason"),
)


def differing(*, on_progress: Callable[[int], None]) -> Iterator[Wrong]:
    """Yield each ticket that is not what its history says: `clocks`, `items`, or `history` that cannot be followed.

    `on_progress` hears after each batch how many tickets were read. Memory stays the same however many there are.
    """
    read = last = 0
    while batch := dict(Ticket.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "code")[:BATCH]):
        for pk in _suspects(list(batch)):
            if fault := _fault(pk):
                yield Wrong(pk, batch[pk], fault)
        read, last = read + len(batch), max(batch)
        on_progress(read)


def stored(tickets: Collection[int]) -> dict[int, dict[int, Timed]]:
    """Return by ticket its clocks as the tables have them."""
    found: dict[int, dict[int, Timed]] = {pk: {} for pk in tickets}
    pinned, tied = ("policy_version", "calendar_version", "started_at", "logged_at"), ("cycle", "role")
    rows = TicketClock.objects.filter(ticket__in=tickets)
    clocks: dict[int, Timed] = {}
    for ticket, pk, *values in rows.values_list("ticket", "clock", *(f"clock__{name}" for name in pinned), *tied):
        found[ticket][pk] = clocks[pk] = Timed(**dict(zip(pinned + tied, values, strict=True)))
    pauses = Pause.objects.filter(clock__in=clocks).order_by("began_at", "pk")
    for pause in pauses:
        clocks[pause.clock_id].paused.append(Stood(pause.began_at, pause.ends_at, pause.waits_for))
    _add_milestones(clocks, tickets)
    return found


def _add_milestones(clocks: dict[int, Timed], tickets: Collection[int]) -> None:
    of_them = "clock__ticket_clock__ticket__in"
    owed: dict[int, Owed] = {}
    for clock, pk, *values in Milestone.objects.filter(**{of_them: tickets}).values_list("clock", "pk", *_OWED):
        clocks[clock].owed[pk] = owed[pk] = Owed(**dict(zip(_OWED, values, strict=True)))
    firings = Firing.objects.filter(**{f"milestone__{of_them}": tickets})
    for pk, rung, due_at, *fired in firings.values_list("milestone", "rung", "due_at", *Fired._fields):
        owed[pk].fired[rung, due_at] = Fired(*fired)
    breaches = Breach.objects.filter(**{f"milestone__{of_them}": tickets}).order_by("pk")
    for pk, *missed in breaches.values_list("milestone", *_MISSED):
        owed[pk].missed.append(Missed(*missed))


def _suspects(tickets: list[int]) -> list[int]:
    there, told = stored(tickets), restoring.rebuilt(tickets)
    asked, asked_there = restoring_items.told(tickets), restoring_items.stored(tickets)
    return [pk for pk in tickets if there[pk] != told[pk] or asked_there[pk] != asked[pk]]


def _fault(pk: int) -> str:
    """Compare again under the ticket's lock: what was written between two reads is nobody's fault."""
    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=pk)
        told, asked = restoring.rebuilt([pk])[pk], restoring_items.told([pk])[pk]
        if told is None or asked is None:
            return "history"
        if stored([pk])[pk] != told:
            return "clocks"
        return "" if restoring_items.stored([pk])[pk] == asked else "items"
