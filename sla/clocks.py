"""What can happen to a clock. Each function runs in its caller's transaction and returns what it changed.

The caller names what met or opened a milestone by an opaque key (`reply:7`) and writes the returned changes into its
own history. The timer claims milestones by state alone: `next_look_at` has come and nobody else holds the row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Min, Q, QuerySet, Value

from sla import ladder, rows, versions, worktime
from sla.changes import Change, change, record_breach, void_breach
from sla.models import Breach, BreachCause, CalendarVersion, Clock, Firing, Milestone, MilestoneName, PolicyVersion
from sla.policies import Policy

OPEN = Q(met_at__isnull=True, ended_at__isnull=True)
# What a reply of either kind can meet; the statutory and external ones wait for the final reply.
REPLY_MILESTONES = (MilestoneName.FIRST_REPLY, MilestoneName.PROMISED)


@dataclass(frozen=True, slots=True)
class Dues:
    """The binding due instant, and what rules A and B give (P2)."""

    due_at: datetime
    due_a_at: datetime
    due_b_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A claimed milestone and what its ladder says about it now."""

    milestone: Milestone
    policy: Policy
    decision: ladder.Decision
    is_known_missed: bool = False  # its breach stands already


def first_dues(
    policy: Policy, calendar: worktime.Calendar, *, started_at: datetime, pauses: worktime.Pauses = ()
) -> Dues:
    """Compute when the first reply to something received at `started_at` is due, pauses left out (P2, P9)."""
    budget = policy.first_reply_s
    return Dues(
        due_at=worktime.due(calendar, started_at, *policy.counting, pauses=pauses),
        due_a_at=worktime.add_consecutive(started_at, budget),
        due_b_at=worktime.add_skipping_days_off(calendar, started_at, budget, pauses=pauses),
    )


def start(
    *, policy_version: PolicyVersion, calendar_version: CalendarVersion, started_at: datetime, at: datetime
) -> tuple[Clock, list[Change]]:
    """Start a clock with its first milestone (P1). A due instant already past is left to the next sweep."""
    policy, calendar = versions.policy(policy_version.pk), versions.calendar(calendar_version.pk)
    dues = first_dues(policy, calendar, started_at=started_at)
    clock = Clock(policy_version=policy_version, calendar_version=calendar_version, started_at=started_at, logged_at=at)
    milestone = Milestone(
        name=MilestoneName.FIRST_REPLY,
        opened_at=at,
        due_at=dues.due_at,
        due_a_at=dues.due_a_at,
        due_b_at=dues.due_b_at,
        next_look_at=ladder.first_look_at(policy, due_at=dues.due_at, logged_at=at, calendar=calendar),
    )
    rows.open_clock(clock, milestone)
    facts = {
        "clock": clock.pk,
        "policy_version": policy_version.pk,
        "calendar_version": calendar_version.pk,
        "started_at": started_at.isoformat(),
        "due_a_at": dues.due_a_at.isoformat(),
        "due_b_at": dues.due_b_at.isoformat(),
    }
    return clock, [change("milestone_opened", milestone, at, **facts)]


def start_limit(
    name: MilestoneName,
    *,
    due_at: datetime,
    policy_version: PolicyVersion,
    calendar_version: CalendarVersion,
    started_at: datetime,
    at: datetime,
) -> tuple[Clock, list[Change]]:
    """Start a clock of one milestone beside the reply promise: a statutory limit, one set from outside (P12)."""
    policy, calendar = versions.policy(policy_version.pk), versions.calendar(calendar_version.pk)
    clock = Clock(policy_version=policy_version, calendar_version=calendar_version, started_at=started_at, logged_at=at)
    milestone = Milestone(
        name=name,
        opened_at=at,
        due_at=due_at,
        next_look_at=ladder.first_look_at(policy, due_at=due_at, logged_at=at, calendar=calendar),
    )
    rows.open_clock(clock, milestone)
    facts = {
        "clock": clock.pk,
        "policy_version": policy_version.pk,
        "calendar_version": calendar_version.pk,
        "started_at": started_at.isoformat(),
    }
    return clock, [change("milestone_opened", milestone, at, **facts)]


