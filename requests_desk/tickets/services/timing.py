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
from sla.models import Clock, MilestoneName


class Started(NamedTuple):
    """When our own promise is due, and the lines of the history that say what was started."""

    due_at: datetime
    lines: list[Line]


def start(
    ticket: Ticket,
    chosen: Choice,
    *,
    started_at: datetime,
    cycle: int,
    external_deadline: datetime | None = None,
    at: datetime,
) -> Started:
    """Start what times a cycle of a ticket: the reply promise and, beside it, each limit that is set (P2, P12)."""
    policy, calendar = chosen.policy, chosen.calendar
    clock, changes = clocks.start(policy_version=policy, calendar_version=calendar, started_at=started_at, at=at)
    lines = attach(ticket, clock, changes, cycle=cycle)
    statutory = clocks.statutory_due_at(policy, calendar, started_at=started_at)
    limits = {MilestoneName.STATUTORY: statutory, MilestoneName.EXTERNAL: external_deadline}
    for name, due_at in limits.items():
        if due_at is not None:
            lines += start_limit(ticket, chosen, name, due_at=due_at, started_at=started_at, cycle=cycle, at=at)
    return Started(changes[0].milestone.due_at, lines)


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
    clock, changes = clocks.start_limit(
        name,
        due_at=due_at,
        policy_version=chosen.policy,
        calendar_version=chosen.calendar,
        started_at=started_at,
        at=at,
    )
    return attach(ticket, clock, changes, cycle=cycle, role=str(name))


def attach(
    ticket: Ticket, clock: Clock, changes: Sequence[Change], *, cycle: int, role: str = TicketClock.Role.REPLY
) -> list[Line]:
    """Tie a clock just started to a cycle of a ticket; return the lines of its history that say so (P14)."""
    TicketClock.objects.create(ticket=ticket, clock=clock, cycle=cycle, role=role)
    tied = {"cycle": cycle, "role": str(role)}
    return ledger.lines_of(ticket, [replace(one, facts=one.facts | tied) for one in changes])
