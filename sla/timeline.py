"""Instants as whole microseconds since 1970 UTC, and the timeline of a zone cut into its local days.

Pure: no clock, no database, no Django. Whole numbers keep every result exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sla.errors import NaiveInstant, TooFar, WorktimeError, gettext_noop
from sla.hours import MICROSECONDS_A_DAY

Interval = tuple[int, int]

SECOND: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2999, 1, 1, tzinfo=UTC)
END: Final = (_LAST - _EPOCH) // _MICROSECOND  # no deadline lies beyond it


class Part(NamedTuple):
    """A part of the timeline within one local day and one UTC offset; at `midnight` its wall clock reads 00:00."""

    starts: int
    ends: int
    midnight: int
    number: int  # of the local day, from 1970-01-01 on


def micros(at: datetime) -> int:
    """Return an instant as microseconds since 1970 UTC. Raise NaiveInstant, or TooFar outside 1900–2998."""
    # A tzinfo may still decline to say its offset, so the offset is asked, not the attribute.
    if at.utcoffset() is None:
        raise NaiveInstant(gettext_noop("a time without its zone names no instant; add one, such as +07:00"))
    # A slip of the keyboard in a year is refused here, before anybody walks there day by day.
    if not _FIRST <= at <= _LAST:
        raise TooFar(gettext_noop("%(at)s lies outside the years 1900 to 2998"), at=at.isoformat())
    return (at - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    """Return the UTC datetime of microseconds since 1970 UTC."""
    return _EPOCH + timedelta(microseconds=number)


def intervals(pauses: Sequence[tuple[datetime, datetime]]) -> list[Interval]:
    """Return pauses sorted and disjoint, overlapping ones joined. Raise WorktimeError for a reversed one."""
    joined: list[Interval] = []
    for first, last in sorted((micros(first), micros(last)) for first, last in pauses):
        if last < first:
            raise WorktimeError(gettext_noop("a pause ends before it begins; swap the two times"))
        # The longer of the two ends: a pause may lie wholly inside an earlier one.
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def parts(tz: ZoneInfo, start: int) -> Iterator[Part]:
    """Yield the timeline from `start` on, part by part, up to END.

    A part ends at local midnight or where the zone changes its offset, whichever comes first: the hour that daylight
    saving repeats is in two parts of the same day, and a day that a zone skipped never shows.
    """
    offset = _offset(tz, start)
    while start < END:
        # Floor division, so that days before 1970 get their own numbers too.
        number = (start + offset) // MICROSECONDS_A_DAY
        midnight = number * MICROSECONDS_A_DAY - offset
        ends = midnight + MICROSECONDS_A_DAY
        # Looking from midnight to midnight suffices: no zone has left its offset and come back within one day.
        following = _offset(tz, ends)
        if following != offset:
            ends = _offset_change(tz, start, ends, offset)
            following = _offset(tz, ends)
        yield Part(start, ends, midnight, number)
        start, offset = ends, following


def day_parts(tz: ZoneInfo, number: int) -> Iterator[Part]:
    """Yield the parts of one local day; none for a day that the zone skipped."""
    # By number and not by 24 h: a local day may have 23, 25 or none.
    end = midnight(tz, number + 1, fold=1)  # where a clock was set back over midnight, the day ends the second time
    for part in parts(tz, midnight(tz, number)):
        if part.starts >= end:
            return
        if part.number == number:
            yield part


def local_clock(tz: ZoneInfo, at: int) -> tuple[int, int]:
    """Return the number of the local day at an instant, and the microseconds its wall clock shows."""
    return divmod(at + _offset(tz, at), MICROSECONDS_A_DAY)


def midnight(tz: ZoneInfo, number: int, *, fold: int = 0) -> int:
    """Return the instant at which a local day begins, where the zone had it begin twice the first or second one.

    In a zone that skipped the midnight or the day: where it would have been by the clock before (or after) the change.
    """
    day = date.fromordinal(number + _EPOCH.toordinal())
    return (datetime(day.year, day.month, day.day, tzinfo=tz, fold=fold) - _EPOCH) // _MICROSECOND


def _offset(tz: ZoneInfo, at: int) -> int:
    """Return the zone's UTC offset at an instant, in microseconds."""
    # Whole seconds suffice: no zone changes its offset within one.
    offset = (_EPOCH + timedelta(seconds=at // SECOND)).astimezone(tz).utcoffset()
    return (offset or timedelta()) // _MICROSECOND


def _offset_change(tz: ZoneInfo, low: int, high: int, offset: int) -> int:
    """Return the instant in (low, high] at which the zone leaves `offset`: zones do so on whole seconds."""
    before, after = low // SECOND, high // SECOND
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(tz, middle * SECOND) == offset:
            before = middle
        else:
            after = middle
    return after * SECOND
