"""Put a clock on a ticket: the one place that ties the two, and writes down which cycle and promise it times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from requests_desk.tickets.models import Ticket, TicketClock
from requests_desk.tickets.services import ledger
from requests_desk.tickets.services.ledger import Line
from sla.changes import Change
from sla.models import Clock


def attach(
    ticket: Ticket, clock: Clock, changes: Sequence[Change], *, cycle: int, role: str = TicketClock.Role.REPLY
) -> list[Line]:
    """Tie a clock just started to a cycle of a ticket; return the lines of its history that say so (P14)."""
    TicketClock.objects.create(ticket=ticket, clock=clock, cycle=cycle, role=role)
    tied = {"cycle": cycle, "role": str(role)}
    return ledger.lines_of(ticket, [replace(one, facts=one.facts | tied) for one in changes])
