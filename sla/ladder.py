"""Which rungs of the ladder are due, and when to look again: pure, so that a rehearsal and the timer agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla import office
from sla.policies import Policy, Rung
from sla.worktime import Calendar

# Told beside the highest rung when nobody is at work before the due instant (N1); a night is no time for mail alone.
DUTY = "duty"
DUTY_CHANNELS = ("sms", "email")


@dataclass(frozen=True, slots=True)
class Planned:
    """A rung and its moment; `is_told` is False where another takes its place from the start."""

    rung: Rung
    at: datetime
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What one look at a milestone comes to."""

    tell: tuple[Planned, ...]
    superseded: tuple[Planned, ...]
    is_missed: bool
    next_look_at: datetime | None


def plan(policy: Policy, *, due_at: datetime, logged_at: datetime, calendar: Calendar) -> list[Planned]:
    """Return who is told when, earliest first, of something `logged_at` and due at `due_at` (N1).

    Hours left are hours on the wall. A reminder outside office hours moves (`sla/office.py`); those of one label moved
    to one moment become one. With no office hour in between, the highest reminder and the duty officer are told when
    it is logged; of what was past when logged only the breach is told, and the duty officer with it.
    """
    # The same steps the timer takes: a rehearsal that planned by itself would promise what never rings.
    steps = [step for step in _steps(policy, due_at, logged_at, calendar, besides=()) if step.is_told]
    last = {(step.rung.label, step.at): step for step in steps}
    return list(last.values())


def look(
    policy: Policy, *, due_at: datetime, logged_at: datetime, calendar: Calendar, fired: Collection[str], at: datetime
) -> Decision:
    """Decide what a look at `at` must do, given the keys of rungs already `fired`.

    Rungs whose moment passed unseen are told once: of one label only the last, and of reminders none once the
    milestone itself is missed (N6). Nothing depends on how many looks were skipped.
    """
    waiting = _steps(policy, due_at, logged_at, calendar, besides=fired)
    # By state and not by a window of time: after three days of outage nothing has fallen out of sight (N6).
    ripe = [step for step in waiting if step.at <= at]
    # At the due instant it is missed: a reply proven to have arrived that very moment voids it again (P3).
    is_missed = due_at <= at
    # Once it is missed a reminder would say that there is time left (N6).
    tell = _last_of_each_label(step for step in ripe if step.is_told and step.rung.is_breach == is_missed)
    # The due instant itself is always looked at, or a ladder without rungs there would miss its breach.
    later = [step.at for step in waiting if step.at > at] + ([] if is_missed else [due_at])
    return Decision(
        tell=tuple(tell),
        superseded=tuple(step for step in ripe if step not in tell),
        is_missed=is_missed,
        next_look_at=min(later, default=None),
    )


def first_look_at(policy: Policy, *, due_at: datetime, logged_at: datetime, calendar: Calendar) -> datetime:
    """Return when the sweep must look at a new milestone for the first time; it may lie in the past."""
    planned = plan(policy, due_at=due_at, logged_at=logged_at, calendar=calendar)
    return min([step.at for step in planned] + [due_at])


def _steps(
    policy: Policy, due_at: datetime, logged_at: datetime, calendar: Calendar, *, besides: Collection[str]
) -> list[Planned]:
    """Return every rung but `besides` with its moment, in time order; of one moment the longer notice first."""
    # Hours nobody could have used move no reminder: only that it is missed is told, at once (N1).
    is_past = due_at <= logged_at
    is_closed = not is_past and not office.is_ever_open(calendar, logged_at, due_at)
    # Before a closed stretch everybody below would find the reminder with the breach: the highest can still act.
    alone = _highest(policy) if is_closed else None
    steps = []
    for rung in policy.ladder:
        if rung.key in besides:
            continue
        planned_at = due_at - timedelta(seconds=rung.before_s)
        # The breach never moves into office hours: it is told when it happens (N1, N4).
        if not rung.is_breach and not is_past:
            planned_at = office.moved(planned_at, logged_at=logged_at, calendar=calendar)
        is_told = rung.is_breach or (not is_past and (not is_closed or rung == alone))
        steps.append(Planned(rung, planned_at, is_told))
    duty = _duty(policy, alone, is_past=is_past)
    if duty and duty.key not in besides:
        steps.append(Planned(duty, due_at if is_past else logged_at))
    # Where moved reminders meet, the one nearest the deadline is last, and so the one that is told.
    return sorted(steps, key=lambda step: (step.at, -step.rung.before_s))


def _highest(policy: Policy) -> Rung | None:
    """Return the highest reminder's last rung: the higher somebody stands, the later they first hear."""
    reminders = [rung for rung in policy.ladder if not rung.is_breach]
    if not reminders:
        return None
    first_heard: dict[str, int] = {}
    for rung in reminders:
        # By the first notice: an officer is reminded again at two hours and stands no higher for that.
        first_heard.setdefault(rung.label, rung.before_s)
    return min(reversed(reminders), key=lambda rung: first_heard[rung.label])


def _duty(policy: Policy, alone: Rung | None, *, is_past: bool) -> Rung | None:
    if not is_past and alone is None:
        return None
    duty = Rung(DUTY, 0 if is_past or alone is None else alone.before_s, DUTY_CHANNELS)
    # A ladder that names the duty officer at that moment itself needs no second row for them.
    return None if any(rung.key == duty.key for rung in policy.ladder) else duty


def _last_of_each_label(ripe: Iterable[Planned]) -> list[Planned]:
    last = {step.rung.label: step for step in ripe}  # in time order: the later one wins
    return list(last.values())
