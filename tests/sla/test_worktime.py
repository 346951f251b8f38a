"""Real dates, one row a case: rules A, B and W in Vietnam from 2025 to 2028 (P2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sla import worktime
from sla.timeline import instant, parts
from sla.worktime import (
    NaiveInstant,
    NeverOpen,
    TooFar,
    WorktimeError,
    add_consecutive,
    add_skipping_days_off,
    add_working,
    add_working_days,
    elapsed_working,
    is_open,
    last_closing,
    next_open,
    previous_close,
)
from tests.sla.slow import DAYS
from tests.sla.vietnam import DAYS_OFF, calendar, four_years, local

HOUR = 3600
YEARS = four_years()
NEVER = calendar(hours={}, special_hours={})

CONSECUTIVE = [
    ("24/01/2025 16:45", "26/01/2025 16:45"),  # over the eve of Tết
    ("23/11/2026 08:12", "25/11/2026 08:12"),  # 24/11 counts
    ("28/02/2028 10:00", "01/03/2028 10:00"),  # a leap day
    ("30/12/2026 23:59:59", "01/01/2027 23:59:59"),
]


@pytest.mark.parametrize(("received", "due"), CONSECUTIVE)
def test_it_adds_48_consecutive_hours(received, due):
    assert add_consecutive(local(received), 48 * HOUR) == local(due)


SKIPPING = [
    # plain weeks
    ("02/06/2025 09:00", "04/06/2025 09:00"),
    ("05/06/2025 09:00", "09/06/2025 09:00"),  # Thursday to Monday
    ("06/06/2025 16:45", "10/06/2025 16:45"),  # Friday to Tuesday
    ("07/06/2025 11:00", "11/06/2025 00:00"),  # Saturday: all of Monday and Tuesday, 24 giờ ngày 10/06
    ("08/06/2025 23:59:59", "11/06/2025 00:00"),
    ("09/06/2025 00:00", "11/06/2025 00:00"),
    # Tết
    ("24/01/2025 15:00", "04/02/2025 15:00"),
    ("13/02/2026 16:00", "24/02/2026 16:00"),
    ("17/02/2026 08:00", "25/02/2026 00:00"),  # mùng 1
    ("04/02/2027 10:00", "15/02/2027 10:00"),
    ("07/02/2027 09:10", "16/02/2027 00:00"),  # mùng 2
    ("24/01/2028 08:30", "02/02/2028 08:30"),
    # Giỗ Tổ
    ("04/04/2025 14:00", "09/04/2025 14:00"),
    ("24/04/2026 14:00", "29/04/2026 14:00"),  # the 26th is a Sunday, the 27th off in its place
    ("15/04/2027 14:00", "20/04/2027 14:00"),
    ("03/04/2028 14:00", "06/04/2028 14:00"),
    # 30/4 and 1/5, with the swap of 2025: Friday 02/05 off, Saturday 26/04 worked
    ("25/04/2025 10:00", "28/04/2025 10:00"),
    ("26/04/2025 10:00", "29/04/2025 10:00"),
    ("29/04/2025 10:00", "06/05/2025 10:00"),
    ("29/04/2026 10:00", "05/05/2026 10:00"),
    ("29/04/2027 10:00", "05/05/2027 10:00"),
    # Quốc khánh, with the swap of 2026: Monday 31/08 off, Saturday 22/08 worked
    ("29/08/2025 10:00", "04/09/2025 10:00"),
    ("21/08/2026 16:30", "24/08/2026 16:30"),
    ("22/08/2026 09:00", "25/08/2026 09:00"),
    ("28/08/2026 17:30", "04/09/2026 17:30"),
    ("01/09/2027 10:00", "07/09/2027 10:00"),
    # New Year, with the swap of 2026: Friday 02/01 off, Saturday 10/01 worked
    ("31/12/2025 22:00", "06/01/2026 22:00"),
    ("09/01/2026 08:00", "12/01/2026 08:00"),
    ("31/12/2026 09:00", "05/01/2027 09:00"),
    ("31/12/2027 09:00", "05/01/2028 09:00"),
    # 24/11
    ("23/11/2026 08:12", "26/11/2026 08:12"),
    ("24/11/2026 08:12", "27/11/2026 00:00"),
    ("24/11/2025 08:12", "26/11/2025 08:12"),  # not yet a day off
    ("23/11/2027 08:12", "26/11/2027 08:12"),
    ("23/11/2028 08:12", "28/11/2028 08:12"),  # Friday off, then a weekend
]


@pytest.mark.parametrize(("received", "due"), SKIPPING)
def test_it_adds_48_hours_without_days_off(received, due):
    assert add_skipping_days_off(YEARS, local(received), 48 * HOUR) == local(due)


def test_it_counts_24_november_once_the_day_off_is_switched_off():
    without = four_years(holidays=[day for day in DAYS_OFF if not day.endswith("-11-24")])

    due = add_skipping_days_off(without, local("23/11/2026 08:12"), 48 * HOUR)

    assert due == local("25/11/2026 08:12")


WORKING = [
    # a day has 4 h before noon and 3 h 30 after it
    ("02/06/2025 07:30", 4 * HOUR, "02/06/2025 11:30"),  # ends exactly at closing: due at closing
    ("02/06/2025 07:30", 4 * HOUR + 1, "02/06/2025 13:30:01"),
    ("02/06/2025 07:30", 27_000, "02/06/2025 17:00"),
    ("02/06/2025 17:00", 1, "03/06/2025 07:30:01"),
    ("02/06/2025 12:00", HOUR, "02/06/2025 14:30"),  # begins in the lunch break
    ("02/06/2025 03:00", HOUR, "02/06/2025 08:30"),
    ("06/06/2025 16:59:59", 2, "09/06/2025 07:30:01"),  # over a weekend
    ("07/06/2025 10:00", 8 * HOUR, "10/06/2025 08:00"),
    ("24/01/2025 16:00", 2 * HOUR, "03/02/2025 08:30"),  # over Tết
    ("13/02/2026 16:30", HOUR, "23/02/2026 08:00"),
    ("04/02/2027 16:30", HOUR, "12/02/2027 08:00"),
    ("24/01/2028 16:30", HOUR, "01/02/2028 08:00"),
    ("25/04/2025 16:00", 2 * HOUR, "26/04/2025 08:30"),  # a make-up Saturday
    ("21/08/2026 16:00", 8 * HOUR, "22/08/2026 16:30"),
    ("23/11/2026 16:00", 2 * HOUR, "25/11/2026 08:30"),  # over 24/11
    ("02/06/2025 07:30", 10 * 27_000, "13/06/2025 17:00"),
    ("02/01/2025 07:30", 250 * 27_000, "31/12/2025 17:00"),  # a year of work
]


@pytest.mark.parametrize(("received", "seconds", "due"), WORKING)
def test_it_adds_working_time(received, seconds, due):
    assert add_working(YEARS, local(received), seconds) == local(due)


WORKING_DAYS = [
    ("02/06/2025 09:00", 1, "03/06/2025 17:00"),
    ("02/06/2025 00:00", 1, "03/06/2025 17:00"),
    ("02/06/2025 23:59:59", 1, "03/06/2025 17:00"),
    ("06/06/2025 09:00", 1, "09/06/2025 17:00"),
    ("07/06/2025 09:00", 1, "09/06/2025 17:00"),  # received on a day off
    ("02/06/2025 09:00", 5, "09/06/2025 17:00"),
    ("24/01/2025 09:00", 3, "05/02/2025 17:00"),  # over Tết
    ("13/02/2026 09:00", 3, "25/02/2026 17:00"),
    ("04/02/2027 09:00", 1, "12/02/2027 17:00"),
    ("24/01/2028 09:00", 2, "02/02/2028 17:00"),
    ("25/04/2025 09:00", 1, "26/04/2025 17:00"),  # a make-up Saturday
    ("29/04/2025 09:00", 2, "06/05/2025 17:00"),
    ("23/11/2026 09:00", 2, "26/11/2026 17:00"),
    ("02/01/2025 09:00", 30, "20/02/2025 17:00"),
]


@pytest.mark.parametrize(("received", "days", "due"), WORKING_DAYS)
def test_it_adds_working_days_until_closing(received, days, due):
    assert add_working_days(YEARS, local(received), days) == local(due)


HALF_DAY = four_years(special_hours={"2026-08-22": [["07:30", "11:30"]]})


def test_it_gives_a_half_day_24_hours_under_rule_b_and_its_hours_under_rule_w():
    friday = local("21/08/2026 17:00")

    assert add_skipping_days_off(HALF_DAY, local("22/08/2026 00:00"), 24 * HOUR) == local("23/08/2026 00:00")
    assert add_working(HALF_DAY, friday, 4 * HOUR) == local("22/08/2026 11:30")
    assert add_working_days(HALF_DAY, friday, 1) == local("22/08/2026 11:30")


WINTER = {"from": "2026-10-16", "to": "2027-04-15", "hours": {"mon": [["08:00", "12:00"]], "fri": [["08:00", "12:00"]]}}


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("15/10/2026 16:30", "16/10/2026 08:30"),  # the last summer day, then the first winter Friday
        ("16/10/2026 11:30", "19/10/2026 08:30"),
        ("12/04/2027 11:30", "16/04/2027 08:00"),  # the last winter Monday; 16/04 has summer hours again
    ],
)
def test_it_takes_the_hours_of_the_season(received, due):
    office = calendar(seasons=[WINTER], holidays=[])

    assert add_working(office, local(received), HOUR) == local(due)


def test_it_joins_spans_that_meet_at_midnight():
    nights = calendar(hours={"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]}, special_hours={})

    assert add_working(nights, local("02/06/2025 23:00"), 3 * HOUR) == local("03/06/2025 02:00")
    assert add_working(nights, local("02/06/2025 22:00"), 2 * HOUR) == local("03/06/2025 00:00")
    assert previous_close(nights, local("03/06/2025 03:00")) == local("27/05/2025 06:00")
    assert last_closing(nights, date(2025, 6, 2)) == local("03/06/2025 00:00")


@pytest.mark.parametrize("received", ["02/06/2025 09:00", "02/06/2025 12:00", "07/06/2025 09:00"])
def test_it_dues_a_budget_of_nothing_at_its_start(received):
    start = local(received)

    dues = [add(YEARS, start, 0) for add in (add_skipping_days_off, add_working, add_working_days)]

    assert [*dues, add_consecutive(start, 0), add_working(NEVER, start, 0)] == [start] * 5


def test_it_keeps_fractions_of_a_second():
    start = local("02/06/2025 11:29:59").replace(microsecond=250_000)

    assert add_working(YEARS, start, 1) == local("02/06/2025 13:30").replace(microsecond=250_000)


def test_it_returns_aware_utc_instants():
    assert add_working(YEARS, local("02/06/2025 09:00"), HOUR).tzinfo is UTC


PAUSES = [
    ([], "03/06/2025 09:00"),
    ([("02/06/2025 10:00", "02/06/2025 11:00")], "03/06/2025 10:00"),
    ([("02/06/2025 10:00", "02/06/2025 11:00"), ("02/06/2025 10:30", "02/06/2025 11:30")], "03/06/2025 10:30"),
    ([("02/06/2025 10:30", "02/06/2025 11:30"), ("02/06/2025 10:00", "02/06/2025 11:00")], "03/06/2025 10:30"),
    ([("02/06/2025 10:00", "02/06/2025 11:00"), ("02/06/2025 10:20", "02/06/2025 10:40")], "03/06/2025 10:00"),
    ([("02/06/2025 11:30", "02/06/2025 13:30")], "03/06/2025 09:00"),  # lunch does not count twice
    ([("01/06/2025 00:00", "02/06/2025 09:00")], "03/06/2025 09:00"),  # over before the start
    ([("02/06/2025 10:00", "02/06/2025 10:00")], "03/06/2025 09:00"),
    ([("02/06/2025 09:00", "09/06/2025 09:00")], "10/06/2025 09:00"),
    ([("03/06/2025 09:00", "04/06/2025 09:00")], "03/06/2025 09:00"),  # begins when it is due
]


@pytest.mark.parametrize(("pauses", "due"), PAUSES)
def test_it_counts_nothing_in_a_pause(pauses, due):
    cuts = [(local(first), local(last)) for first, last in pauses]

    assert add_working(YEARS, local("02/06/2025 09:00"), 27_000, pauses=cuts) == local(due)
    assert elapsed_working(YEARS, local("02/06/2025 09:00"), local(due), pauses=cuts) == 27_000


def test_it_skips_days_off_and_pauses_together():
    pause = (local("06/06/2025 12:00"), local("09/06/2025 12:00"))

    due = add_skipping_days_off(YEARS, local("05/06/2025 12:00"), 48 * HOUR, pauses=[pause])

    assert due == local("10/06/2025 12:00")


@pytest.mark.parametrize(
    ("first", "last", "due"),
    [
        ("03/06/2025 10:00", "03/06/2025 15:00", "03/06/2025 17:00"),  # over before closing: the day counts
        ("03/06/2025 10:00", "03/06/2025 17:00", "04/06/2025 17:00"),
        ("03/06/2025 17:00", "04/06/2025 10:00", "03/06/2025 17:00"),  # begins at closing: the day was whole
        ("03/06/2025 16:59:59", "05/06/2025 17:30", "06/06/2025 17:00"),
    ],
)
def test_it_does_not_count_a_working_day_that_closes_in_a_pause(first, last, due):
    pauses = [(local(first), local(last))]

    assert add_working_days(YEARS, local("02/06/2025 09:00"), 1, pauses=pauses) == local(due)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("02/06/2025 07:30", "02/06/2025 17:00", 27_000),
        ("06/06/2025 16:00", "09/06/2025 08:00", 5400),
        ("07/06/2025 00:00", "08/06/2025 23:00", 0),
        ("02/06/2025 10:00", "02/06/2025 09:00", 0),
        ("02/06/2025 10:00", "02/06/2025 10:00", 0),
        ("01/01/2025 00:00", "01/01/2026 00:00", 27_000 * 250),
    ],
)
def test_it_measures_working_time(start, end, seconds):
    assert elapsed_working(YEARS, local(start), local(end)) == seconds


def test_it_measures_whole_seconds():
    start = local("02/06/2025 10:00")

    assert elapsed_working(YEARS, start, start + timedelta(seconds=10, milliseconds=700)) == 10


def test_it_measures_no_time_on_a_calendar_that_never_opens():
    assert elapsed_working(NEVER, local("02/06/2025 10:00"), local("02/06/2026 10:00")) == 0


@pytest.mark.parametrize(
    ("at", "is_it", "opens", "closed"),
    [
        ("02/06/2025 07:29:59", False, "02/06/2025 07:30", "30/05/2025 17:00"),
        ("02/06/2025 07:30", True, "02/06/2025 07:30", "30/05/2025 17:00"),
        ("02/06/2025 11:29:59", True, "02/06/2025 11:29:59", "30/05/2025 17:00"),
        ("02/06/2025 11:30", False, "02/06/2025 13:30", "02/06/2025 11:30"),
        ("02/06/2025 17:00", False, "03/06/2025 07:30", "02/06/2025 17:00"),
        ("07/02/2027 09:10", False, "12/02/2027 07:30", "04/02/2027 17:00"),
        ("22/08/2026 08:00", True, "22/08/2026 08:00", "21/08/2026 17:00"),
    ],
)
def test_it_knows_openings_and_closings(at, is_it, opens, closed):
    instant = local(at)

    assert is_open(YEARS, instant) is is_it
    assert next_open(YEARS, instant) == local(opens)
    assert previous_close(YEARS, instant) == local(closed)


def test_it_knows_the_last_closing_of_a_day():
    assert last_closing(YEARS, date(2025, 6, 2)) == local("02/06/2025 17:00")
    assert last_closing(HALF_DAY, date(2026, 8, 22)) == local("22/08/2026 11:30")
    assert last_closing(YEARS, date(2025, 6, 7)) is None


def test_it_finds_the_closing_before_a_month_of_days_off():
    june = calendar(holidays=[f"2026-06-{day:02d}" for day in range(1, 31)])

    assert previous_close(june, local("30/06/2026 10:00")) == local("29/05/2026 17:00")


def test_it_looks_no_further_back_than_the_day_that_closed(monkeypatch):
    begun = []
    monkeypatch.setattr(worktime, "parts", lambda tz, start: begun.append(instant(start)) or parts(tz, start))

    closed = previous_close(YEARS, local("09/06/2025 06:00"))

    assert closed == local("06/06/2025 17:00")
    assert min(begun) == local("06/06/2025 00:00")


def test_it_finds_no_closing_where_there_never_was_one():
    always = calendar(hours={day: [["00:00", "24:00"]] for day in DAYS}, holidays=[], special_hours={})

    assert previous_close(NEVER, local("02/06/2025 10:00")) is None
    assert previous_close(always, local("01/06/2020 10:00")) is None


@pytest.mark.parametrize("add", [add_skipping_days_off, add_working, add_working_days])
def test_it_refuses_a_calendar_that_never_opens(add):
    with pytest.raises(NeverOpen):
        add(NEVER, local("02/06/2025 10:00"), 1)


def test_it_spends_what_a_calendar_has_before_it_never_opens_again():
    once = calendar(hours={}, special_hours={"2199-12-31": [["07:30", "11:30"]]})

    assert add_working(once, local("02/06/2025 10:00"), 4 * HOUR) == local("31/12/2199 11:30")
    with pytest.raises(NeverOpen):
        add_working(once, local("02/06/2025 10:00"), 4 * HOUR + 1)


@pytest.mark.parametrize("at", ["next", "previous", "open", "start", "pause"])
def test_it_refuses_naive_instants(at):
    naive, aware = datetime(2025, 6, 2, 10), local("02/06/2025 10:00")
    calls = {
        "next": lambda: next_open(YEARS, naive),
        "previous": lambda: previous_close(YEARS, naive),
        "open": lambda: is_open(YEARS, naive),
        "start": lambda: add_consecutive(naive, 1),
        "pause": lambda: add_working(YEARS, aware, 1, pauses=[(aware, naive)]),
    }

    with pytest.raises(NaiveInstant):
        calls[at]()


def test_it_refuses_negative_budgets_reversed_pauses_and_fractions():
    start = local("02/06/2025 10:00")

    with pytest.raises(WorktimeError, match="negative"):
        add_working(YEARS, start, -1)
    with pytest.raises(WorktimeError, match="negative"):
        add_working_days(YEARS, start, -1)
    with pytest.raises(WorktimeError, match="before it begins"):
        add_working(YEARS, start, 1, pauses=[(start, start - timedelta(seconds=1))])
    with pytest.raises(TypeError):
        add_working(YEARS, start, 0.5)


def test_it_refuses_instants_and_deadlines_out_of_reach():
    with pytest.raises(TooFar):
        add_consecutive(datetime(1066, 10, 14, tzinfo=UTC), 1)
    with pytest.raises(TooFar):
        add_consecutive(local("02/06/2025 10:00"), 1000 * 366 * 24 * HOUR)
    with pytest.raises(TooFar):
        add_working(YEARS, datetime(2998, 12, 1, tzinfo=UTC), 1000 * HOUR)
