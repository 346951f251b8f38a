"""What the clocks of one ticket came to, told by its history alone: pure, so that anybody can count it again (P14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

Facts = Mapping[str, Any]


class Unreadable(ValueError):
    """A line of the history speaks of what no line before it opened, or lacks a fact."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"line {seq} cannot be followed")
        self.seq = seq


class Line(NamedTuple):
    """One line of a ticket's history about its clocks."""

    seq: int
    kind: str
    at: datetime
    facts: Facts


class Fired(NamedTuple):
    """How a rung had its moment."""

    planned_at: datetime
    fired_at: datetime
    result: str


@dataclass(slots=True)
class Missed:
    """A breach, void or standing."""

    due_at: datetime
    recorded_at: datetime
    cause: str
    voided_at: datetime | None = None
    void_reason: str = ""


@dataclass(slots=True)
class Owed:
    """A milestone; `fired` by the rung and the due instant it fired for, `missed` in the order of recording."""

    name: str
    number: int
    opened_at: datetime
    opened_by: str
    due_at: datetime
    due_a_at: datetime | None = None
    due_b_at: datetime | None = None
    met_at: datetime | None = None
    met_by: str = ""
    ended_at: datetime | None = None
    end_reason: str = ""
    fired: dict[tuple[str, datetime], Fired] = field(default_factory=dict)
    missed: list[Missed] = field(default_factory=list)

    def look_from(self, at: datetime) -> datetime | None:
        """Return when the timer must look again: at once, a missed one done with only once due, else never."""
        if self.met_at is None and self.ended_at is None:
            return at
        # Should the tables be lost between a breach and its telling, it is told after all (N7).
        return max(at, self.due_at) if any(one.voided_at is None for one in self.missed) else None


@dataclass(slots=True)
class Stood:
    """A pause, and what it waited for (P9)."""

    began_at: datetime
    ends_at: datetime
    waits_for: str


@dataclass(slots=True)
class Timed:
    """A clock, what of the ticket it times, and its milestones by their ids."""

    policy_version: int
    calendar_version: int
    started_at: datetime
    logged_at: datetime
    cycle: int
    role: str
    owed: dict[int, Owed] = field(default_factory=dict)
    paused: list[Stood] = field(default_factory=list)


def replay(lines: Iterable[Line]) -> dict[int, Timed]:
    """Return by id the clocks that these lines, in order, come to. Raises Unreadable; other kinds are passed over."""
    clocks: dict[int, Timed] = {}
    milestones: dict[int, Owed] = {}
    for line in lines:
        try:
            # The first of a clock opens that too: both were begun in one act.
            if line.kind == "milestone_opened":
                milestones[line.facts["milestone"]] = _open(clocks, line.facts, line.at)
            elif line.kind in _CLOCK_STEPS:
                clock, owed = clocks[line.facts["clock"]], milestones[line.facts["milestone"]]
                _CLOCK_STEPS[line.kind](clock, owed, line.facts)
            elif line.kind in _PAUSE_STEPS:
                for pk in line.facts["clocks"]:
                    _PAUSE_STEPS[line.kind](clocks[pk], line.facts)
            elif line.kind in _STEPS:
                _STEPS[line.kind](milestones[line.facts["milestone"]], line.facts, line.at)
        # A line that cannot be followed is told by its number: guessing would write a wrong deadline back.
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(line.seq) from error
    return clocks


def _open(clocks: dict[int, Timed], facts: Facts, at: datetime) -> Owed:
    # Only the promise and the limits start a clock; what an interim reply promises joins one.
    if "started_at" in facts:
        clocks[facts["clock"]] = Timed(
            policy_version=facts["policy_version"],
            calendar_version=facts["calendar_version"],
            started_at=_instant(facts["started_at"]),
            logged_at=at,
            cycle=facts["cycle"],
            role=facts["role"],
        )
    owed = Owed(facts["name"], facts["number"], at, facts.get("by", ""), _instant(facts["due_at"]))
    if "due_a_at" in facts:
        _count_anew(owed, facts)
    clocks[facts["clock"]].owed[facts["milestone"]] = owed
    return owed


