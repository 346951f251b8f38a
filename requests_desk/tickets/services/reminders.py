"""What the timer does when a milestone's moment has come (design §6, N1, N6)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from notifications import outbox as notifications_outbox
from notifications.outbox import Draft
from requests_desk.tickets import texts
from requests_desk.tickets.models import Ticket, TicketClock
from requests_desk.tickets.services import ledger, outbox, replies
from requests_desk.tickets.services.recipients import Directory, Recipient
from sla import clocks
from sla.clocks import Look

log = logging.getLogger(__name__)
BATCH = 500


def sweep(*, at: datetime) -> int:
    """Settle what a crash left stored, then fire all that is due at `at`. Return how many milestones were looked at."""
    settle_left_over(at=at)
    looked = 0
    while (count := fire_due(at=at, limit=BATCH)) > 0:
        looked += count
    return looked


def settle_left_over(*, at: datetime) -> None:
    """Take up outcomes that were recorded but, for a crash, never told to anybody (N7)."""
    with transaction.atomic():
        outcomes = notifications_outbox.unsettled(limit=BATCH)
        if outcomes:
            replies.settle(outcomes, at=at)
            notifications_outbox.mark_settled(outcomes, at=at)


@transaction.atomic
def fire_due(*, at: datetime, limit: int) -> int:
    """Fire up to `limit` due milestones and return how many: none means nothing is left that nobody else holds.

    Claim, history and messages commit together or not at all, so a crash anywhere loses nothing and repeats nothing.
    """
    claimed = clocks.claim_due(at=at, limit=limit)
    tickets = _lock_tickets(claimed)
    looks = [look for look in claimed if look.milestone.clock_id in tickets]
    if not looks:
        return 0
    lines = [
        ledger.Line(tickets[change.milestone.clock_id], change.kind, change.facts)
        for change in clocks.mark_looked(looks, at=at)
    ]
    ledger.append(lines, actor=None, at=at)
    outbox.post(_drafts(looks, tickets, at=at), at=at)
    return len(looks)


def _lock_tickets(looks: Sequence[Look]) -> dict[int, Ticket]:
    """Return by clock the tickets nobody is writing to; a busy one keeps its milestone for the next sweep.

    Waiting for it here could deadlock: whoever holds the ticket may be about to write the milestone we hold.
    """
    if not looks:
        return {}
    timed = TicketClock.objects.filter(clock__in=[look.milestone.clock_id for look in looks])
    rows = (
        Ticket.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk__in=timed.values("ticket"))
        .select_related("agency", "unit", "officer", "requester")
        .prefetch_related("ticket_clocks")
    )
    return {link.clock_id: ticket for ticket in rows for link in ticket.ticket_clocks.all()}


def _drafts(looks: Sequence[Look], tickets: dict[int, Ticket], *, at: datetime) -> list[Draft]:
    directory = Directory(list({ticket.pk: ticket for ticket in tickets.values()}.values()))
    drafts = []
    for look in looks:
        ticket = tickets[look.milestone.clock_id]
        for person, rungs in _by_person(directory, ticket, look).items():
            drafts.append(texts.alert(ticket, look.milestone, rungs, person, at=at))
    return drafts


def _by_person(directory: Directory, ticket: Ticket, look: Look) -> dict[Recipient, list[str]]:
    """Return each way to each person once, however many rungs they stand on at this moment (N3)."""
    people: dict[Recipient, list[str]] = defaultdict(list)
    for planned in look.decision.tell:
        found = directory.reach(ticket, planned.rung.label, planned.rung.channels)
        if not found:
            log.error("nobody can be told: ticket=%s rung=%s", ticket.code, planned.rung.key)
        for recipient in found:
            people[recipient].append(planned.rung.key)
    return people
