"""What is promised about a request: the rule, the due times it gives, and every milestone."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from requests_desk.tickets.models import Ticket, TicketClock
from sla import versions
from sla.models import Milestone, MilestoneName
from sla.policies import Policy, Rule


class Promise(NamedTuple):
    """The reply promise of the current cycle (P2), and the milestones of every clock, the earliest due first."""

    rule: Rule
    due_at: datetime
    due_a_at: datetime
    due_b_at: datetime
    milestones: list[Milestone]


def of(ticket: Ticket) -> Promise:
    """Return what is promised about a ticket. One query."""
    rows = Milestone.objects.filter(clock__ticket_clock__ticket=ticket)
    rows = rows.select_related("clock__policy_version", "clock__ticket_clock")
    milestones = list(rows.order_by("clock__ticket_clock__cycle", "due_at", "pk"))
    first = next(m for m in reversed(milestones) if m.name == MilestoneName.FIRST_REPLY and _is_current(m, ticket))
    return Promise(
        rule=Policy.from_json(first.clock.policy_version.document).rule,
        due_at=first.due_at,
        due_a_at=first.due_a_at or first.due_at,
        due_b_at=first.due_b_at or first.due_at,
        milestones=milestones,
    )


def begun(milestone: Milestone) -> Promise:
    """Return the promise of a ticket logged this moment. No query."""
    return Promise(
        rule=versions.policy(milestone.clock.policy_version_id).rule,
        due_at=milestone.due_at,
        due_a_at=milestone.due_a_at or milestone.due_at,
        due_b_at=milestone.due_b_at or milestone.due_at,
        milestones=[milestone],
    )


def _is_current(milestone: Milestone, ticket: Ticket) -> bool:
    timed = milestone.clock.ticket_clock
    return bool(timed.role == TicketClock.Role.REPLY and timed.cycle == ticket.cycle)
