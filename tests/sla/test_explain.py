"""Explanations (P11): the lines leave no gap, sum to the budget and end when it is due."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sla.explain import Explanation, Line, explain
from sla.worktime import due
from tests.sla.vietnam import ZONE, calendar, local

HOUR = 3600
TET_PAUSE = [(local("04/02/2027 16:30"), local("12/02/2027 08:00"))]
BREAK = {"2026-12-24": [["15:00", "17:00"]]}


def rows(explanation: Explanation) -> list[tuple[str, str, int, str]]:
    """Return the lines with their times on the office's clock."""
    return [(clock(line, 0), clock(line, 1), line.counted, line.why) for line in explanation.lines]


def clock(line: Line, end: int) -> str:
    return line[end].astimezone(ZONE).strftime("%d/%m %H:%M")


def test_it_explains_48_hours_across_tet():
    told = explain(calendar(), local("07/02/2027 09:10"), "skip_days_off", 48 * HOUR)

    assert rows(told) == [
        ("07/02 09:10", "08/02 00:00", 0, "closed_weekend"),
        ("08/02 00:00", "12/02 00:00", 0, "closed_holiday"),
        ("12/02 00:00", "13/02 00:00", 24 * HOUR, "working_day"),
        ("13/02 00:00", "15/02 00:00", 0, "closed_weekend"),
        ("15/02 00:00", "16/02 00:00", 24 * HOUR, "working_day"),
    ]


def test_it_explains_working_hours_around_lunch_a_night_and_a_break():
    told = explain(calendar(breaks=BREAK), local("24/12/2026 10:30"), "working", 3 * HOUR)

    assert rows(told) == [
        ("24/12 10:30", "24/12 11:30", HOUR, "open"),
        ("24/12 11:30", "24/12 13:30", 0, "outside_hours"),
        ("24/12 13:30", "24/12 15:00", 90 * 60, "open"),
        ("24/12 15:00", "24/12 17:00", 0, "break"),
        ("24/12 17:00", "25/12 07:30", 0, "outside_hours"),
        ("25/12 07:30", "25/12 08:00", 30 * 60, "open"),
    ]


def test_it_explains_a_make_up_saturday_by_its_special_hours():
    told = explain(calendar(), local("22/08/2026 07:30"), "working", HOUR)

    assert rows(told) == [("22/08 07:30", "22/08 08:30", HOUR, "special_hours")]


def test_it_explains_working_days_from_the_day_after_receipt():
    told = explain(calendar(), local("03/02/2027 16:10"), "working_days", 2)

    assert told.unit == "days"
    assert rows(told) == [
        ("03/02 16:10", "04/02 00:00", 0, "day_of_receipt"),
        ("04/02 00:00", "05/02 00:00", 1, "working_day"),
        ("05/02 00:00", "06/02 00:00", 0, "closed_holiday"),
        ("06/02 00:00", "08/02 00:00", 0, "closed_weekend"),
        ("08/02 00:00", "12/02 00:00", 0, "closed_holiday"),
        ("12/02 00:00", "12/02 17:00", 1, "working_day"),
    ]


def test_it_explains_a_pause_in_place_of_what_it_covers():
    told = explain(calendar(), local("04/02/2027 16:10"), "working", HOUR, pauses=TET_PAUSE)

    assert rows(told) == [
        ("04/02 16:10", "04/02 16:30", 20 * 60, "open"),
        ("04/02 16:30", "12/02 08:00", 0, "pause"),
        ("12/02 08:00", "12/02 08:40", 40 * 60, "open"),
    ]


def test_it_leaves_out_a_pause_that_was_over_before():
    early = (local("03/02/2027 08:00"), local("03/02/2027 09:00"))

    told = explain(calendar(), local("04/02/2027 12:00"), "working", HOUR, pauses=[early])

    assert rows(told) == [
        ("04/02 12:00", "04/02 13:30", 0, "outside_hours"),
        ("04/02 13:30", "04/02 14:30", HOUR, "open"),
    ]


def test_it_explains_a_working_day_that_closed_in_a_pause():
    told = explain(calendar(), local("03/02/2027 16:10"), "working_days", 1, pauses=TET_PAUSE)

    assert ("04/02 00:00", "05/02 00:00", 0, "pause") in rows(told)


def test_it_explains_consecutive_hours_in_one_line():
    told = explain(calendar(), local("05/02/2027 09:00"), "consecutive", 48 * HOUR)

    assert rows(told) == [("05/02 09:00", "07/02 09:00", 48 * HOUR, "consecutive")]


def test_it_has_no_lines_for_a_budget_of_nothing():
    told = explain(calendar(), local("05/02/2027 09:00"), "working", 0)

    assert (told.lines, told.due_at) == ((), local("05/02/2027 09:00"))


@pytest.mark.parametrize("pauses", [[], TET_PAUSE], ids=["running", "paused"])
@pytest.mark.parametrize(
    ("rule", "amount"),
    [("consecutive", 90_061), ("skip_days_off", 172_799), ("working", 100_000), ("working_days", 12)],
)
def test_it_counts_every_second_once_and_ends_when_due(rule, amount, pauses):
    start = local("04/02/2027 16:10:30").replace(microsecond=400_000)

    told = explain(calendar(), start, rule, amount, pauses=pauses)

    assert sum(line.counted for line in told.lines) == amount
    assert all(earlier.to_at == later.from_at for earlier, later in pairwise(told.lines))
    assert (told.lines[0].from_at, told.lines[-1].to_at) == (start, told.due_at)
    assert told.due_at == due(calendar(), start, rule, amount, pauses=pauses)
