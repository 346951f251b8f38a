"""What the timer does when a milestone's moment has come (design §6, N1, N6)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count

from notifications import outbox as notifications_outbox
from notifications.outbox import Draft
from requests_desk.tickets import texts
from requests_desk.tickets.models import Reply, Ticket, TicketClock
from requests_desk.tickets.services import calls, ledger, outbox, replies
from requests_desk.tickets.services.recipients import Directory, Recipient
from requests_desk.tickets.words import CallOutcome
from sla import clocks
from sla.clocks import Look
from sla.models import BreachCause, Clock

log = logging.getLogger(__name__)
BATCH = 500
NOBODY_THERE = timedelta(minutes=5)  # until it is tried again to tell a rung that nobody could be told of


class Fired(NamedTuple):
    """What came of one batch: how many milestones were looked at, and which must wait for the next sweep."""

    looked: int
    left: set[int]


def sweep(*, at: datetime) -> int:
    """Settle what a crash left stored, then fire all that is due at `at`. Return how many milestones were looked at."""
    replies.take_up(notifications_outbox.unsettled(limit=BATCH), at=at)
    looked, left = 0, set[int]()
    while any(fired := fire_due(at=at, limit=BATCH, besides=left)):
        looked += fired.looked
        left |= fired.left
    return looked


@transaction.atomic
def fire_due(*, at: datetime, limit: int, besides: Collection[int] = (), of_clock: Clock | None = None) -> Fired:
    """Fire up to `limit` due milestones other than `besides`; nothing looked at and nothing left means all is done.

    A rehearsal names the clock `of_clock`, touches no other, and waits for nobody who could be told.

    Claim, history and messages commit together or not at all, so a crash anywhere loses nothing and repeats nothing.
    """
    claimed = clocks.claim_due(at=at, limit=limit, besides=besides, of_clock=of_clock)
    if not claimed:
        return Fired(0, set())
    tickets = _lock_tickets(claimed)
    free = [look for look in claimed if look.milestone.clock_id in tickets]
    told = _tell(free, tickets, at=at, waits=of_clock is None)
    looks = [look for look, _drafts in told]
    changes = clocks.mark_looked(looks, at=at, causes=_causes(looks, tickets))
    lines = [ledger.Line(tickets[change.milestone.clock_id], change.kind, change.facts) for change in changes]
    ledger.append(lines, actor=None, at=at)
    outbox.post([draft for _look, drafts in told for draft in drafts], at=at)
    return Fired(len(looks), {look.milestone.pk for look in claimed} - {look.milestone.pk for look in looks})


def _lock_tickets(looks: Sequence[Look]) -> dict[int, Ticket]:
    """Return by clock the tickets nobody is writing to; a busy one keeps its milestone for the next sweep.

    Waiting for it here could deadlock: whoever holds the ticket may be about to write the milestone we hold.
    """
    timed = TicketClock.objects.filter(clock__in=[look.milestone.clock_id for look in looks])
    rows = (
        Ticket.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk__in=timed.values("ticket"))
        .select_related("agency", "unit", "officer", "requester")
        .prefetch_related("ticket_clocks")
    )
    return {link.clock_id: ticket for ticket in rows for link in ticket.ticket_clocks.all()}


def _tell(
    looks: Sequence[Look], tickets: dict[int, Ticket], *, at: datetime, waits: bool
) -> list[tuple[Look, list[Draft]]]:
    """Return each look with its messages; one that cannot be written keeps its milestone due and holds up no other."""
    directory = Directory(list({ticket.pk: ticket for ticket in tickets.values()}.values()))
    told = []
    for look in looks:
        ticket = tickets[look.milestone.clock_id]
        try:
            people = _by_person(directory, ticket, look)
            drafts = [texts.alert(ticket, look.milestone, rungs, person, at=at) for person, rungs in people.items()]
        except Exception:
            log.exception("cannot write the alerts of ticket %s", ticket.code)
            continue
        heard = {rung for rungs in people.values() for rung in rungs}
        told.append((clocks.put_off(look, but=heard, until=at + NOBODY_THERE) if waits else look, drafts))
    return told


def _causes(looks: Sequence[Look], tickets: dict[int, Ticket]) -> dict[int, BreachCause]:
    """Return why milestones were missed where calls show that the requester could not be reached (P3)."""
    missed = {look.milestone.pk: look.milestone for look in looks if look.decision.is_missed}
    called = Reply.objects.filter(
        ticket__in=[tickets[milestone.clock_id] for milestone in missed.values()], call_outcome=CallOutcome.NO_ANSWER
    )
    enough = called.values("ticket").annotate(calls=Count("pk")).filter(calls__gte=calls.CALLS_NEEDED)
    often = set(enough.values_list("ticket", flat=True))
    return {
        pk: calls.why_missed(tickets[milestone.clock_id], due_at=milestone.due_at)
        for pk, milestone in missed.items()
        if tickets[milestone.clock_id].pk in often
    }


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
