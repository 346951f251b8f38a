"""Other zones: clock changes at 02:00 and at midnight, by an hour and by half, and a day that never was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sla.worktime import (
    Calendar,
    add_skipping_days_off,
    add_working,
    add_working_days,
    elapsed_working,
    is_open,
    last_closing,
    next_open,
)
from tests.sla.slow import DAYS

HOUR = 3600
NIGHT = {day: [["00:00", "04:00"]] for day in DAYS}
OFFICE = {day: [["09:00", "17:00"]] for day in DAYS[:5]}
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}


def wall(zone, text, *, fold=0):
    """Return the instant at which a clock of the zone shows `2026-03-08 01:30` (the second time with fold=1)."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def office(zone, hours, **parts):
    return Calendar.from_json({"tz": zone, "hours": hours, **parts})


WHOLE_DAYS = [
    # the clock goes forward: the day has 23 h (or 23½), so a day's budget reaches into the next
    ("America/New_York", "2026-03-08 00:00", 23, "2026-03-09 00:00"),
    ("America/New_York", "2026-03-08 00:00", 24, "2026-03-09 01:00"),
    ("Europe/Berlin", "2026-03-28 12:00", 24, "2026-03-29 13:00"),
    ("Australia/Lord_Howe", "2026-10-04 00:00", 24, "2026-10-05 00:30"),
    # the clock goes back: 25 h (or 24½)
    ("America/New_York", "2026-11-01 00:00", 25, "2026-11-02 00:00"),
    ("Europe/Berlin", "2026-10-24 12:00", 24, "2026-10-25 11:00"),
    ("Australia/Lord_Howe", "2026-04-05 00:00", 24, "2026-04-05 23:30"),
    # the change is at midnight: that day begins at 01:00, or the one before has its last hour twice
    ("America/Sao_Paulo", "2018-11-03 12:00", 24, "2018-11-04 13:00"),
    ("America/Sao_Paulo", "2018-02-17 12:00", 13, "2018-02-18 00:00"),
    # Samoa had no 30 December 2011
    ("Pacific/Apia", "2011-12-29 12:00", 24, "2011-12-31 12:00"),
]


@pytest.mark.parametrize(("zone", "start", "hours", "due"), WHOLE_DAYS)
def test_it_gives_a_working_day_the_hours_its_clock_had(zone, start, hours, due):
    calendar = office(zone, ALWAYS)

    assert add_skipping_days_off(calendar, wall(zone, start), hours * HOUR) == wall(zone, due)


NIGHTS = [
    # open 00:00 to 04:00: the hour that is skipped is missing, the hour that is repeated counts twice
    ("America/New_York", "2026-03-08 00:00", 3, "2026-03-08 04:00"),
    ("America/New_York", "2026-11-01 00:00", 5, "2026-11-01 04:00"),
    ("Europe/Berlin", "2026-03-29 00:00", 3, "2026-03-29 04:00"),
    ("Europe/Berlin", "2026-10-25 00:00", 5, "2026-10-25 04:00"),
    ("Australia/Lord_Howe", "2026-10-04 00:00", 3.5, "2026-10-04 04:00"),
    ("Australia/Lord_Howe", "2026-04-05 00:00", 4.5, "2026-04-05 04:00"),
    ("America/Havana", "2026-03-08 00:00", 3, "2026-03-08 04:00"),
    ("Asia/Ho_Chi_Minh", "2026-03-08 00:00", 4, "2026-03-08 04:00"),
]


@pytest.mark.parametrize(("zone", "start", "hours", "due"), NIGHTS)
def test_it_counts_a_span_as_long_as_the_clock_took_for_it(zone, start, hours, due):
    calendar, seconds = office(zone, NIGHT), int(hours * HOUR)

    assert add_working(calendar, wall(zone, start), seconds) == wall(zone, due)
    assert elapsed_working(calendar, wall(zone, start), wall(zone, due)) == seconds


def test_it_is_open_both_times_an_hour_comes():
    calendar = office("America/New_York", {"sun": [["01:00", "02:00"]]})

    assert is_open(calendar, wall("America/New_York", "2026-11-01 01:30"))
    assert is_open(calendar, wall("America/New_York", "2026-11-01 01:30", fold=1))
    assert last_closing(calendar, date(2026, 11, 1)) == wall("America/New_York", "2026-11-01 02:00")


def test_it_never_opens_in_an_hour_that_was_skipped():
    calendar = office("America/New_York", {"sun": [["02:00", "03:00"]]})

    opens = next_open(calendar, wall("America/New_York", "2026-03-07 12:00"))

    assert opens == wall("America/New_York", "2026-03-15 02:00")
    assert last_closing(calendar, date(2026, 3, 8)) is None


@pytest.mark.parametrize(
    ("zone", "received", "days", "due"),
    [
        ("America/New_York", "2026-03-06 16:00", 1, "2026-03-09 17:00"),
        ("Europe/Berlin", "2026-10-23 16:00", 2, "2026-10-27 17:00"),
        ("Pacific/Apia", "2011-12-28 16:00", 2, "2012-01-02 17:00"),  # Friday the 30th was skipped
        ("Asia/Kathmandu", "2026-06-05 16:00", 1, "2026-06-08 17:00"),
    ],
)
def test_it_closes_by_the_clock_on_the_wall(zone, received, days, due):
    assert add_working_days(office(zone, OFFICE), wall(zone, received), days) == wall(zone, due)


def test_it_knows_no_closing_on_a_day_the_zone_skipped():
    assert last_closing(office("Pacific/Apia", OFFICE), date(2011, 12, 30)) is None


def test_it_closes_late_where_the_clock_was_set_back_over_midnight():
    calendar = office("America/St_Johns", ALWAYS)

    closing = last_closing(calendar, date(2010, 11, 6))

    assert closing == wall("America/St_Johns", "2010-11-07 00:00", fold=1)


def test_it_leaves_out_the_minute_of_the_next_day_that_came_too_early():
    calendar = office("America/St_Johns", {"sat": [["09:00", "17:00"]], "sun": [["00:00", "06:00"]]})

    assert last_closing(calendar, date(2010, 11, 6)) == wall("America/St_Johns", "2010-11-06 17:00")


def test_it_takes_the_start_in_whatever_zone_it_comes():
    calendar = office("Asia/Ho_Chi_Minh", OFFICE)
    start = wall("Asia/Ho_Chi_Minh", "2026-06-05 16:30")

    assert add_working(calendar, start.astimezone(ZoneInfo("America/New_York")), HOUR) == wall(
        "Asia/Ho_Chi_Minh", "2026-06-08 09:30"
    )
