"""How long each unit held a request: read from its history, so it cannot be told otherwise afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from requests_desk.people.models import Unit
from requests_desk.tickets import sentences
from requests_desk.tickets.models import Event, Ticket


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch a request lay with a unit: None while nobody had it; `until_at` is None while it still lies there."""

    unit: Unit | None
    from_at: datetime
    until_at: datetime | None

    def lasted(self, at: datetime) -> timedelta:
        """Return how long it lay there, up to `at` where it still does."""
        return (self.until_at or at) - self.from_at


def of(ticket: Ticket) -> list[Held]:
    """Return the stretches of a ticket in order, from its logging to its closing."""
    moves = ticket.events.filter(kind__in=["logged", *sentences.MOVES]).order_by("seq")
    stretches = _stretches(list(moves.only("kind", "facts", "at")), ticket.closed_at)
    units = Unit.objects.in_bulk([unit for unit, _from, _until in stretches if unit])
    return [Held(units.get(unit or 0), begun, until) for unit, begun, until in stretches]


def _stretches(moves: list[Event], closed_at: datetime | None) -> list[tuple[int | None, datetime, datetime | None]]:
    found: list[tuple[int | None, datetime, datetime | None]] = []
    for event in moves:
        unit = event.facts["unit"][1] if event.kind in sentences.MOVES else event.facts.get("unit")
        if found and found[-1][0] == unit:
            continue  # another officer of the same unit
        if found:
            found[-1] = (*found[-1][:2], event.at)
        found.append((unit, event.at, None))
    if found and closed_at:
        found[-1] = (*found[-1][:2], max(closed_at, found[-1][1]))
    return found
