"""A working-time calendar: when one office is open, in its own zone.

Pure: no clock, no database, no Django. `sla/worktime.py` does the arithmetic on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sla import calendar_json
from sla.hours import (
    MICROSECONDS_A_MINUTE,
    Day,
    Season,
    Span,
    Week,
    Why,
    closed_why,
    day_number,
    day_off,
    lay_out,
    week,
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working time of one office in its own zone (read by `from_json`).

    Precedence for one date: `holidays` close it, else `special_hours` replace the weekday's hours, else the season's,
    else the usual `hours`; `breaks` are then taken out. An office is open when the clock on its wall stands in a span:
    a span in the hour that daylight saving skips has no length, in the hour it repeats it counts twice.
    """

    tz: ZoneInfo
    hours: Week
    holidays: frozenset[date] = frozenset()
    special_hours: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    breaks: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    seasons: tuple[Season, ...] = ()
    names: Mapping[date, calendar_json.Named] = field(default_factory=dict)
    first_named: int | None = field(init=False, repr=False, compare=False)
    last_named: int | None = field(init=False, repr=False, compare=False)
    _named: dict[int, Day] = field(init=False, repr=False, compare=False)
    _weeks: tuple[tuple[int, int, tuple[Day, ...]], ...] = field(init=False, repr=False, compare=False)
    _usual: tuple[Day, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Every day is laid out once here, so that the arithmetic only looks days up.
        dates = self.holidays | self.special_hours.keys() | self.breaks.keys()
        named = {day_number(day): self._lay_out(day) for day in dates}
        weeks = tuple((day_number(s.first), day_number(s.last), week(s.hours)) for s in self.seasons)
        # Frozen for its readers, who share one calendar among threads; this is still its making.
        object.__setattr__(self, "_named", named)
        object.__setattr__(self, "_weeks", weeks)
        object.__setattr__(self, "_usual", week(self.hours))
        object.__setattr__(self, "first_named", min((*named, *(first for first, _, _ in weeks)), default=None))
        object.__setattr__(self, "last_named", max((*named, *(last for _, last, _ in weeks)), default=None))

    @classmethod
    def from_json(cls, data: str | Mapping[str, Any]) -> Calendar:
        """Read a calendar from JSON text or its decoded mapping.

        `{"tz", "hours": {"mon": [["07:30", "11:30"], …], …}, "holidays": ["2027-02-05", …],
        "special_hours": {date: [[…]]}, "breaks": {date: [[…]]}, "seasons": [{"from", "to", "hours"}],
        "names": {date: {"kind", "name"}}}`; `tz` and `hours` are required, a weekday left out is closed, an end may be
        "24:00"; `names` say what people call a date and count for nothing.
        Raise CalendarError for anything else, naming the place.
        """
        return cls(*calendar_json.read(data))

    def to_json(self) -> dict[str, Any]:
        """Return the mapping that `from_json` reads back to an equal calendar."""
        fields = (self.tz, self.hours, self.holidays, self.special_hours, self.breaks, self.seasons, self.names)
        return calendar_json.write(calendar_json.Fields(*fields))

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the open spans of a local day in minutes on the office's wall clock, breaks already taken out."""
        minute = MICROSECONDS_A_MINUTE
        return tuple(Span(opens // minute, closes // minute) for opens, closes in self.day(day_number(day)).open)

    def usual_spans(self, day: date) -> tuple[Span, ...]:
        """Return the spans the weekday or its season would give a local day, were it not named."""
        # The first that fits is the only one: overlapping seasons are refused when read.
        hours = next((s.hours for s in self.seasons if s.first <= day <= s.last), self.hours)
        return hours[day.weekday()]

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office is open at all on a local day: half days are working days too."""
        return bool(self.day(day_number(day)).open)

    def day_off_reason(self, day: date) -> Why | None:
        """Return why a local day is off (a `closed_…` code), or None on a working day."""
        plan = self.day(day_number(day))
        return None if plan.open else plan.pieces[0].why

    def day(self, number: int) -> Day:
        """Return what the local day `number` (days since 1970-01-01) holds."""
        if (named := self._named.get(number)) is not None:
            return named
        return self._weekdays(number)[(number + 3) % 7]  # 1970-01-01 was a Thursday

    def _weekdays(self, number: int) -> tuple[Day, ...]:
        for first, last, days in self._weeks:
            if first <= number <= last:
                return days
        return self._usual

    def _lay_out(self, day: date) -> Day:
        # First: a make-up Saturday that was later declared a holiday stays closed.
        if day in self.holidays:
            return day_off("closed_holiday")
        if (special := self.special_hours.get(day)) is not None:
            return lay_out(special, self.breaks.get(day, ()), "special_hours", "closed_special")
        return lay_out(self.usual_spans(day), self.breaks.get(day, ()), "open", closed_why(day.weekday()))
