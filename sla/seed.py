"""First documents for an owner who has none yet: provisional until an administrator confirms them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import holidays

from sla.calendar_json import Kind
from sla.hours import Span
from sla.special_days import SpecialDay, put

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE_HOURS = (("07:30", "11:30"), ("13:30", "17:00"))
# Chosen by a resolution whose law was not seen in force: an office may switch the day off or on (DOMAIN.md §5).
CULTURE_DAY = (11, 24)
_CULTURE_DAY_NAME = "Ngày Văn hóa Việt Nam"
_SWAPPED, _COMPENSATED = "Ngày nghỉ (thay cho", "(nghỉ bù)"


def vietnamese_calendar(
    years: Iterable[int], *, tz: str = "Asia/Ho_Chi_Minh", hours: Sequence[tuple[str, str]] = OFFICE_HOURS
) -> dict[str, Any]:
    """Return a calendar document with the public holidays of `years`, as far as they can be known.

    Swaps and the length of Tết are decided each year by the Prime Minister: what the `holidays` library says of a year
    not yet decided is a guess, hence provisional (DOMAIN.md §5).
    """
    empty = {"tz": tz, "hours": {day: [list(span) for span in hours] for day in WEEKDAYS}}
    return put(empty, [day for year in sorted(years) for day in vietnamese_days(year, hours=hours)])


def vietnamese_days(
    year: int, *, hours: Sequence[tuple[str, str]] = OFFICE_HOURS, culture_day: bool = True
) -> list[SpecialDay]:
    """Return the days off of a year with their names and kinds, and the Saturdays worked to make up for them."""
    # Names in Vietnamese whatever the reader's language: they are the office's own words and are stored.
    known = holidays.country_holidays("VN", years=[year], language="vi")
    days = [SpecialDay(day, _kind(name), name) for day, name in known.items() if day.year == year]
    if not culture_day:
        days = [day for day in days if not is_culture_day(day)]
    spans = tuple(Span(_minutes(opens), _minutes(closes)) for opens, closes in hours)
    # Forgotten, the Saturday worked in exchange would count for nothing, and deadlines fall a day late.
    made_up = [SpecialDay(day, "make_up", "", spans) for day in known.weekend_workdays if day.year == year]
    return sorted([*days, *made_up])


def is_culture_day(day: SpecialDay) -> bool:
    """Tell whether a day off is Ngày Văn hóa Việt Nam or the day off in its place."""
    return (day.date.month, day.date.day) == CULTURE_DAY or day.name.startswith(_CULTURE_DAY_NAME)


def culture_days(year: int) -> list[SpecialDay]:
    """Return 24/11 of a year, and the day off in its place where it falls on a weekend."""
    found = [day for day in vietnamese_days(year) if is_culture_day(day)]
    return found or [SpecialDay(date(year, *CULTURE_DAY), "holiday", _CULTURE_DAY_NAME)]


def _kind(name: str) -> Kind:
    if name.startswith(_SWAPPED):
        return "swap"
    return "compensatory" if name.endswith(_COMPENSATED) else "holiday"


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
