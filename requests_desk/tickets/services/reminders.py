"""What the timer does when a milestone's moment has come (design §6, N1, N6)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Value

from notifications import outbox as notifications_outbox
from requests_desk.tickets.models import Alert, Reply, Ticket
from requests_desk.tickets.services import (
    alerts,
    calls,
    climbing,
    cooperation,
    departures,
    heartbeat,
    ledger,
    locking,
    mornings,
    notices,
    releasing,
    replies,
    survey_invitations,
)
from requests_desk.tickets.services.alerts import NOBODY_THERE, Due, Storm
from requests_desk.tickets.services.batches import LIMIT, Batch, work_off
from requests_desk.tickets.services.recipients import ALARM, DUTY, FALLBACK_CHANNELS, Directory, Told
from requests_desk.tickets.words import UNANSWERED_CALLS
from sla import clocks
from sla.changes import record_breach
from sla.clocks import Look
from sla.ladder import Planned
from sla.models import BreachCause, Clock, Milestone

log = logging.getLogger(__name__)


class Sweep:
    """What the batches of one sweep share: who is there at its moment, and what it has told whom."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at
        self.directory = Directory(at=at)
        self.storm = Storm(at=at)


def sweep(*, at: datetime) -> int:
    """Settle what a crash left stored, then fire all that is due at `at`. Return how many milestones were looked at."""
    # Asked once: every fifteen seconds of a quiet night cost one query and not eight.
    work = _work(at=at)
    own = Sweep(at=at)
    # What waited goes first: it may be minutes from its deadline.
    if "reply" in work:
        releasing.let_go(at=at)
    # Settled before milestones are looked at: what arrived in time must not be told as missed.
    if "outcome" in work:
        replies.take_up(notifications_outbox.unsettled(limit=LIMIT), at=at)
    looked = _fire_all(own) if "milestone" in work else 0
    if "alert" in work:
        climbing.climb_due(at=at, directory=own.directory, storm=own.storm)
    if "morning" in work:
        mornings.write_due(at=at)
    if "part" in work:
        cooperation.remind_due(at=at)
    if "notice" in work:
        notices.mail_due(at=at)
    if "survey" in work:
        survey_invitations.ask_due(at=at)
    return looked


def _work(*, at: datetime) -> set[str]:
    """Return what kinds of work wait, in one query: most sweeps find none."""
    waiting = {
        "reply": departures.due(at=at),
        "outcome": notifications_outbox.unsettled_rows(),
        "milestone": clocks.due_rows(at=at),
        "alert": Alert.objects.filter(climb_at__lte=at),
        "morning": mornings.due(at=at),
        "part": cooperation.to_look_at(at=at),
        "notice": notices.due(at=at),
        "survey": survey_invitations.due(at=at),
    }
    first, *others = [
        rows.order_by().annotate(work=Value(name)).values_list("work", flat=True)[:1] for name, rows in waiting.items()
    ]
    return set(first.union(*others, all=True))


def _fire_all(own: Sweep) -> int:
    def step(*, limit: int, besides: Collection[int], claim: set[int]) -> Batch:
        return fire_due(at=own.at, limit=limit, besides=besides, own=own, claim=claim)

    def set_aside(milestone: int) -> None:
        # What the broken batch noted was rolled back: its digests would point to rows that are not there.
        own.storm.forget()
        _record_unreadable(milestone, own)

    return work_off(step, set_aside=set_aside)


@transaction.atomic
def fire_due(
    *,
    at: datetime,
    limit: int,
    besides: Collection[int] = (),
    of_clock: Clock | None = None,
    own: Sweep | None = None,
    claim: set[int] | None = None,
) -> Batch:
    """Fire up to `limit` due milestones other than `besides`; nothing looked at and nothing left means all is done.

    A rehearsal names the clock `of_clock`, touches no other, and waits for nobody who could be told.

    Claim, history and messages commit together or not at all, so a crash anywhere loses nothing and repeats nothing.
    """
    own = own or Sweep(at=at)
    milestones = clocks.claim_due(at=at, limit=limit, besides=besides, of_clock=of_clock)
    if not milestones:
        return Batch(0, set())
    if claim is not None:
        claim |= {milestone.pk for milestone in milestones}
    # Asked after the lock: what another sweep told a moment ago must count as told.
    claimed = clocks.look(milestones, at=at)
    # Without waiting: services lock a ticket before its milestones, and one of the two has to give way.
    tickets = locking.lock_free({look.milestone.clock_id for look in claimed})
    own.directory.know(tickets.values())
    alerts.bar_spent(own.directory, own.storm)
    free = [look for look in claimed if look.milestone.clock_id in tickets]
    whom = [(look, _whom(look, tickets[look.milestone.clock_id], own.directory)) for look in free]
    looks = [_heard(look, dues, waits=of_clock is None, at=at) for look, dues in whom]
    if of_clock is None and any(_is_untold(look, dues) for look, dues in whom):
        heartbeat.beat(heartbeat.UNTOLD, at=at)
    # Recorded before it is told: should telling fail, both are rolled back, and the next sweep begins anew (N7).
    changes = clocks.mark_looked(looks, at=at, causes=_causes(looks, tickets))
    lines = [ledger.Line(tickets[change.milestone.clock_id], change.kind, change.facts) for change in changes]
    ledger.append(lines, actor=None, at=at)
    alerts.tell([due for _look, dues in whom for due in dues], directory=own.directory, storm=own.storm, at=at)
    return Batch(len(looks), {look.milestone.pk for look in claimed} - {look.milestone.pk for look in looks})


