"""Deadline arithmetic: how far a budget of time reaches on a calendar (P2, P9).

Pure and exact: inside, instants are whole microseconds, so nothing is rounded; every function takes aware datetimes
and returns aware UTC ones. One engine, `stretches`: a due time is where they end, and `sla/explain.py` tells the very
same ones. The cost grows with the days crossed, never with the minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import index
from typing import Final, Literal

from sla.calendars import Calendar
from sla.errors import CalendarError, NaiveInstant, NeverOpen, TooFar, WorktimeError, gettext_noop
from sla.hours import Season, Span, day_number
from sla.timeline import (
    END,
    SECOND,
    Interval,
    Part,
    day_parts,
    instant,
    intervals,
    local_clock,
    micros,
    midnight,
    parts,
)

__all__ = [
    "Calendar",
    "CalendarError",
    "NaiveInstant",
    "NeverOpen",
    "Season",
    "Span",
    "TooFar",
    "WorktimeError",
    "add_consecutive",
    "add_skipping_days_off",
    "add_working",
    "add_working_days",
    "due",
    "elapsed_working",
    "is_open",
    "last_closing",
    "next_open",
    "previous_close",
    "stretches",
]

Pauses = Sequence[tuple[datetime, datetime]]
Stretches = Iterator[Interval]
Rule = Literal["consecutive", "skip_days_off", "working", "working_days"]


# --- adding a budget --------------------------------------------------------------------------------------------


def add_consecutive(start: datetime, seconds: int) -> datetime:
    """Return the instant `seconds` on the clock after `start`, whatever the days between (P2 rule A)."""
    return _end(_spent(_all_time(micros(start)), seconds), start)


def add_skipping_days_off(calendar: Calendar, start: datetime, seconds: int, *, pauses: Pauses = ()) -> datetime:
    """Return where `seconds` end when days off contribute nothing and a working day all of its hours (P2 rule B).

    A working day, half days too, is worth its whole local day: 24 h, and 23 or 25 h on the two days of a year on which
    daylight saving moves the clock, so that every counted second is one that passed. A budget that ends with a working
    day is due at that midnight, stored as 00:00 of the next day. Zero is due at `start`. Nothing counts in a pause.
    Raise NeverOpen, TooFar, NaiveInstant, or WorktimeError for a negative budget.
    """
    return due(calendar, start, "skip_days_off", seconds, pauses=pauses)


def add_working(calendar: Calendar, start: datetime, seconds: int, *, pauses: Pauses = ()) -> datetime:
    """Return where `seconds` of working time end (P2 rule W): at closing when they end exactly there.

    Zero is due at `start`, open or not. Nothing counts in a pause (P9); pauses may overlap and count once.
    Raise NeverOpen, TooFar, NaiveInstant, or WorktimeError for a negative budget.
    """
    return due(calendar, start, "working", seconds, pauses=pauses)


def add_working_days(calendar: Calendar, start: datetime, days: int, *, pauses: Pauses = ()) -> datetime:
    """Return the closing of the `days`-th working day after the local day of `start`, which is not counted (P2 rule W).

    A working day counts at its closing: one that closes during a pause does not count. Zero is due at `start`.
    Raise NeverOpen, TooFar, NaiveInstant, or WorktimeError for a negative number.
    """
    return due(calendar, start, "working_days", days, pauses=pauses)


def due(calendar: Calendar, start: datetime, rule: Rule, amount: int, *, pauses: Pauses = ()) -> datetime:
    """Return where `amount` (seconds, or days for `working_days`) ends under the rule named. Raise as the rules do."""
    return _end(stretches(calendar, start, rule, amount, pauses=pauses), start)


def stretches(calendar: Calendar, start: datetime, rule: Rule, amount: int, *, pauses: Pauses = ()) -> Stretches:
    """Yield, in microseconds since 1970 UTC, the stretches of time that use `amount` up; the last ends when it is due.

    `amount` is in seconds, or in days for `working_days`, where each stretch is one day up to its closing.
    """
    # Overlapping pauses are joined first: a minute left out twice would give time away (P9).
    first, cuts = micros(start), intervals(pauses)
    if rule == "working_days":
        # Days are counted at their closing, so pauses judge the day and are not cut out of it.
        return _counted_days(calendar, first, amount, cuts)
    if amount * SECOND > END - first:  # time counted is never longer than time passed: no need to walk there
        raise _too_far()
    counted = _RULES[rule](calendar, first)
    return _spent(_without(counted, cuts) if cuts else counted, amount)


# --- asking a calendar ------------------------------------------------------------------------------------------


def elapsed_working(calendar: Calendar, start: datetime, end: datetime, *, pauses: Pauses = ()) -> int:
    """Return the whole seconds of working time between two instants, pauses left out; 0 when `end` is not later."""
    first, last = micros(start), micros(end)
    total = 0
    try:
        for opens, closes in _without(_working(calendar, first), intervals(pauses)):
            if opens >= last:
                break
            # The stretch that `end` falls into counts up to it alone: elapsed time is never more than what has passed.
            total += min(closes, last) - opens
    except NeverOpen:
        pass  # no more working time is an answer here: what was counted so far stands
    # Rounded once, at the end: a fraction dropped in each stretch would add up over a long calendar.
    return total // SECOND


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Tell whether the office is open at an instant: at opening yes, at closing no."""
    return _is_open(calendar, micros(at))


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """Return `at` itself when the office is open then, else its next opening. Raise NeverOpen or TooFar."""
    for opens, _ in _working(calendar, micros(at)):
        return instant(opens)
    raise _too_far()