def statutory_due_at(
    policy_version: PolicyVersion, calendar_version: CalendarVersion, *, started_at: datetime
) -> datetime | None:
    """Return the closing of the last working day the policy's statutory limit gives, None where it sets none (P2)."""
    days = versions.policy(policy_version.pk).statutory_days
    return worktime.add_working_days(versions.calendar(calendar_version.pk), started_at, days) if days else None


def promise(clock: Clock, *, due_at: datetime, opened_by: str, at: datetime) -> list[Change]:
    """Open the milestone a delivered interim reply promised (P5)."""
    policy, calendar = versions.policy(clock.policy_version_id), versions.calendar(clock.calendar_version_id)
    # No A and B beside it: the office named this instant itself, so no rule explains it (P5).
    milestone = Milestone.objects.create(
        clock=clock,
        name=MilestoneName.PROMISED,
        number=clock.milestones.filter(name=MilestoneName.PROMISED).count() + 1,
        opened_at=at,
        opened_by=opened_by,
        due_at=due_at,
        next_look_at=ladder.first_look_at(policy, due_at=due_at, logged_at=at, calendar=calendar),
    )
    return [change("milestone_opened", milestone, at, clock=clock.pk, by=opened_by)]


def is_promised(clocks: Iterable[Clock], *, by: str) -> bool:
    """Tell whether `by` has opened a milestone, whatever became of it."""
    return Milestone.objects.filter(clock__in=list(clocks), opened_by=by).exists()


def meet(
    clocks: Iterable[Clock],
    *,
    names: Collection[str],
    met_at: datetime,
    by: str,
    at: datetime,
    is_proven: bool = True,
    told_at: datetime | None = None,
    may_void: bool = True,
    cause: BreachCause = BreachCause.NO_REPLY,
    unless_opened_by: Collection[str] = (),
) -> list[Change]:
    """Meet the open milestones called `names` at `met_at`: late, the breach stands (P3, P6).

    Proof (`is_proven`) that it arrived in time voids a breach the timer recorded before the proof was in. A person's
    word given past the due instant (at `told_at`, else `at`) neither voids nor prevents one, whether or not the timer
    was there first. Nothing is voided where not `may_void`.
    """
    changes: list[Change] = []
    # A reply must not keep the very promise it made.
    for milestone in _open_of(clocks).filter(name__in=names).exclude(opened_by__in=unless_opened_by):
        # What arrives at the due instant itself is in time: the promise says within, not before.
        is_missed = met_at > milestone.due_at or (not is_proven and (told_at or at) > milestone.due_at)
        if is_missed:
            changes += record_breach(milestone, at=at, cause=cause)
        elif may_void:
            changes += void_breach(milestone, reason="delivered_in_time", at=at)
        # Late before the timer saw it: without one more look a late answer would hide the breach from the leadership.
        milestone.met_at, milestone.met_by, milestone.next_look_at = met_at, by, at if is_missed else None
        milestone.save(update_fields=["met_at", "met_by", "next_look_at"])
        changes.append(change("milestone_met", milestone, at, met_at=met_at.isoformat(), by=by))
    return changes


def void(clocks: Iterable[Clock], *, by: str, at: datetime) -> list[Change]:
    """Open again at its original due time what `by` had met, and end what it had opened (P4)."""
    changes: list[Change] = []
    own = Milestone.objects.select_for_update().filter(clock__in=list(clocks)).order_by("due_at", "pk")
    for milestone in own.filter(opened_by=by, ended_at__isnull=True):
        # Met or open: a promise that never arrived must not come back when what met it is voided in turn.
        changes += _end(milestone, reason="voided", cause=BreachCause.NO_REPLY, missed_by=at, at=at)
    for milestone in own.filter(met_by=by):
        # The sweep looks at once: what became due while it counted as met is told now.
        milestone.met_at, milestone.met_by, milestone.next_look_at = None, "", at
        milestone.save(update_fields=["met_at", "met_by", "next_look_at"])
        changes.append(change("milestone_reopened", milestone, at, by=by))
    return changes


