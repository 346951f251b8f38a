"""A calendar's special days in and out of files: CSV for spreadsheets, ICS for other calendars; JSON is its own shape.

A file holds one year. It is read whole or refused whole, naming the line (`3:hours`) or the event and what to change.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import icalendar

from sla import calendar_json
from sla.calendar_json import KINDS, Kind
from sla.calendars import Calendar
from sla.errors import CalendarError, gettext_noop
from sla.hours import MINUTES_A_DAY, Span
from sla.special_days import SpecialDay, checked, clocks

# What a spreadsheet's first line may call each column, and its cells each kind: our words or the office's.
COLUMNS: Final = {"date": "ngày", "kind": "loại", "name": "tên", "hours": "giờ"}
KIND_WORDS: Final[dict[Kind, str]] = {
    "holiday": "nghỉ lễ",
    "compensatory": "nghỉ bù",
    "swap": "nghỉ hoán đổi",
    "make_up": "làm bù",
    "half_day": "nghỉ nửa ngày",
    "other": "khác",
}
_REQUIRED: Final = ("date", "kind")
_LOCAL_DATE: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_SPAN: Final = re.compile(r"([0-9]{1,2}:[0-9]{2})[-–]([0-9]{1,2}:[0-9]{2})")
# A cell that begins so would be run as a formula by a spreadsheet program.
_FORMULA: Final = ("=", "+", "-", "@", "\t")
_REPEATS: Final = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_LONGEST: Final = 31
PRODID: Final = "-//Requests Desk//Working calendar//VI"


# --- CSV --------------------------------------------------------------------------------------------------------


def to_csv(days: Iterable[SpecialDay]) -> str:
    """Return special days as CSV: a line each under `date,kind,name,hours`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for day in days:
        name = f"'{day.name}" if day.name.startswith(_FORMULA) else day.name
        writer.writerow([day.date.isoformat(), day.kind, name, clocks(day.hours)])
    return out.getvalue()