def last_closing(calendar: Calendar, day: date) -> datetime | None:
    """Return the instant at which a local day's last span ends (24:00 is the next midnight), or None on a day off."""
    number = day_number(day)
    closings = [closes for part in day_parts(calendar.tz, number) for _, closes in _open_in(calendar, part)]
    return instant(closings[-1]) if closings else None


def previous_close(calendar: Calendar, at: datetime) -> datetime | None:
    """Return the latest instant up to `at` at which the office closed, for lunch too, or None if it never did.

    Spans that meet at midnight are one stretch: no closing lies between them.
    """
    end = micros(at)
    day, _ = local_clock(calendar.tz, end)
    stop = day if calendar.first_named is None else min(day, calendar.first_named)
    while day >= stop - 14:  # two usual weeks before every named date without a closing: there is none
        starts = midnight(calendar.tz, day)
        closings = [closes for closes in _closings(calendar, starts, end) if not _is_open(calendar, closes)]
        if closings:
            return instant(closings[-1])
        day, end = day - 1, starts
    return None


# --- the engine -------------------------------------------------------------------------------------------------


def _end(used: Stretches, start: datetime) -> datetime:
    """Return where the last stretch ends: the due instant, `start` itself when nothing was to be spent."""
    # Without a stretch nothing was to be spent, and that is done at once, open or not.
    end = micros(start)
    for _, ends in used:
        end = ends
    return instant(end)


def _spent(counted: Iterable[Interval], seconds: int) -> Stretches:
    """Yield the stretches that use a budget up, the last one cut where it ends; none for a budget of zero."""
    left = _whole(seconds) * SECOND
    if not left:
        return
    for starts, ends in counted:
        # Equal too: what ends exactly at closing is due at closing, not at the next opening (P2).
        if ends - starts >= left:
            yield starts, starts + left
            return
        left -= ends - starts
        yield starts, ends
    raise _too_far()


def _all_time(start: int) -> Stretches:
    yield start, END


def _whole_days(calendar: Calendar, start: int) -> Stretches:
    """Yield the working days from `start` on, each with all its hours. Raise NeverOpen when none is left."""
    for part in _working_parts(calendar, start):
        yield part.starts, part.ends


