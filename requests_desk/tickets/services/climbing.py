"""An alert nobody acknowledged climbs to the next rung; acknowledging stops the climb, not the clock (N2, N8)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from requests_desk.people.models import User
from requests_desk.tickets.models import Alert, Ticket, TicketClock
from requests_desk.tickets.services import alerts, ledger, locking
from requests_desk.tickets.services.alerts import NOBODY_THERE, Due, Storm
from requests_desk.tickets.services.batches import Batch, work_off
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.recipients import ALARM, LADDER, Directory
from requests_desk.tickets.words import Because
from sla import versions
from sla.models import Milestone

log = logging.getLogger(__name__)
USUAL_CHANNELS = ("email",)
AT_ONCE_S = 0  # what climbs always asks for action, however long before the deadline
BROKEN = timedelta(minutes=5)  # until an alert that broke its reader is tried again
# A case: what was told of one due instant of one milestone climbs as one.
Case = tuple[int, datetime]


def climb_due(*, at: datetime, directory: Directory, storm: Storm) -> int:
    """Send on, batch by batch, every alert whose time to be acknowledged is over. Return how many were looked at."""

    def step(*, limit: int, besides: Collection[int], claim: set[int]) -> Batch:
        return _climb_batch(at=at, limit=limit, besides=besides, claim=claim, directory=directory, storm=storm)

    def set_aside(alert: int) -> None:
        storm.forget()
        Alert.objects.filter(pk=alert, climb_at__lte=at).update(climb_at=at + BROKEN)

    return work_off(step, set_aside=set_aside)


@transaction.atomic
def _climb_batch(
    *, at: datetime, limit: int, besides: Collection[int], claim: set[int], directory: Directory, storm: Storm
) -> Batch:
    """Look at up to `limit` alerts; one whose ticket is busy is left, and stays due for the next sweep."""
    claimed = list(
        Alert.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(climb_at__lte=at)
        .exclude(pk__in=besides)
        .select_related("milestone__clock")
        .order_by("climb_at", "pk")[:limit]
    )
    claim |= {alert.pk for alert in claimed}
    if not claimed:
        return Batch(0, set())
    # Whoever acknowledges holds the ticket and waits for these alerts: waiting here as well would be a deadlock.
    tickets = locking.lock_free({alert.milestone.clock_id for alert in claimed})
    free = [alert for alert in claimed if alert.milestone.clock_id in tickets]
    directory.know(tickets.values())
    alerts.bar_spent(directory, storm)
    # Read again, now that nobody else can write them: one may have been met a moment ago.
    milestones = Milestone.objects.select_related("clock").in_bulk({alert.milestone_id for alert in free})
    told = _told_of(milestones)
    dues, lines, waiting = [], [], []
    for case, ripe in _by_case(free).items():
        milestone = milestones[case[0]]
        ticket = tickets[milestone.clock_id]
        found = _next(ticket, milestone, ripe, told[case], directory, at=at)
        if found is None:
            log.error("nobody can be told: ticket=%s, after %s", ticket.code, ripe[-1].level)
            waiting += ripe
            continue
        dues += found
        lines += [
            Line(ticket, "alert_climbed", _facts(milestone, level)) for level in {due.told.level for due in found}
        ]
    Alert.objects.filter(pk__in=[alert.pk for alert in free]).update(climb_at=None)
    Alert.objects.filter(pk__in=[alert.pk for alert in waiting]).update(climb_at=at + NOBODY_THERE)
    ledger.append(lines, actor=None, at=at)
    alerts.tell(dues, directory=directory, storm=storm, at=at)
    return Batch(len(free), claim - {alert.pk for alert in free})


def _by_case(rows: Sequence[Alert]) -> dict[Case, list[Alert]]:
    cases: dict[Case, list[Alert]] = defaultdict(list)
    for row in rows:
        cases[row.milestone_id, row.due_at].append(row)
    return cases


def _told_of(milestones: Collection[int]) -> dict[Case, list[Alert]]:
    """Return by case all that was told."""
    cases: dict[Case, list[Alert]] = defaultdict(list)
    for row in Alert.objects.filter(milestone__in=milestones):
        cases[row.milestone_id, row.due_at].append(row)
    return cases


def _next(
    ticket: Ticket,
    milestone: Milestone,
    ripe: Sequence[Alert],
    told: Sequence[Alert],
    directory: Directory,
    *,
    at: datetime,
) -> list[Due] | None:
    """Return whom to tell in place of those who did not answer: nobody once that is over.

    None where somebody should be told and nobody can be.
    """
    latest = max(ripe, key=lambda alert: (alert.told_at, alert.pk))
    if _is_over(latest, milestone, told, at=at):
        return []
    # From the highest of those who did not answer: the rungs below have been asked already.
    reached = max(_height(alert.level) for alert in ripe)
    # One who was reached and keeps silent makes it a climb; only where nobody was reached is it a replacement (N8).
    failed = all(alert.failed_at for alert in ripe)
    unheard = [alert for alert in told if not alert.acknowledged_at]
    asked = [alert for alert in unheard if alert.needs_ack and not alert.failed_at and alert not in ripe]
    rungs = [alert for alert in asked if alert.level != ALARM]  # an alarm once rung excuses nobody who is back
    # Somebody higher knows already; or a colleague does, and has time left or only stands in for who was not reached.
    if any(_height(a.level) > reached for a in rungs) or any(
        _height(a.level) == reached and (failed or (a.climb_at and a.climb_at > at)) for a in rungs
    ):
        return []
    origin = latest.rung.partition(">")[0]
    # One climb tells a person once: another way to them that has come up since is no reason to begin anew.
    climbed = [alert for alert in told if alert.rung.startswith(f"{origin}>")]
    besides = {alert.recipient for alert in (*asked, *ripe, *climbed)}
    label = LADDER[reached + 1] if reached + 1 < len(LADDER) else ALARM
    # Above the leadership nobody acknowledges: silence there is repeated in the morning list (N2).
    if label == ALARM and not failed:
        return []
    why = Because.NOT_REACHED if failed else Because.CLIMBED
    people = directory.find(ticket, label, _channels(milestone, label), besides=besides)
    if people and people[0].level not in (label, ALARM):  # found higher up, where other channels are wanted
        label = people[0].level
        people = directory.find(ticket, label, _channels(milestone, label), besides=besides)
    return [
        Due(ticket, milestone, one._replace(because=why), f"{origin}>{one.level}", AT_ONCE_S, latest.is_breach)
        for one in people
    ] or None


def _is_over(latest: Alert, milestone: Milestone, told: Sequence[Alert], *, at: datetime) -> bool:
    """Tell whether nobody need be told in anybody's place: met, moved, overtaken, or taken in hand since."""
    is_past = latest.due_at != milestone.due_at or (not latest.is_breach and milestone.due_at <= at)
    # Who proves not reached after somebody took the case in hand needs nobody in their place.
    is_heard = any(alert.acknowledged_at and alert.acknowledged_at >= latest.told_at for alert in told)
    return not milestone.is_open or is_past or is_heard


