"""Deadline arithmetic: how far a budget of time reaches on a calendar (P2, P9).

Pure and exact. Inside, instants are whole microseconds since 1970 UTC, so nothing is rounded; every function takes
aware datetimes and returns aware UTC ones. One engine: `stretches` yields the time that counts, `spent` uses a budget
up on it; `sla/explain.py` tells the very stretches that made a due time. The cost grows with the days crossed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sla.calendar_json import CalendarError, WorktimeError
from sla.calendars import Calendar
from sla.hours import MICROSECONDS_A_DAY, Season, Span

__all__ = [
    "Calendar",
    "CalendarError",
    "NeverOpen",
    "Season",
    "Span",
    "TooFar",
    "WorktimeError",
    "add_consecutive",
    "add_skipping_days_off",
    "add_working",
    "add_working_days",
    "elapsed_working",
    "is_open",
    "last_closing",
    "next_open",
    "previous_close",
]

Pauses = Sequence[tuple[datetime, datetime]]
Stretches = Iterator[tuple[int, int]]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2999, 1, 1, tzinfo=UTC)


class NeverOpen(WorktimeError):
    """A calendar with no working time left after the instant asked about."""


class TooFar(WorktimeError):
    """An instant before 1900, or a deadline that would lie beyond the year 2998."""


# --- adding a budget --------------------------------------------------------------------------------------------


def add_consecutive(start: datetime, seconds: int) -> datetime:
    """Return the instant `seconds` on the clock after `start`, whatever the days between (P2 rule A)."""
    return instant(last_end(spent(consecutive(micros(start)), budget(seconds)), micros(start)))


def add_skipping_days_off(calendar: Calendar, start: datetime, seconds: int, *, pauses: Pauses = ()) -> datetime:
    """Return where `seconds` end when days off contribute nothing and a working day all of its hours (P2 rule B).

    A working day, half days too, is worth its whole local day: 24 h, and 23 or 25 h on the two days of a year on which
    daylight saving moves the clock, so that a second on the wall is a second counted. A budget that ends with a working
    day is due at that midnight, stored as 00:00 of the next day. Zero is due at `start`. Nothing counts in a pause.
    Raise NeverOpen, TooFar, or ValueError for a naive instant or a negative budget.
    """
    return _add(calendar, start, seconds, pauses, whole_days)


def add_working(calendar: Calendar, start: datetime, seconds: int, *, pauses: Pauses = ()) -> datetime:
    """Return where `seconds` of working time end (P2 rule W): at closing when they end exactly there.

    Zero is due at `start`, open or not. Nothing counts in a pause (P9); pauses may overlap and count once.
    Raise NeverOpen, TooFar, or ValueError for a naive instant or a negative budget.
    """
    return _add(calendar, start, seconds, pauses, working)


def add_working_days(calendar: Calendar, start: datetime, days: int, *, pauses: Pauses = ()) -> datetime:
    """Return the closing of the `days`-th working day after the local day of `start`, which is not counted (P2 rule W).

    A working day counts at its closing: one that closes during a pause does not count. Zero is due at `start`.
    Raise NeverOpen, TooFar, or ValueError for a naive instant or a negative number.
    """
    due = micros(start)
    for _, closing in counted_days(calendar, due, days, cut(pauses)):
        due = closing
    return instant(due)


def elapsed_working(calendar: Calendar, start: datetime, end: datetime, *, pauses: Pauses = ()) -> int:
    """Return the whole seconds of working time between two instants, pauses left out; 0 when `end` is not later."""
    first, last = micros(start), micros(end)
    total = 0
    try:
        for a, b in _without(working(calendar, first), cut(pauses)):
            if a >= last:
                break
            total += min(b, last) - a
    except NeverOpen:
        pass  # no more working time is an answer here: what was counted so far
    return total // _SECOND


# --- asking a calendar ------------------------------------------------------------------------------------------


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Tell whether the office is open at an instant: at opening yes, at closing no."""
    return _is_open(calendar, micros(at))


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """Return `at` itself when the office is open then, else its next opening. Raise NeverOpen."""
    return instant(next(working(calendar, micros(at)))[0])


def last_closing(calendar: Calendar, day: date) -> datetime | None:
    """Return the instant at which a local day's last span ends (24:00 is the next midnight), or None on a day off."""
    spans = list(_open_on(calendar, day.toordinal() - _EPOCH.toordinal()))
    return instant(spans[-1][1]) if spans else None


