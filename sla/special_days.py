"""The dates of a calendar that differ from their weekday, as people write them down: a date, what it is, its name, its
hours. Every editor, list and file format reads and writes them here.

Pure: no clock, no database, no Django.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sla.calendar_json import CLOSED_KINDS, Kind, Named
from sla.calendars import Calendar
from sla.errors import CalendarError, gettext_noop
from sla.hours import Span


class SpecialDay(NamedTuple):
    """One such date; without `hours` the office is closed."""

    date: date
    kind: Kind
    name: str = ""
    hours: tuple[Span, ...] = ()


def special_days(calendar: Calendar, year: int | None = None) -> list[SpecialDay]:
    """Return the special days of a calendar, of one year or all, in order."""
    # A break makes a date special too: forgotten here, an editor who saves the year would lose it.
    dates = calendar.holidays | calendar.special_hours.keys() | calendar.breaks.keys() | calendar.names.keys()
    return [_read(calendar, day) for day in sorted(dates) if year is None or day.year == year]


def put(document: Mapping[str, Any], days: Iterable[SpecialDay]) -> dict[str, Any]:
    """Return a calendar document with these days as given, whatever it said of their dates before.

    Raise CalendarError for a working day without hours, or a day off with some.
    """
    days = [checked(day) for day in days]
    # Cleared first: a date left in two lists would be a holiday with hours.
    new = without(document, [day.date for day in days])
    for day in days:
        key = day.date.isoformat()
        if day.hours:
            new["special_hours"][key] = [list(clock(span)) for span in day.hours]
        else:
            new["holidays"].append(key)
        new["names"][key] = {"kind": day.kind, "name": day.name}
    new["holidays"].sort()
    return new


def put_year(document: Mapping[str, Any], year: int, days: Iterable[SpecialDay]) -> dict[str, Any]:
    """Return a document in which a whole year holds these special days and no others."""
    old = [day.date for day in special_days(Calendar.from_json(document), year)]
    return put(without(document, old), days)


def without(document: Mapping[str, Any], dates: Collection[date]) -> dict[str, Any]:
    """Return a document in which these dates are like any other of their weekday."""
    gone = {day.isoformat() for day in dates}
    new = dict(document)
    new["holidays"] = [key for key in document.get("holidays", []) if key not in gone]
    for part in ("special_hours", "breaks", "names"):
        new[part] = {key: value for key, value in document.get(part, {}).items() if key not in gone}
    return new


def clock(span: Span) -> tuple[str, str]:
    """Return a span as two times: `07:30`, `11:30`."""
    return f"{span.opens // 60:02d}:{span.opens % 60:02d}", f"{span.closes // 60:02d}:{span.closes % 60:02d}"


def clocks(spans: Iterable[Span]) -> str:
    """Return spans as people write them: `07:30-11:30 13:30-17:00`."""
    return " ".join("-".join(clock(span)) for span in spans)


def checked(day: SpecialDay, path: str = "") -> SpecialDay:
    """Return a special day as it is. Raise CalendarError for a working day without hours, or a day off with some."""
    place = path or day.date.isoformat()
    if day.kind in CLOSED_KINDS and day.hours:
        template = gettext_noop("is a day off and has hours; take the hours away, or choose half a day")
        raise CalendarError(place, template)
    if day.kind in ("make_up", "half_day") and not day.hours:
        raise CalendarError(place, gettext_noop("is a working day; give its hours, such as 07:30-11:30"))
    return day


def _read(calendar: Calendar, day: date) -> SpecialDay:
    hours = calendar.spans(day)
    # Older documents name nothing; what the arithmetic does with the date says what it must be.
    named = calendar.names.get(day) or Named(_guessed(calendar, day, hours), "")
    return SpecialDay(day, named.kind, named.name, hours)


def _guessed(calendar: Calendar, day: date, hours: tuple[Span, ...]) -> Kind:
    """Return what a date without a name must be."""
    if day in calendar.holidays:
        return "holiday"
    if not hours:
        return "other"
    return "half_day" if calendar.usual_spans(day) else "make_up"
