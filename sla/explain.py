"""Why a deadline is when it is, line by line (P11): told from the very stretches that made it.

Pure: no clock, no database, no Django. `sla/wording.py` says it in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal, NamedTuple

from sla.calendars import Calendar
from sla.hours import Why
from sla.timeline import SECOND, Interval, instant, intervals, local_clock, micros, midnight, parts
from sla.worktime import Pauses, Rule, stretches


class Line(NamedTuple):
    """A stretch of time and what it counted: seconds, or days under `working_days`; 0 when it did not count."""

    from_at: datetime
    to_at: datetime
    counted: int
    why: Why


@dataclass(frozen=True, slots=True)
class Explanation:
    """How `amount` was counted from `received_at` to `due_at`: the lines leave no gap and their `counted` sum to it."""

    calendar: Calendar
    rule: Rule
    amount: int
    received_at: datetime
    due_at: datetime
    lines: tuple[Line, ...]

    @property
    def unit(self) -> Literal["seconds", "days"]:
        """Return what `amount` and `counted` are in."""
        return "days" if self.rule == "working_days" else "seconds"


def explain(calendar: Calendar, start: datetime, rule: Rule, amount: int, *, pauses: Pauses = ()) -> Explanation:
    """Explain the deadline that `amount` (seconds, or days for `working_days`) sets under a rule.

    `due_at` is what the rule's `add_…` function returns: both read the same stretches. Raise as it does.
    """
    # The very stretches that set the due time: a second way of counting could one day disagree with it.
    used = list(stretches(calendar, start, rule, amount, pauses=pauses))
    first, cuts = micros(start), intervals(pauses)
    tell = _tell_days if rule == "working_days" else _tell_time
    lines = tuple(_merged(tell(calendar, first, rule, used, cuts)))
    return Explanation(calendar, rule, amount, instant(first), instant(used[-1][1] if used else first), lines)


def explain_set(
    calendar: Calendar, start: datetime, rule: Rule, amount: int, *, pauses: Pauses, due_at: datetime
) -> Explanation:
    """Explain a deadline as it was set: by the pauses that had begun when it was last counted (P9).

    One that was met before a later pause is not moved by it. Where no count ends at `due_at`, all `pauses` are told.
    """
    # The most pauses first: of two counts that end alike the one with all that had begun tells more.
    pauses = sorted(pauses)
    told = [explain(calendar, start, rule, amount, pauses=pauses[:many]) for many in range(len(pauses), -1, -1)]
    return next((one for one in told if one.due_at == due_at), told[0])


# --- lines ------------------------------------------------------------------------------------------------------

Label = Callable[[int], Why]
Row = tuple[int, int, int, Why]  # from, to, counted, why


def _tell_time(
    calendar: Calendar, start: int, rule: Rule, used: Sequence[Interval], cuts: Sequence[Interval]
) -> Iterator[Row]:
    at, total = start, 0
    for starts, ends in used:
        yield from _skipped(calendar, at, starts, cuts)
        # A start between two seconds would leave each line a fraction: whole seconds are carried over, none is lost.
        seconds = (total + ends - starts) // SECOND - total // SECOND
        yield starts, ends, seconds, _counted_why(calendar, rule, starts)
        at, total = ends, total + ends - starts


def _tell_days(
    calendar: Calendar, start: int, rule: Rule, used: Sequence[Interval], cuts: Sequence[Interval]
) -> Iterator[Row]:
    at, received = start, local_clock(calendar.tz, start)[0]
    label = partial(_day_not_counted, calendar, received)
    for starts, closes in used:
        yield from _labelled(calendar, at, starts, label)
        # A counted day runs on to midnight so that no line is spent on its evening; the last one ends when it is due.
        last = closes == used[-1][1]
        at = closes if last else midnight(calendar.tz, local_clock(calendar.tz, closes - 1)[0] + 1)
        yield starts, at, 1, "working_day"


def _counted_why(calendar: Calendar, rule: Rule, at: int) -> Why:
    if rule == "consecutive":
        return "consecutive"
    number, clock = local_clock(calendar.tz, at)
    if rule == "skip_days_off":
        return "working_day"
    return next(piece.why for piece in calendar.day(number).pieces if piece.starts <= clock < piece.ends)


def _day_not_counted(calendar: Calendar, received: int, number: int) -> Why:
    if number == received:
        return "day_of_receipt"
    day = calendar.day(number)
    return "pause" if day.open else day.pieces[0].why  # a working day is left out only when it closed in a pause


def _labelled(calendar: Calendar, start: int, end: int, label: Label) -> Iterator[Row]:
    """Yield one row a local day from `start` to `end`, under what `label` says of its number."""
    for part in parts(calendar.tz, start):
        if part.starts >= end:
            return
        yield part.starts, min(part.ends, end), 0, label(part.number)


def _skipped(calendar: Calendar, start: int, end: int, cuts: Sequence[Interval]) -> Iterator[Row]:
    """Yield what lies between two stretches: pauses, and around them what the calendar says."""
    at = start
    for first, last in cuts:
        if first >= end or last <= at:
            continue
        yield from _closed(calendar, at, first)
        yield max(first, at), min(last, end), 0, "pause"
        at = min(last, end)
    yield from _closed(calendar, at, end)


def _closed(calendar: Calendar, start: int, end: int) -> Iterator[Row]:
    for part in parts(calendar.tz, start):
        if part.starts >= end:
            return
        for piece in calendar.day(part.number).pieces:
            starts = max(part.midnight + piece.starts, part.starts)
            ends = min(part.midnight + piece.ends, part.ends, end)
            if starts < ends:
                yield starts, ends, 0, piece.why


def _merged(rows: Iterable[Row]) -> Iterator[Line]:
    """Join neighbours that did not count for one reason: a run of days off is one line."""
    held: Row | None = None
    for row in rows:
        # Counted neighbours stay apart: each day's share of the budget can then be checked by hand.
        if held and held[3] == row[3] and not held[2] and not row[2] and held[1] == row[0]:
            held = (held[0], row[1], 0, row[3])
            continue
        if held:
            yield _line(held)
        held = row
    if held:
        yield _line(held)


def _line(row: Row) -> Line:
    return Line(instant(row[0]), instant(row[1]), row[2], row[3])
