"""What is known of the days off of a Vietnamese year before anybody confirms it."""

from __future__ import annotations

from datetime import date

import pytest

from sla import seed
from sla.special_days import clocks, special_days
from sla.worktime import Calendar
from tests.sla.vietnam import _DAYS_OFF_BY_YEAR, MAKE_UP_SATURDAYS

SEEDED = Calendar.from_json(seed.vietnamese_calendar(range(2025, 2029)))


@pytest.mark.parametrize(
    ("day", "kind", "name", "hours"),
    [
        (date(2025, 5, 2), "swap", "Ngày nghỉ (thay cho ngày 26/04/2025)", ""),
        (date(2025, 4, 26), "make_up", "", "07:30-11:30 13:30-17:00"),
        (date(2026, 2, 17), "holiday", "Tết Nguyên Đán", ""),
        (date(2026, 4, 27), "compensatory", "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)", ""),
        (date(2026, 8, 22), "make_up", "", "07:30-11:30 13:30-17:00"),
        (date(2026, 11, 24), "holiday", "Ngày Văn hóa Việt Nam", ""),
        (date(2027, 5, 3), "compensatory", "Ngày Quốc tế Lao động (nghỉ bù)", ""),
    ],
)
def test_it_names_each_day_and_says_its_kind(day, kind, name, hours):
    found = {one.date: one for one in special_days(SEEDED)}[day]

    assert (found.kind, found.name, clocks(found.hours)) == (kind, name, hours)


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_it_closes_the_days_that_law_fixes(year):
    fixed = {f"{year}-{day}" for day in _DAYS_OFF_BY_YEAR[year].split()} & {f"{year}-04-30", f"{year}-09-02"}

    assert all(SEEDED.day_off_reason(date.fromisoformat(day)) == "closed_holiday" for day in fixed)


def test_it_opens_the_saturdays_worked_in_place_of_a_day_off():
    known = [day for day in MAKE_UP_SATURDAYS if day != "2026-01-10"]  # this swap came after the library's edition

    assert all(SEEDED.is_working_day(date.fromisoformat(day)) for day in known)


@pytest.mark.parametrize(("culture_day", "is_open"), [(True, False), (False, True)])
def test_it_leaves_the_day_of_culture_to_a_switch(culture_day, is_open):
    """DOMAIN.md §5: whether 24/11 is a day off was not seen in force."""
    days = {day.date for day in seed.vietnamese_days(2026, culture_day=culture_day)}

    assert (date(2026, 11, 24) not in days) is is_open


@pytest.mark.parametrize(
    ("year", "dates"),
    [(2026, ["2026-11-24"]), (2029, ["2029-11-24", "2029-11-26"]), (2020, ["2020-11-24"])],
)
def test_it_knows_the_day_of_culture_and_the_weekday_in_its_place(year, dates):
    assert [day.date.isoformat() for day in seed.culture_days(year)] == dates
