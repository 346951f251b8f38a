"""The hours of one local day: its spans, and how holidays, special hours and breaks lay it out.

Pure: no clock, no database, no Django.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, Literal, NamedTuple

Why = Literal[
    "open",
    "special_hours",
    "working_day",
    "consecutive",
    "outside_hours",
    "break",
    "closed_weekend",
    "closed_weekday",
    "closed_holiday",
    "closed_special",
    "closed_break",
    "pause",
    "day_of_receipt",
]

MINUTES_A_DAY: Final = 24 * 60
MICROSECONDS_A_DAY: Final = 86_400_000_000
MICROSECONDS_A_MINUTE: Final = 60_000_000
_EPOCH: Final = date(1970, 1, 1).toordinal()


class Span(NamedTuple):
    """An open stretch of a local day, in minutes since its midnight; `closes` may be 1440 (24:00)."""

    opens: int
    closes: int


Week = tuple[tuple[Span, ...], ...]  # the spans of Monday to Sunday


class Season(NamedTuple):
    """Weekly hours that replace the usual ones from `first` to `last`, both included."""

    first: date
    last: date
    hours: Week


class Piece(NamedTuple):
    """A part of a local day of one kind, in microseconds since its midnight."""

    starts: int
    ends: int
    why: Why


class Day(NamedTuple):
    """What one local day holds: `open` counts as working time, `pieces` covers the whole day."""

    open: tuple[tuple[int, int], ...]
    pieces: tuple[Piece, ...]


def day_number(day: date) -> int:
    """Return a date as days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def closed_why(weekday: int) -> Why:
    """Return why a weekday without hours is off."""
    return "closed_weekend" if weekday >= 5 else "closed_weekday"


def week(hours: Week) -> tuple[Day, ...]:
    """Lay out the seven days of a week."""
    return tuple(lay_out(spans, (), "open", closed_why(weekday)) for weekday, spans in enumerate(hours))


@cache
def day_off(why: Why) -> Day:
    """Return a day without working time."""
    return Day((), (Piece(0, MICROSECONDS_A_DAY, why),))


@lru_cache(maxsize=512)  # a calendar is read for every clock, and its days are mostly alike
def lay_out(spans: tuple[Span, ...], breaks: tuple[Span, ...], is_open: Why, closed: Why) -> Day:
    """Cut a day at every opening, closing and break, and say what each piece is."""
    if not spans:
        return day_off(closed)
    # Between two neighbouring cuts a day is of one kind, so its first minute tells for all.
    cuts = sorted({0, MINUTES_A_DAY, *(edge for span in (*spans, *breaks) for edge in span)})
    pieces = list(_joined((a, b, _kind(a, spans, breaks, is_open)) for a, b in pairwise(cuts)))
    counted = tuple((p.starts, p.ends) for p in pieces if p.why == is_open)
    # Hours that a break took away whole leave a day off, which rule B must not count.
    return Day(counted, tuple(pieces)) if counted else day_off("closed_break")


def _kind(minute: int, spans: tuple[Span, ...], breaks: tuple[Span, ...], is_open: Why) -> Why:
    if not any(span.opens <= minute < span.closes for span in spans):
        return "outside_hours"
    return "break" if any(span.opens <= minute < span.closes for span in breaks) else is_open


def _joined(parts: Iterable[tuple[int, int, Why]]) -> Iterator[Piece]:
    """Join neighbours of one kind: spans that meet are one stretch of work."""
    held: Piece | None = None
    for a, b, why in parts:
        if held is not None and held.why == why:
            held = held._replace(ends=b * MICROSECONDS_A_MINUTE)
            continue
        if held is not None:
            yield held
        held = Piece(a * MICROSECONDS_A_MINUTE, b * MICROSECONDS_A_MINUTE, why)
    if held is not None:
        yield held
