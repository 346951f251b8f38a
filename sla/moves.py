"""Move what is due once what it counts from turns out otherwise: on the pinned versions, with its facts (P1, P6)."""

from __future__ import annotations

from datetime import datetime

from sla import ladder, versions, worktime
from sla.changes import Change, change, record_breach, void_breach
from sla.clocks import Dues, first_dues
from sla.models import BreachCause, Clock, Milestone, MilestoneName
from sla.policies import Policy
from sla.worktime import Calendar, Pauses

# What is counted from the start of its clock; the rest is due at an instant of its own.
COUNTED = (MilestoneName.FIRST_REPLY, MilestoneName.STATUTORY)


def restart(clock: Clock, *, started_at: datetime, reason: str, at: datetime, may_void: bool = True) -> list[Change]:
    """Let a clock count from `started_at`: what depends on it moves, whatever was done by then (P1).

    A breach whose new due instant lies after what was done is annotated void with `reason` and stays; one found so is
    dated when it was due (P6). Where not `may_void` a breach that stands never goes. A promised instant and one set
    from outside count from nothing and do not move.
    """
    clock.started_at = started_at
    clock.save(update_fields=["started_at"])
    return recount(clock, reason=reason, may_void=may_void, at=at)


def recount(clock: Clock, *, reason: str, at: datetime, may_void: bool = True) -> list[Change]:
    """Count anew, on the pinned versions, what a clock's start and pauses make due (P9); else as `restart`."""
    policy, calendar = versions.policy(clock.policy_version_id), versions.calendar(clock.calendar_version_id)
    rows = Milestone.objects.select_for_update().filter(clock=clock, name__in=COUNTED).order_by("pk")
    changes: list[Change] = []
    for milestone in rows:
        # A pause that began once this was done has nothing to do with it.
        # Its own moment decides for each: the limit by law may run on long after the first reply was met.
        before = milestone.met_at or milestone.ended_at or at
        began = clock.pauses.filter(began_at__lte=before).order_by("began_at")
        pauses = list(began.values_list("began_at", "ends_at"))
        dues = counted(milestone.name, policy, calendar, started_at=clock.started_at, pauses=pauses)
        changes += _move(milestone, policy, dues, clock=clock, reason=reason, may_void=may_void, at=at)
    return changes


def counted(
    name: str, policy: Policy, calendar: Calendar, *, started_at: datetime, pauses: Pauses = ()
) -> Dues | datetime:
    """Compute when a milestone of COUNTED is due; a statutory limit is N working days under every rule (P2)."""
    if name == MilestoneName.STATUTORY:
        return worktime.add_working_days(calendar, started_at, policy.statutory_days, pauses=pauses)
    return first_dues(policy, calendar, started_at=started_at, pauses=pauses)


def set_dues(milestone: Milestone, dues: Dues | datetime) -> dict[str, str]:
    """Write new due instants on a milestone, unsaved; return what history keeps of both rules."""
    if isinstance(dues, datetime):
        # Rules A and B compare ways to count hours; a limit in working days has one way only (P2).
        milestone.due_at = dues
        return {}
    milestone.due_at, milestone.due_a_at, milestone.due_b_at = dues.due_at, dues.due_a_at, dues.due_b_at
    return {"due_a_at": dues.due_a_at.isoformat(), "due_b_at": dues.due_b_at.isoformat()}


def _move(
    milestone: Milestone,
    policy: Policy,
    dues: Dues | datetime,
    *,
    clock: Clock,
    reason: str,
    may_void: bool,
    at: datetime,
) -> list[Change]:
    was_due_at, done_at = milestone.due_at, _done_at(milestone) or at
    facts = {
        "clock": clock.pk,
        "started_at": clock.started_at.isoformat(),
        "was_due_at": was_due_at.isoformat(),
        **set_dues(milestone, dues),
    }
    changes = [change("milestone_moved", milestone, at, **facts)]
    # Where nothing moved, neither the breach nor the alerts told of it may be touched.
    if milestone.due_at != was_due_at:
        # An open one due this instant is left to the sweep, which tells the breach as it records it.
        is_missed = milestone.due_at < done_at
        # Read before the row is voided: a requester nobody could reach was no easier to reach on the new date (P3).
        cause = _standing_cause(milestone)
        milestone.next_look_at = _next_look_at(milestone, policy, is_missed=is_missed, at=at)
        # The old row is annotated and stays; a new one carries the new date, so that no fact is overwritten (P6).
        changes += void_breach(milestone, reason=reason, at=at) if may_void or is_missed else []
        changes += record_breach(milestone, at=at, cause=cause) if is_missed else []
    milestone.save(update_fields=["due_at", "due_a_at", "due_b_at", "next_look_at"])
    return changes


def _done_at(milestone: Milestone) -> datetime | None:
    """Return the instant that decides whether a milestone was missed, None while it is open.

    A person's word given past the due instant did not count as in time (P3): what counts is when that was recorded.
    """
    standing = milestone.breaches.filter(voided_at__isnull=True).first()
    if standing and milestone.met_at and milestone.met_at <= standing.due_at:
        return standing.recorded_at
    return milestone.met_at or milestone.ended_at


def _standing_cause(milestone: Milestone) -> BreachCause:
    standing = milestone.breaches.filter(voided_at__isnull=True).first()
    return BreachCause(standing.cause) if standing else BreachCause.NO_REPLY


def _next_look_at(milestone: Milestone, policy: Policy, *, is_missed: bool, at: datetime) -> datetime | None:
    """A moved due instant earns its alerts again; what is done is looked at only to tell that it was missed."""
    if milestone.is_open:
        calendar = versions.calendar(milestone.clock.calendar_version_id)
        return ladder.first_look_at(policy, due_at=milestone.due_at, logged_at=milestone.opened_at, calendar=calendar)
    return at if is_missed else None