def _height(level: str) -> int:
    """Return how high a rung stands; the duty officer stands beside the first, the alarm address above all."""
    if level == ALARM:
        return len(LADDER)
    return LADDER.index(level) if level in LADDER else 0


def _channels(milestone: Milestone, label: str) -> tuple[str, ...]:
    policy = versions.policy(milestone.clock.policy_version_id)
    return next((rung.channels for rung in reversed(policy.ladder) if rung.label == label), USUAL_CHANNELS)


def _facts(milestone: Milestone, level: str) -> dict[str, object]:
    return {
        "milestone": milestone.pk,
        "name": milestone.name,
        "number": milestone.number,
        "due_at": milestone.due_at.isoformat(),
        "rung": level,
    }


def acknowledge(rows: Sequence[Alert], *, by: User | None, at: datetime) -> int:
    """Note that somebody acts on these alerts: whatever was told of the same due instants climbs no further.

    Return how many alerts were still unheard; what was acknowledged before stays as it was.
    """
    heard = 0
    cases = sorted({(row.milestone_id, row.due_at, row.milestone.clock_id) for row in rows})
    for milestone_id, due_at, clock_id in cases:
        with transaction.atomic():
            timed = TicketClock.objects.filter(clock=clock_id).values("ticket")
            ticket = Ticket.objects.select_for_update().get(pk__in=timed)
            unheard = Alert.objects.filter(
                milestone=milestone_id, due_at=due_at, needs_ack=True, acknowledged_at__isnull=True
            )
            count = unheard.update(climb_at=None, acknowledged_at=at, acknowledged_by=by)
            if count:
                facts = _facts(Milestone.objects.get(pk=milestone_id), "")
                ledger.append([Line(ticket, "alert_acknowledged", facts)], actor=by, at=at)
            heard += count
    return heard