def resume(clocks: Iterable[Clock], *, reason: str = "", met: Collection[str] = (), at: datetime) -> list[Change]:
    """Open again, at its due time, what ended for `reason`, and what of the names in `met` was met (P8).

    Whether that is missed is for what meets it next, or the next sweep, to say.
    """
    own = Milestone.objects.select_for_update().filter(clock__in=list(clocks)).order_by("due_at", "pk")
    done = Q(met_at__isnull=False, name__in=met) | Q(ended_at__isnull=False, end_reason=reason)
    changes = []
    for milestone in own.filter(done):
        # The due instant stays: a merge taken back must not give anybody more time (P8).
        milestone.met_at, milestone.met_by, milestone.ended_at, milestone.end_reason = None, "", None, ""
        milestone.next_look_at = at
        milestone.save(update_fields=["met_at", "met_by", "ended_at", "end_reason", "next_look_at"])
        changes.append(change("milestone_reopened", milestone, at))
    return changes


def record_missed(clocks: Iterable[Clock], *, cause: BreachCause, at: datetime, among: Collection[int]) -> list[Change]:
    """Record a breach, dated when it was due, on the open milestones of `among` already past at `at` (P4, P8)."""
    # Only what the caller reopened just now; any other missed one is the sweep's, with its own cause.
    missed = _open_of(clocks).filter(pk__in=among, due_at__lte=at)
    return [one for milestone in missed for one in record_breach(milestone, at=at, cause=cause)]


def end(
    clocks: Iterable[Clock],
    *,
    reason: str,
    cause: BreachCause = BreachCause.NO_REPLY,
    missed_by: datetime,
    at: datetime,
) -> list[Change]:
    """End every open milestone without a reply; one already missed at `missed_by` leaves its breach behind (P15)."""
    return [
        one
        for milestone in _open_of(clocks)
        for one in _end(milestone, reason=reason, cause=cause, missed_by=missed_by, at=at)
    ]


def next_dues(clocks: Iterable[int]) -> dict[int, datetime]:
    """Return by the clock's id the earliest due instant among its open milestones, where anything is owed."""
    dues = Milestone.objects.filter(OPEN, clock__in=list(clocks)).values_list("clock").annotate(Min("due_at"))
    return dict(dues.order_by())


def look_again(clocks: Iterable[Clock], *, at: datetime) -> None:
    """Let the timer look at every open milestone at once: what it told before it does not tell again."""
    _open_of(clocks, lock=False).update(next_look_at=at)


def due_rows(*, at: datetime) -> QuerySet[Milestone]:
    """Return the milestones whose moment to look has come."""
    return Milestone.objects.filter(next_look_at__lte=at)


def claim_due(
    *, at: datetime, limit: int, besides: Collection[int] = (), of_clock: Clock | None = None
) -> list[Milestone]:
    """Lock up to `limit` milestones whose moment to look has come, skipping those another worker holds (design §6).

    `besides` names those this sweep has already had to leave; `of_clock` is the only one a rehearsal may touch.
    """
    # Two sweepers share the work instead of queueing; `of`, since the joined clock is only read.
    free = due_rows(at=at).select_for_update(of=("self",), skip_locked=True).select_related("clock")
    due = free.exclude(pk__in=besides)
    return list((due.filter(clock=of_clock) if of_clock else due).order_by("next_look_at")[:limit])


def look(milestones: Sequence[Milestone], *, at: datetime) -> list[Look]:
    """Ask the ladder of each what it says at `at`. Raises whatever one whose policy cannot be read raises."""
    fired, missed = _fired(milestones)
    looks = []
    for milestone in milestones:
        # The pinned versions, never the newest: an edit reaches what runs only where it was applied (P10).
        policy = versions.policy(milestone.clock.policy_version_id)
        decision = ladder.look(
            policy,
            due_at=milestone.due_at,
            logged_at=milestone.opened_at,
            calendar=versions.calendar(milestone.clock.calendar_version_id),
            fired=fired[milestone.pk],
            at=at,
        )
        looks.append(Look(milestone, policy, decision, milestone.pk in missed))
    return looks


def put_off_unread(pk: int, *, until: datetime) -> Milestone | None:
    """Return one milestone, locked, to be looked at again at `until`; None when another worker holds it."""
    # In a transaction of its own, so the one that broke is rolled back and this row is free or somebody else's.
    free = Milestone.objects.select_for_update(of=("self",), skip_locked=True).select_related("clock")
    milestone = free.filter(pk=pk, next_look_at__isnull=False).first()
    if milestone:
        milestone.next_look_at = until
        milestone.save(update_fields=["next_look_at"])
    return milestone


