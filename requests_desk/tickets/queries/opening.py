"""When an office is open, as a visitor wants to read it: the usual hours of the week, and when it closes today."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from sla import worktime
from sla.hours import Span

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Hours(NamedTuple):
    """Days in a row with the same hours; `first` and `last` are one where it is a single day."""

    first: str
    last: str
    spans: tuple[str, ...]


def week(calendar: worktime.Calendar, *, at: datetime) -> tuple[Hours, ...]:
    """Return the usual hours of the week of `at`, season included: holidays and the like are told when they are near.

    A day that is closed has no line.
    """
    today = at.astimezone(calendar.tz).date()
    monday = today - timedelta(days=today.weekday())
    days = [(name, calendar.usual_spans(monday + timedelta(days=n))) for n, name in enumerate(WEEKDAYS)]
    rows = [(spans, [name for name, _spans in same]) for spans, same in groupby(days, key=lambda day: day[1]) if spans]
    return tuple(Hours(names[0], names[-1], tuple(map(_written, spans))) for spans, names in rows)


def closing(calendar: worktime.Calendar, at: datetime) -> datetime | None:
    """Return when the stretch of office hours around `at` ends."""
    local = at.astimezone(calendar.tz)
    minute = local.hour * 60 + local.minute
    closes = next((span.closes for span in calendar.spans(local.date()) if minute < span.closes), None)
    if closes is None:
        return None
    return datetime.combine(local.date(), time(), tzinfo=calendar.tz) + timedelta(minutes=closes)


def _written(span: Span) -> str:
    return f"{_clock(span.opens)}–{_clock(span.closes)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