def previous_close(calendar: Calendar, at: datetime) -> datetime | None:
    """Return the latest instant up to `at` at which the office closed, or None if it never did.

    Spans that meet at midnight are one stretch: no closing lies between them.
    """
    limit = micros(at)
    number = (limit + _offset(calendar.tz, limit)) // MICROSECONDS_A_DAY
    first_named = number if calendar.first_named is None else calendar.first_named
    stop = min(number, first_named) - 15  # two plain weeks without a closing: there is none
    while number > stop:
        for _, closing in reversed(list(_open_on(calendar, number))):
            if closing <= limit and not _is_open(calendar, closing):
                return instant(closing)
        number -= 1
    return None


# --- the engine -------------------------------------------------------------------------------------------------


class Part(NamedTuple):
    """A part of the timeline within one local day and one UTC offset; at `midnight` its wall clock reads 00:00."""

    starts: int
    ends: int
    midnight: int
    number: int


Rule = Callable[[Calendar, int], Stretches]


def consecutive(start: int) -> Stretches:
    """Yield all time from `start` on: one stretch."""
    yield start, micros(_LAST)


def working(calendar: Calendar, start: int) -> Stretches:
    """Yield the open stretches from `start` on, without end. Raise NeverOpen when none is left."""
    for part in _working_parts(calendar, start):
        for opens, closes in calendar.day(part.number).open:
            a, b = max(part.midnight + opens, part.starts), min(part.midnight + closes, part.ends)
            if a < b:
                yield a, b


def whole_days(calendar: Calendar, start: int) -> Stretches:
    """Yield the working days from `start` on, each with all its hours. Raise NeverOpen when none is left."""
    for part in _working_parts(calendar, start):
        yield part.starts, part.ends


def counted_days(calendar: Calendar, start: int, days: int, pauses: Sequence[tuple[int, int]]) -> Stretches:
    """Yield (midnight, closing) of the `days` working days that follow the local day of `start`."""
    left = budget(days) // _SECOND
    if not left:
        return
    received = (start + _offset(calendar.tz, start)) // MICROSECONDS_A_DAY
    for midnight, closing in _closings(calendar, start, received):
        if any(first < closing <= last for first, last in pauses):
            continue
        yield midnight, closing
        left -= 1
        if not left:
            return


def spent(stretches: Iterable[tuple[int, int]], microseconds: int) -> Stretches:
    """Yield the stretches that use a budget up, the last one cut where it ends; none for a budget of zero."""
    left = microseconds
    if not left:
        return
    for a, b in stretches:
        if b - a >= left:
            yield a, a + left
            return
        left -= b - a
        yield a, b
    raise TooFar(f"the deadline would lie beyond the year {_LAST.year - 1}")


def stretches(calendar: Calendar, start: int, rule: Rule, pauses: Sequence[tuple[int, int]]) -> Stretches:
    """Yield the time that counts under a rule, pauses left out."""
    return _without(rule(calendar, start), pauses) if pauses else rule(calendar, start)


def last_end(used: Stretches, start: int) -> int:
    """Return where the last stretch ends: the due instant, `start` itself when nothing was to be spent."""
    end = start
    for _, end in used:  # noqa: B007 — the last one is meant
        pass
    return end


def parts(calendar: Calendar, start: int) -> Iterator[Part]:
    """Yield the timeline from `start` on in parts of one local day and one UTC offset."""
    offset = _offset(calendar.tz, start)
    while start < _END:
        number = (start + offset) // MICROSECONDS_A_DAY
        midnight = number * MICROSECONDS_A_DAY - offset
        ends = midnight + MICROSECONDS_A_DAY
        following = _offset(calendar.tz, ends)
        if following != offset:
            ends = _clock_change(calendar.tz, start, ends, offset)
            following = _offset(calendar.tz, ends)
        yield Part(start, ends, midnight, number)
        start, offset = ends, following


def _add(calendar: Calendar, start: datetime, seconds: int, pauses: Pauses, rule: Rule) -> datetime:
    first = micros(start)
    return instant(last_end(spent(stretches(calendar, first, rule, cut(pauses)), budget(seconds)), first))