def put_off(look: Look, *, but: Collection[str], until: datetime) -> Look:
    """Return the look telling no rungs but these: the others wait for `until`, or for what takes their place."""
    decision = look.decision
    tell = tuple(planned for planned in decision.tell if planned.rung.key in but)
    if len(tell) == len(decision.tell):
        return look
    # Whichever is earlier: a later rung may find somebody before this one is tried again.
    next_look_at = min(until, decision.next_look_at or until)
    return replace(look, decision=replace(decision, tell=tell, next_look_at=next_look_at))


def mark_looked(
    looks: Sequence[Look], *, at: datetime, causes: Mapping[int, BreachCause] | None = None
) -> list[Change]:
    """Record what the claimed looks told, skipped and found missed, and when to look next.

    `causes` says by milestone why it was missed, where that is known to be more than that no reply came.
    """
    why = causes or {}
    breaches = [
        Breach(
            milestone=look.milestone,
            due_at=look.milestone.due_at,
            recorded_at=at,
            cause=why.get(look.milestone.pk, BreachCause.NO_REPLY),
        )
        for look in looks
        # A standing breach has its own date and cause already; a second row would count it twice (P6).
        if look.decision.is_missed and not look.is_known_missed
    ]
    changes = [change("breach_recorded", b.milestone, at, cause=str(b.cause)) for b in breaches]
    firings = []
    for look in looks:
        for result, rungs in (
            (Firing.Result.TOLD, look.decision.tell),
            (Firing.Result.SUPERSEDED, look.decision.superseded),
        ):
            for planned in rungs:
                firings.append(_firing(look.milestone, planned, result, at))
                changes.append(
                    change(
                        f"alert_{result}", look.milestone, at, rung=planned.rung.key, planned_at=planned.at.isoformat()
                    )
                )
        look.milestone.next_look_at = look.decision.next_look_at
    rows.write_looks([look.milestone for look in looks], firings, breaches)
    return changes


def _open_of(clocks: Iterable[Clock], *, lock: bool = True) -> Any:
    # In the order they were due: the history tells it so, and everybody locks these rows so.
    found = Milestone.objects.filter(OPEN, clock__in=list(clocks)).order_by("due_at", "pk")
    return found.select_for_update() if lock else found


def _fired(milestones: Collection[Milestone]) -> tuple[dict[int, set[str]], set[int]]:
    """Return which rungs fired for the due instants as they are, and which milestones are known to be missed.

    Asked once the milestones are locked: what another sweep has just written counts, too.
    """
    due = {milestone.pk: milestone.due_at for milestone in milestones}
    fired: dict[int, set[str]] = defaultdict(set)
    firings = Firing.objects.filter(milestone__in=due).values_list("milestone_id", "rung", "due_at")
    breaches = Breach.objects.filter(milestone__in=due, voided_at__isnull=True)
    missed = set()
    for pk, rung, due_at in firings.union(breaches.values_list("milestone_id", Value(""), "due_at"), all=True):
        if not rung:
            missed.add(pk)
        elif due_at == due[pk]:  # what fired for an earlier due instant does not count for this one
            fired[pk].add(rung)
    return fired, missed


def _end(milestone: Milestone, *, reason: str, cause: BreachCause, missed_by: datetime, at: datetime) -> list[Change]:
    # By the caller's instant and not by now: a withdrawal written down late misses nothing that it came before (P15).
    is_missed = milestone.is_open and milestone.due_at <= missed_by
    changes = record_breach(milestone, at=at, cause=cause) if is_missed else []
    if milestone.is_open:
        # A breach found while ending is still to be told; the sweep finds it here (N1).
        milestone.next_look_at = at if is_missed else None
    milestone.met_at, milestone.met_by = None, ""
    milestone.ended_at, milestone.end_reason = at, reason
    milestone.save(update_fields=["met_at", "met_by", "ended_at", "end_reason", "next_look_at"])
    return [*changes, change("milestone_ended", milestone, at, reason=reason)]


def _firing(milestone: Milestone, planned: ladder.Planned, result: str, at: datetime) -> Firing:
    return Firing(
        milestone=milestone,
        rung=planned.rung.key,
        due_at=milestone.due_at,
        planned_at=planned.at,
        fired_at=at,
        result=result,
    )
