"""Put a clock on a ticket: the one place that ties the two, and writes down which cycle and promise it times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from requests_desk.tickets.models import Ticket, TicketClock
from requests_desk.tickets.services import ledger
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.policy_choice import Choice
from sla import clocks
from sla.changes import Change
from sla.models import Clock, Milestone, MilestoneName


class Timed(NamedTuple):
    """A clock just started, what it is for, and what it reported."""

    clock: Clock
    role: str
    changes: Sequence[Change]


class Begun(NamedTuple):
    """What times a cycle, not tied to its ticket yet: the reply promise first, then each limit that is set."""

    timed: Sequence[Timed]

    @property
    def promise(self) -> Milestone:
        """Return our own promise."""
        return self.timed[0].changes[0].milestone

    @property
    def next_due_at(self) -> datetime:
        """Return when the first of them all is due."""
        return min(one.changes[0].milestone.due_at for one in self.timed)


def begin(chosen: Choice, *, started_at: datetime, external_deadline: datetime | None = None, at: datetime) -> Begun:
    """Start what times a cycle: the reply promise and, beside it, each limit that is set (P2, P12)."""
    policy, calendar = chosen.policy, chosen.calendar
    clock, changes = clocks.start(policy_version=policy, calendar_version=calendar, started_at=started_at, at=at)
    # First, since it is the one that is shown and acknowledged (P12).
    timed = [Timed(clock, TicketClock.Role.REPLY, changes)]
    statutory = clocks.statutory_due_at(policy, calendar, started_at=started_at)
    limits = {MilestoneName.STATUTORY: statutory, MilestoneName.EXTERNAL: external_deadline}
    for name, due_at in limits.items():
        if due_at is not None:
            timed.append(_limit(chosen, name, due_at=due_at, started_at=started_at, at=at))
    return Begun(timed)


def tie(ticket: Ticket, begun: Begun, *, cycle: int) -> list[Line]:
    """Tie what was begun to a cycle of its ticket; return the lines of its history that say so (P14)."""
    return [line for one in begun.timed for line in attach(ticket, one.clock, one.changes, cycle=cycle, role=one.role)]


def start_limit(
    ticket: Ticket,
    chosen: Choice,
    name: MilestoneName,
    *,
    due_at: datetime,
    started_at: datetime,
    cycle: int,
    at: datetime,
) -> list[Line]:
    """Start the clock of one limit beside the reply promise of a cycle (P12)."""
    return tie(ticket, Begun([_limit(chosen, name, due_at=due_at, started_at=started_at, at=at)]), cycle=cycle)


def _limit(chosen: Choice, name: MilestoneName, *, due_at: datetime, started_at: datetime, at: datetime) -> Timed:
    clock, changes = clocks.start_limit(
        name,
        due_at=due_at,
        policy_version=chosen.policy,
        calendar_version=chosen.calendar,
        started_at=started_at,
        at=at,
    )
    return Timed(clock, str(name), changes)


def attach(
    ticket: Ticket, clock: Clock, changes: Sequence[Change], *, cycle: int, role: str = TicketClock.Role.REPLY
) -> list[Line]:
    """Tie a clock just started to a cycle of a ticket; return the lines of its history that say so (P14)."""
    TicketClock.objects.create(ticket=ticket, clock=clock, cycle=cycle, role=role)
    tied = {"cycle": cycle, "role": str(role)}
    return ledger.lines_of(ticket, [replace(one, facts=one.facts | tied) for one in changes])
