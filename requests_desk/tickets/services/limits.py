"""Carry the limits of a request over to the one it is merged into, and give them back (P8, P12)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from requests_desk.tickets.models import Event, Ticket, TicketClock
from requests_desk.tickets.services import due, ledger, timing
from requests_desk.tickets.services.ledger import Line
from sla import clocks, moves, versions
from sla.changes import Change
from sla.models import Clock, Milestone, MilestoneName

ROLES = (TicketClock.Role.STATUTORY, TicketClock.Role.EXTERNAL)
UNMERGED = "unmerged"


class Carried(NamedTuple):
    """What was carried: by the id of each clock that of its double on the survivor, and the lines that say so."""

    doubles: dict[str, int]
    lines: list[Line]


def carry(survivor: Ticket, absorbed: Ticket, *, at: datetime) -> Carried:
    """Let each limit of `absorbed` that binds run on `survivor`, before the absorbed one ends (P8).

    What the law gives the survivor itself, counted from the earlier receipt, may be the earlier one already; what
    another body set it still asks.
    """
    before, doubles, lines = _earlier_doubles(survivor, absorbed), {}, []
    for clock in _limits(absorbed):
        # Met ones too: what met it may be voided later, and the limit then binds again (P4).
        milestone = clock.milestones.filter(ended_at__isnull=True).first()
        if milestone is None or _has_it(survivor, clock, milestone):
            continue
        # Merged, taken apart and merged again: a second double would count one limit twice.
        if double := before.get(str(clock.pk)):
            lines += ledger.lines_of(survivor, clocks.resume([Clock.objects.get(pk=double)], reason=UNMERGED, at=at))
        else:
            double, started = _start_double(survivor, clock, milestone, at=at)
            lines += started
        doubles[str(clock.pk)] = double
    return Carried(doubles, lines)


def give_back(doubles: dict[str, int], *, at: datetime) -> list[Change]:
    """End on the survivor what was carried over to it; a breach of it stays (P6)."""
    carried = Clock.objects.filter(pk__in=doubles.values())
    return clocks.end(carried, reason=UNMERGED, missed_by=at, at=at)


def _limits(ticket: Ticket) -> list[Clock]:
    own = ((clock, clock.ticket_clock) for clock in due.clocks_of(ticket))
    return [clock for clock, tied in own if tied.cycle == ticket.cycle and tied.role in ROLES]


def _has_it(survivor: Ticket, theirs: Clock, milestone: Milestone) -> bool:
    role = theirs.ticket_clock.role
    own = [clock for clock in _limits(survivor) if clock.ticket_clock.role == role]
    if role == TicketClock.Role.EXTERNAL:
        return Milestone.objects.filter(clock__in=own, due_at=milestone.due_at).exclude(end_reason=UNMERGED).exists()
    # Both from the earlier receipt, as the survivor's will be counted.
    started_at = min([theirs.started_at, *(clock.started_at for clock in own)])
    return any(_statutory(clock, started_at) <= _statutory(theirs, started_at) for clock in own)


def _statutory(clock: Clock, started_at: datetime) -> datetime:
    policy, calendar = versions.policy(clock.policy_version_id), versions.calendar(clock.calendar_version_id)
    pauses = list(clock.pauses.order_by("began_at").values_list("began_at", "ends_at"))
    dues = moves.counted(MilestoneName.STATUTORY, policy, calendar, started_at=started_at, pauses=pauses)
    return dues if isinstance(dues, datetime) else dues.due_at


def _start_double(survivor: Ticket, clock: Clock, milestone: Milestone, *, at: datetime) -> tuple[int, list[Line]]:
    double, changes = clocks.start_limit(
        MilestoneName(milestone.name),
        due_at=milestone.due_at,
        policy_version=clock.policy_version,
        calendar_version=clock.calendar_version,
        started_at=clock.started_at,
        at=at,
    )
    role = clock.ticket_clock.role
    return double.pk, timing.attach(survivor, double, changes, cycle=survivor.cycle, role=role)


def _earlier_doubles(survivor: Ticket, absorbed: Ticket) -> dict[str, int]:
    """Return the doubles of earlier merges of these two that were taken back: they run on, they are not made twice."""
    found: dict[str, int] = {}
    for facts in Event.objects.filter(ticket=absorbed, kind="merged").order_by("seq").values_list("facts", flat=True):
        if facts["ticket"] == survivor.pk:
            found |= facts.get("limits", {})
    return found