def from_csv(text: str, year: int) -> list[SpecialDay]:
    """Read the special days of a year from CSV, however a spreadsheet of this country separates and dates it.

    Raise CalendarError, naming line and column.
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    # Spreadsheets here write semicolons, since the comma is the decimal mark.
    delimiter = max(",;\t", key=first.count)
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    columns = _columns(lines[0] if lines else [])
    days: dict[date, SpecialDay] = {}
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(columns):
            template = gettext_noop("has more cells than the first line has columns; put quotes round a comma")
            raise CalendarError(str(number), template)
        day = _row(dict(zip(columns, (cell.strip() for cell in cells), strict=False)), str(number), year)
        if day.date in days:
            raise CalendarError(f"{number}:date", gettext_noop("stands in the file twice; keep one line"))
        days[day.date] = day
    return sorted(days.values())


def _columns(cells: Sequence[str]) -> list[str]:
    local = {word: name for name, word in COLUMNS.items()}
    columns = [local.get(word, word) for word in (cell.strip().casefold() for cell in cells)]
    for column in columns:
        if column not in COLUMNS:
            template = gettext_noop("“%(column)s” is not a known column; use %(known)s")
            raise CalendarError("1", template, column=column, known=", ".join(COLUMNS))
        if columns.count(column) > 1:
            raise CalendarError("1", gettext_noop("names the column %(column)s twice; keep one"), column=column)
    for column in _REQUIRED:
        if column not in columns:
            raise CalendarError("1", gettext_noop("lacks the column %(column)s; add it"), column=column)
    return columns


def _row(cells: dict[str, str], line: str, year: int) -> SpecialDay:
    found = _LOCAL_DATE.fullmatch(cells["date"])
    text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else cells["date"]
    day = _within(calendar_json.read_date(text, f"{line}:date"), year, f"{line}:date")
    name = cells.get("name", "")
    # The apostrophe is our own, put there on the way out.
    name = name[1:] if name[:1] == "'" and name[1:2] in _FORMULA else name
    hours = _hours(cells.get("hours", ""), f"{line}:hours")
    return checked(SpecialDay(day, _kind(cells.get("kind", ""), f"{line}:kind"), name, hours), line)


def _kind(text: str, path: str) -> Kind:
    wanted = text.casefold()
    for kind in KINDS:
        if wanted in (kind, KIND_WORDS[kind]):
            return kind
    template = gettext_noop("“%(kind)s” is not a kind of day; use %(known)s")
    raise CalendarError(path, template, kind=text, known=", ".join(KINDS))


def read_hours(text: str, path: str) -> tuple[Span, ...]:
    """Read spans as people write them, `7:30-11:30, 13:30-17:00`. Raise CalendarError."""
    spans = []
    for part in re.split(r"[\s,;]+", re.sub(r"\s*[-–]\s*", "-", text.strip())):
        found = _SPAN.fullmatch(part)
        if not found:
            template = gettext_noop("“%(text)s” are not hours; write them as 07:30-11:30 13:30-17:00")
            raise CalendarError(path, template, text=part)
        spans.append([clock.zfill(5) for clock in found.groups()])
    return calendar_json.read_spans(spans, path)


def _hours(text: str, path: str) -> tuple[Span, ...]:
    return read_hours(text, path) if text.strip() else ()


def _within(day: date, year: int, path: str) -> date:
    if day.year != year:
        template = gettext_noop("%(date)s lies outside %(year)d; a file holds one year, choose the other year for it")
        raise CalendarError(path, template, date=day.isoformat(), year=year)
    return day


# --- ICS --------------------------------------------------------------------------------------------------------


def to_ics(days: Iterable[SpecialDay], *, tz: ZoneInfo, name: str, at: datetime) -> str:
    """Return special days as an iCalendar file: a day off lasts its whole day, a working day one event a span."""
    calendar = icalendar.Calendar()
    for key, value in (("prodid", PRODID), ("version", "2.0"), ("x-wr-calname", name), ("x-wr-timezone", tz.key)):
        calendar.add(key, value)
    for day in days:
        midnight = datetime.combine(day.date, time(), tz)
        for place, span in enumerate(day.hours):
            starts, ends = (_on_the_wall(midnight, minute) for minute in span)
            calendar.add_component(_event(day, place, starts, ends, at))
        if not day.hours:
            calendar.add_component(_event(day, 0, day.date, day.date + timedelta(days=1), at))
    calendar.add_missing_timezones()
    return str(calendar.to_ical(), "utf-8")


def _event(day: SpecialDay, place: int, starts: date, ends: date, at: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{day.date.isoformat()}-{place}@working-calendar")
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", day.name or KIND_WORDS[day.kind].capitalize())
    event.add("categories", [day.kind])
    return event


def _on_the_wall(midnight: datetime, minute: int) -> datetime:
    # Wall-clock arithmetic: a day with a clock change still opens when its clock says so.
    return midnight + timedelta(minutes=minute)


def from_ics(text: str, year: int, *, calendar: Calendar) -> list[SpecialDay]:
    """Read the special days of a year from an iCalendar file; times are moved to the zone of `calendar`.

    An event of whole days is a day off, one with times gives a day its hours. Raise CalendarError, naming the event.
    """
    try:
        read = icalendar.Calendar.from_ical(text.removeprefix("\ufeff"))
        if read.name != "VCALENDAR":
            raise ValueError
    except (ValueError, IndexError, KeyError) as error:
        raise CalendarError("", gettext_noop("is not an iCalendar file; export it again as .ics")) from error
    days: dict[date, SpecialDay] = {}
    for event in read.walk("VEVENT"):
        for day in _days(event, year, calendar):
            earlier = days.get(day.date)
            # Two spans of one day are two events; a day off beside hours is a contradiction.
            if earlier and not (earlier.hours and day.hours):
                template = gettext_noop("%(date)s has two events that exclude each other; keep one")
                raise CalendarError(_title(event), template, date=day.date.isoformat())
            hours = calendar_json.read_spans(
                [list(pair) for pair in _pairs((*(earlier.hours if earlier else ()), *day.hours))], _title(event)
            )
            days[day.date] = checked(day._replace(hours=hours), _title(event))
    return sorted(days.values())


def _days(event: icalendar.Component, year: int, calendar: Calendar) -> list[SpecialDay]:
    title = _title(event)
    if any(key in event for key in _REPEATS):
        raise CalendarError(title, gettext_noop("repeats; write each of its days as an event of its own"))
    starts, ends = _moment(event, "DTSTART", calendar.tz), _moment(event, "DTEND", calendar.tz)
    if starts is None:
        raise CalendarError(title, gettext_noop("has no start; give it a date"))
    if isinstance(starts, datetime):
        return [_timed(event, starts, ends, year, calendar)]
    last = ends if ends is not None and not isinstance(ends, datetime) else starts + timedelta(days=1)
    # DTEND of whole days is exclusive (RFC 5545).
    count = (last - starts).days
    if not 0 < count <= _LONGEST:
        template = gettext_noop("lasts %(days)d days; write days off of 1 to %(most)d days")
        raise CalendarError(title, template, days=count, most=_LONGEST)
    kind = _category(event, "holiday")
    dates = [_within(starts + timedelta(days=n), year, title) for n in range(count)]
    return [checked(SpecialDay(day, kind, _summary(event, kind)), title) for day in dates]


def _timed(
    event: icalendar.Component, starts: datetime, ends: date | None, year: int, calendar: Calendar
) -> SpecialDay:
    title, day = _title(event), starts.date()
    if not isinstance(ends, datetime) or not day <= ends.date() <= day + timedelta(days=1):
        raise CalendarError(title, gettext_noop("must begin and end on one day; write a span over midnight as two"))
    opens, closes = starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute
    if ends.date() > day:
        closes += MINUTES_A_DAY
    if not opens < closes <= MINUTES_A_DAY:
        raise CalendarError(title, gettext_noop("must begin and end on one day; write a span over midnight as two"))
    kind = _category(event, "half_day" if calendar.usual_spans(day) else "make_up")
    return SpecialDay(_within(day, year, title), kind, _summary(event, kind), (Span(opens, closes),))


def _moment(event: icalendar.Component, key: str, tz: ZoneInfo) -> date | None:
    """Return a date, or a time on the wall of `tz`; one without a zone is already meant so."""
    if key not in event:
        return None
    found: Any = event[key]
    moment, zone = found.dt, found.params.get("TZID")
    if not isinstance(moment, datetime):
        return moment if isinstance(moment, date) else None
    if moment.tzinfo is None:
        if zone:
            template = gettext_noop("“%(name)s” is not a time zone; use a name such as Asia/Ho_Chi_Minh")
            raise CalendarError(_title(event), template, name=zone)
        # Floating times mean the wall of whoever reads them, which is the office's (RFC 5545).
        return moment.replace(tzinfo=tz)
    return moment.astimezone(tz)


def _category(event: icalendar.Component, usual: Kind) -> Kind:
    named = event.get("CATEGORIES", [])
    words = [str(word).casefold() for group in (named if isinstance(named, list) else [named]) for word in group.cats]
    return next((kind for kind in KINDS if kind in words or KIND_WORDS[kind] in words), usual)


def _summary(event: icalendar.Component, kind: Kind) -> str:
    name = str(event.get("SUMMARY", ""))[: calendar_json.NAME_LENGTH]
    return "" if name.casefold() == KIND_WORDS[kind] else name


def _title(event: icalendar.Component) -> str:
    return str(event.get("SUMMARY") or event.get("UID") or "VEVENT")[: calendar_json.NAME_LENGTH]


def _pairs(spans: Iterable[Span]) -> Iterable[tuple[str, str]]:
    return (tuple(part.split("-", 1)) for part in clocks(spans).split())  # type: ignore[misc]  # two clocks each
