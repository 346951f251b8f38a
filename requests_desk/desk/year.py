"""A year of an office as twelve small tables: which day is off, and by what name."""

from __future__ import annotations

import calendar as gregorian
from datetime import date
from typing import NamedTuple

from sla.calendars import Calendar
from sla.special_days import SpecialDay, special_days

# One letter each, so that a printed or colourless page says the same.
MARKS = {"holiday": "L", "compensatory": "B", "swap": "H", "make_up": "+", "half_day": "½", "other": "K"}


class Cell(NamedTuple):
    """One day of a month: whether the office opens, and what is special about it."""

    date: date
    is_open: bool
    special: SpecialDay | None
    mark: str


class Month(NamedTuple):
    """The weeks of one month; None stands for a day of its neighbours."""

    first: date
    weeks: list[list[Cell | None]]
    open_days: int


def months(calendar: Calendar, year: int) -> list[Month]:
    """Return the twelve months of a year, each cut into weeks that begin on Monday."""
    special = {day.date: day for day in special_days(calendar, year)}
    return [_month(calendar, year, number, special) for number in range(1, 13)]


def _month(calendar: Calendar, year: int, number: int, special: dict[date, SpecialDay]) -> Month:
    weeks = [
        [_cell(calendar, day, special.get(day)) if day.month == number else None for day in week]
        # Weeks begin on Monday here, and days of the neighbours stay empty: each day stands once in a year.
        for week in gregorian.Calendar().monthdatescalendar(year, number)
    ]
    opened = sum(cell is not None and cell.is_open for week in weeks for cell in week)
    return Month(date(year, number, 1), weeks, opened)


def _cell(calendar: Calendar, day: date, special: SpecialDay | None) -> Cell:
    return Cell(day, calendar.is_working_day(day), special, MARKS[special.kind] if special else "")
