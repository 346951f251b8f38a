"""Which rungs of the ladder are due, and when to look again: pure, so that a rehearsal and the timer agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.policies import Policy, Rung


@dataclass(frozen=True, slots=True)
class Planned:
    """A rung and its moment."""

    rung: Rung
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What one look at a milestone comes to."""

    tell: tuple[Planned, ...]
    superseded: tuple[Planned, ...]
    is_missed: bool
    next_look_at: datetime | None


def plan(policy: Policy, *, due_at: datetime) -> list[Planned]:
    """Return every rung with its moment, earliest first (N1: hours on the wall to the due instant)."""
    return [Planned(rung, due_at - timedelta(seconds=rung.before_s)) for rung in policy.ladder]


def look(policy: Policy, *, due_at: datetime, fired: Collection[str], at: datetime) -> Decision:
    """Decide what a look at `at` must do, given the keys of rungs already `fired`.

    Rungs whose moment passed unseen are told once: of one label only the last, and of reminders none once the
    milestone itself is missed (N6). Nothing depends on how many looks were skipped.
    """
    waiting = [planned for planned in plan(policy, due_at=due_at) if planned.rung.key not in fired]
    ripe = [planned for planned in waiting if planned.at <= at]
    is_missed = due_at <= at
    tell = _last_of_each_label(p for p in ripe if p.rung.is_breach == is_missed)
    later = [planned.at for planned in waiting if planned.at > at] + ([] if is_missed else [due_at])
    return Decision(
        tell=tuple(tell),
        superseded=tuple(planned for planned in ripe if planned not in tell),
        is_missed=is_missed,
        next_look_at=min(later, default=None),
    )


def first_look_at(policy: Policy, *, due_at: datetime) -> datetime:
    """Return when the sweep must look at a new milestone for the first time; it may lie in the past."""
    return min([planned.at for planned in plan(policy, due_at=due_at)] + [due_at])


def _last_of_each_label(ripe: Iterable[Planned]) -> list[Planned]:
    last = {planned.rung.label: planned for planned in ripe}  # plan() is in time order: the later one wins
    return list(last.values())