def _working(calendar: Calendar, start: int) -> Stretches:
    """Yield the open stretches from `start` on. Raise NeverOpen when none is left."""
    for part in _working_parts(calendar, start):
        yield from _open_in(calendar, part)


_RULES: Final[dict[Rule, Callable[[Calendar, int], Stretches]]] = {
    "consecutive": lambda _, start: _all_time(start),
    "skip_days_off": _whole_days,
    "working": _working,
}


def _counted_days(calendar: Calendar, start: int, days: int, cuts: Sequence[Interval]) -> Stretches:
    """Yield (first instant, last closing) of the `days` working days that follow the local day of `start`."""
    left = _whole(days)
    if not left:
        return
    for starts, closes in _days_after(calendar, start):
        # Counting it could set the deadline inside the pause, while nobody was to act.
        if any(first < closes <= last for first, last in cuts):
            continue
        yield starts, closes
        left -= 1
        if not left:
            return
    raise _too_far()


def _days_after(calendar: Calendar, start: int) -> Stretches:
    """Yield (first instant, last closing) of each working day after the local day of `start`."""
    received, _ = local_clock(calendar.tz, start)
    following = (part for part in _working_parts(calendar, start) if part.number > received)
    for _, group in groupby(following, key=lambda part: part.number):  # a clock change cuts its day into two parts
        # Hours may lie in either part of such a day: its closing is the last of both.
        day = list(group)
        # An office may be open only in an hour that the clock skipped: such a day has no closing and counts for none.
        closings = [closes for part in day for _, closes in _open_in(calendar, part)]
        if closings:
            yield day[0].starts, closings[-1]


def _working_parts(calendar: Calendar, start: int) -> Iterator[Part]:
    """Yield the parts of working days. Raise NeverOpen once a usual week after every named date held none."""
    idle = 0
    for part in parts(calendar.tz, start):
        if calendar.day(part.number).open:
            idle = 0
            yield part
            continue
        idle += 1
        # Eight parts hold a whole week even when a clock change cut one of its days in two.
        if idle > 8 and (calendar.last_named is None or part.number > calendar.last_named + 8):
            raise NeverOpen(gettext_noop("the calendar has no working time after this instant; give it hours"))


def _open_in(calendar: Calendar, part: Part) -> Stretches:
    """Yield the open stretches within one part of a day."""
    for opens, closes in calendar.day(part.number).open:
        starts, ends = max(part.midnight + opens, part.starts), min(part.midnight + closes, part.ends)
        if starts < ends:
            yield starts, ends


def _closings(calendar: Calendar, start: int, end: int) -> Iterator[int]:
    """Yield where the open stretches between two instants end."""
    for part in parts(calendar.tz, start):
        if part.starts >= end:
            return
        yield from (closes for _, closes in _open_in(calendar, part) if closes <= end)


def _is_open(calendar: Calendar, at: int) -> bool:
    # The wall clock decides, as for whoever stands at the door: in the hour that repeats, twice.
    number, clock = local_clock(calendar.tz, at)
    return any(opens <= clock < closes for opens, closes in calendar.day(number).open)


def _without(counted: Stretches, cuts: Sequence[Interval]) -> Stretches:
    """Take sorted, disjoint pauses out of stretches."""
    for starts, ends in counted:
        at = starts
        for first, last in cuts:
            if first >= ends:
                break
            if last <= at:
                continue
            if at < first:
                yield at, first
            at = last
        if at < ends:
            yield at, ends


def _whole(amount: int) -> int:
    """Return a budget as it is. Raise WorktimeError for a negative one, TypeError for a fraction."""
    if index(amount) < 0:
        raise WorktimeError(gettext_noop("a budget cannot be negative"))
    return amount


def _too_far() -> TooFar:
    return TooFar(gettext_noop("the deadline would lie beyond the year 2998"))