def _is_untold(look: Look, dues: Collection[Due]) -> bool:
    """Tell whether somebody should be told and not one person can be; an empty duty roster is no such case."""
    return not dues and any(planned.rung.label != DUTY for planned in look.decision.tell)


def _record_unreadable(pk: int, own: Sweep) -> None:
    """Let the timer come back later to a milestone that breaks its reader; missed, it is a fact and told all the same.

    Whom its policy would tell cannot be read: the agency's alarm address and administrators are told instead (N3).
    """
    with transaction.atomic():
        milestone = clocks.put_off_unread(pk, until=own.at + NOBODY_THERE)
    if milestone and milestone.due_at <= own.at:
        _tell_unreadable(milestone, own)


@transaction.atomic
def _tell_unreadable(milestone: Milestone, own: Sweep) -> None:
    ticket = locking.lock_free({milestone.clock_id}).get(milestone.clock_id)
    if ticket is None:
        return
    own.directory.know([ticket])
    # A policy nobody can read is the office's fault and hides no breach (P6).
    changes = record_breach(milestone, at=own.at, cause=BreachCause.NO_REPLY)
    ledger.append(ledger.lines_of(ticket, changes), actor=None, at=own.at)
    # Told with the first record alone: it is looked at again every few minutes.
    people = own.directory.find(ticket, ALARM, FALLBACK_CHANNELS) if changes else []
    alerts.tell(
        [Due(ticket, milestone, one, ALARM, 0, is_breach=True) for one in people],
        directory=own.directory, storm=own.storm, at=own.at,
    )  # fmt: skip


def _whom(look: Look, ticket: Ticket, directory: Directory) -> list[Due]:
    """Return whom to tell at a look, one person once however many rungs they stand on at this moment (N3)."""
    found: dict[str, tuple[Told, list[Planned]]] = {}
    try:
        for planned in look.decision.tell:
            told = directory.find(ticket, planned.rung.label, planned.rung.channels)
            if not told and planned.rung.label != DUTY:
                log.error("nobody can be told: ticket=%s rung=%s", ticket.code, planned.rung.key)
            for one in told:
                known, rungs = found.get(one.key, (one, []))
                found[one.key] = (_joined(known, one), [*rungs, planned])
    except Exception:
        # The breach is recorded all the same, and telling it is tried again.
        log.exception("cannot find whom to tell of ticket %s", ticket.code)
        return []
    return [
        Due(
            ticket,
            look.milestone,
            told,
            # All of them in one name: each counts as told, though the person gets one message (N3).
            "+".join(planned.rung.key for planned in rungs),
            min(planned.rung.before_s for planned in rungs),
            look.decision.is_missed,
        )
        for told, rungs in found.values()
    ]


def _joined(known: Told, also: Told) -> Told:
    """Return somebody found on two rungs: they stand on the higher, and are told by the ways of both."""
    ways = tuple(dict.fromkeys((*known.ways, *also.ways)))
    missing = dict.fromkeys(channel for one in (known, also) for channel in one.missing)
    return also._replace(
        ways=ways,
        # Who stands on either rung in their own right needs no excuse for being told.
        because=known.because and also.because,
        missing=tuple(channel for channel in missing if channel not in {way.channel for way in ways}),
    )


def _heard(look: Look, dues: Iterable[Due], *, waits: bool, at: datetime) -> Look:
    """Return the look telling the rungs that found somebody: others wait, and an empty duty roster is skipped."""
    heard = {rung for due in dues for rung in due.rung.split("+")}
    decision = look.decision
    absent = tuple(p for p in decision.tell if p.rung.label == DUTY and p.rung.key not in heard)
    tell = tuple(p for p in decision.tell if p not in absent)
    look = replace(look, decision=replace(decision, tell=tell, superseded=(*decision.superseded, *absent)))
    # A rehearsal waits for nobody: in simulated time no one will ever come.
    return clocks.put_off(look, but=heard, until=at + NOBODY_THERE) if waits else look


def _causes(looks: Sequence[Look], tickets: dict[int, Ticket]) -> dict[int, BreachCause]:
    """Return why milestones were missed where calls show that the requester could not be reached (P3)."""
    missed = {look.milestone.pk: look.milestone for look in looks if look.decision.is_missed}
    # Only who was called often enough is asked after one by one: a batch may hold a thousand.
    called = Reply.objects.filter(
        ticket__in=[tickets[milestone.clock_id] for milestone in missed.values()], call_outcome__in=UNANSWERED_CALLS
    )
    enough = called.values("ticket").annotate(calls=Count("pk")).filter(calls__gte=calls.CALLS_NEEDED)
    often = set(enough.values_list("ticket", flat=True))
    return {
        pk: calls.why_missed(tickets[milestone.clock_id], due_at=milestone.due_at)
        for pk, milestone in missed.items()
        if tickets[milestone.clock_id].pk in often
    }