def _working_parts(calendar: Calendar, start: int) -> Iterator[Part]:
    """Yield the parts of working days; raise NeverOpen once a plain week after every named date held none."""
    idle = 0
    for part in parts(calendar, start):
        if calendar.day(part.number).open:
            idle = 0
            yield part
            continue
        idle += 1
        if idle > 8 and (calendar.last_named is None or part.number > calendar.last_named + 8):
            raise NeverOpen("the calendar has no working time after this instant; give it hours")


def _closings(calendar: Calendar, start: int, received: int) -> Stretches:
    """Yield (first instant, last closing) of each working day after the local day `received`."""
    held: tuple[int, int, int] | None = None
    for part in _working_parts(calendar, start):
        if part.number <= received:
            continue
        if held and held[0] != part.number:
            yield held[1:]
            held = None
        ends = [
            min(part.midnight + b, part.ends)
            for a, b in calendar.day(part.number).open
            if part.midnight + a < part.ends and part.midnight + b > part.starts
        ]
        if ends:
            held = (part.number, held[1] if held else part.starts, ends[-1])


def _open_on(calendar: Calendar, number: int) -> Stretches:
    """Yield the open stretches of one local day."""
    for part in parts(calendar, _midnight(calendar.tz, number)):
        if part.number != number:
            return
        for opens, closes in calendar.day(number).open:
            a, b = max(part.midnight + opens, part.starts), min(part.midnight + closes, part.ends)
            if a < b:
                yield a, b


def _is_open(calendar: Calendar, at: int) -> bool:
    number, clock = divmod(at + _offset(calendar.tz, at), MICROSECONDS_A_DAY)
    return any(opens <= clock < closes for opens, closes in calendar.day(number).open)


def _without(counted: Stretches, pauses: Sequence[tuple[int, int]]) -> Stretches:
    """Take sorted, disjoint pauses out of stretches."""
    for start, end in counted:
        a = start
        for first, last in pauses:
            if last <= a or first >= end:
                continue
            if a < first:
                yield a, first
            a = last
        if a < end:
            yield a, end


# --- instants as numbers ----------------------------------------------------------------------------------------


def micros(at: datetime) -> int:
    """Return an instant as microseconds since 1970 UTC. Raise ValueError for a naive one, TooFar out of range."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError("a naive datetime names no instant: give it a time zone")
    if not _FIRST <= at <= _LAST:
        raise TooFar(f"{at.isoformat()} lies outside the years {_FIRST.year} to {_LAST.year - 1}")
    return (at - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    """Return the UTC datetime of microseconds since 1970 UTC."""
    return _EPOCH + timedelta(microseconds=number)


def budget(seconds: int) -> int:
    """Return a budget in microseconds. Raise ValueError for a negative one."""
    if seconds < 0:
        raise ValueError("a budget cannot be negative")
    return seconds * _SECOND


def cut(pauses: Pauses) -> list[tuple[int, int]]:
    """Return pauses as sorted, disjoint numbers, overlapping ones joined. Raise ValueError for a reversed one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted((micros(first), micros(last)) for first, last in pauses):
        if last < first:
            raise ValueError("a pause ends before it begins")
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


_END: Final = (_LAST - _EPOCH) // _MICROSECOND


def _offset(tz: ZoneInfo, at: int) -> int:
    """Return the zone's UTC offset at an instant, in microseconds."""
    offset = (_EPOCH + timedelta(seconds=at // _SECOND)).astimezone(tz).utcoffset()
    return (offset or timedelta()) // _MICROSECOND


def _clock_change(tz: ZoneInfo, low: int, high: int, offset: int) -> int:
    """Return the instant in (low, high] at which the zone leaves `offset`; it does so on a whole second."""
    low_second, high_second = low // _SECOND, high // _SECOND
    while high_second - low_second > 1:
        middle = (low_second + high_second) // 2
        if _offset(tz, middle * _SECOND) == offset:
            low_second = middle
        else:
            high_second = middle
    return high_second * _SECOND


def _midnight(tz: ZoneInfo, number: int) -> int:
    """Return the first instant of a local day (or where it would have begun, in a zone that skipped it)."""
    day = date.fromordinal(number + _EPOCH.toordinal())
    return (datetime(day.year, day.month, day.day, tzinfo=tz) - _EPOCH) // _MICROSECOND