def _count_anew(owed: Owed, facts: Facts) -> None:
    owed.due_at = _instant(facts["due_at"])
    owed.due_a_at, owed.due_b_at = _instant(facts["due_a_at"]), _instant(facts["due_b_at"])


def _moved(clock: Timed, owed: Owed, facts: Facts) -> None:
    clock.started_at = _instant(facts["started_at"])
    owed.due_at = _instant(facts["due_at"])
    if "due_a_at" in facts:
        _count_anew(owed, facts)


def _applied(clock: Timed, owed: Owed, facts: Facts) -> None:
    clock.policy_version, clock.calendar_version = facts["policy_version"], facts["calendar_version"]
    owed.due_at = _instant(facts["due_at"])
    if "due_a_at" in facts:
        _count_anew(owed, facts)


def _paused(clock: Timed, facts: Facts) -> None:
    began_at, ends_at = _instant(facts["began_at"]), _instant(facts["until_at"])
    clock.paused.append(Stood(began_at, ends_at, f"reply:{facts['reply']}"))


def _resumed(clock: Timed, facts: Facts) -> None:
    since_at = _instant(facts["since_at"])
    # Not always the last: an answer written down late shortens the pause it fell in, whatever began since.
    for stood in clock.paused:
        if stood.began_at <= since_at < stood.ends_at:
            stood.ends_at = since_at


def _met(owed: Owed, facts: Facts, _at: datetime) -> None:
    owed.met_at, owed.met_by = _instant(facts["met_at"]), facts["by"]


def _reopened(owed: Owed, _facts: Facts, _at: datetime) -> None:
    owed.met_at, owed.met_by, owed.ended_at, owed.end_reason = None, "", None, ""


def _ended(owed: Owed, facts: Facts, at: datetime) -> None:
    owed.met_at, owed.met_by, owed.ended_at, owed.end_reason = None, "", at, facts["reason"]


def _told(owed: Owed, facts: Facts, at: datetime) -> None:
    owed.fired[_rung(facts)] = Fired(_instant(facts["planned_at"]), at, "told")


def _superseded(owed: Owed, facts: Facts, at: datetime) -> None:
    owed.fired[_rung(facts)] = Fired(_instant(facts["planned_at"]), at, "superseded")


def _breached(owed: Owed, facts: Facts, at: datetime) -> None:
    owed.missed.append(Missed(_instant(facts["due_at"]), at, facts["cause"]))


def _voided(owed: Owed, facts: Facts, at: datetime) -> None:
    # At most one stands at any time: it is the one that goes.
    standing = [one for one in owed.missed if one.voided_at is None]
    (breach,) = standing
    breach.voided_at, breach.void_reason = at, facts["reason"]


def _rung(facts: Facts) -> tuple[str, datetime]:
    return facts["rung"], _instant(facts["due_at"])


def _instant(said: str) -> datetime:
    return datetime.fromisoformat(said)


_CLOCK_STEPS: dict[str, Callable[[Timed, Owed, Facts], None]] = {
    "milestone_moved": _moved,
    "policy_applied": _applied,
}
_STEPS: dict[str, Callable[[Owed, Facts, datetime], None]] = {
    "milestone_met": _met,
    "milestone_reopened": _reopened,
    "milestone_ended": _ended,
    "alert_told": _told,
    "alert_superseded": _superseded,
    "breach_recorded": _breached,
    "breach_voided": _voided,
}
_PAUSE_STEPS: dict[str, Callable[[Timed, Facts], None]] = {"paused": _paused, "resumed": _resumed}
KINDS = frozenset({"milestone_opened", *_CLOCK_STEPS, *_PAUSE_STEPS, *_STEPS})
