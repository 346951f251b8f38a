"""What holds for every calendar: against a slow model, and the promises no edit may break."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sla.explain import explain
from sla.timeline import local_clock, micros
from sla.worktime import (
    Calendar,
    NeverOpen,
    due,
    elapsed_working,
    is_open,
    next_open,
    previous_close,
)
from tests.sla.slow import counts, pauses, scenes, slow_add, spans

TIMED = ["skip_days_off", "working"]
RULES = ["consecutive", *TIMED, "working_days"]
MINUTE = 60
EXAMPLES = 60
budgets = (st.integers(0, 600) | st.integers(0, 6000)).map(lambda minutes: minutes * MINUTE)
quick = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def due_or_never(calendar, start, rule, amount, *, cuts=()):
    """Return the due time, or None for a calendar that has no working time left."""
    with suppress(NeverOpen):
        return due(calendar, start, rule, amount, pauses=cuts)
    return None


def amount_for(rule, budget):
    return budget // (60 * MINUTE) if rule == "working_days" else budget


@pytest.mark.parametrize("rule", TIMED)
@quick
@given(data=st.data())
def test_it_agrees_with_the_slow_model_minute_by_minute(rule, data):
    calendar, start = data.draw(scenes())
    budget, cuts = data.draw(budgets), data.draw(pauses(start))

    expected = slow_add(calendar, rule, start, budget, step=MINUTE, pauses=cuts)

    assume(expected is not None)
    assert due(Calendar.from_json(calendar), start, rule, budget, pauses=cuts) == expected


@pytest.mark.parametrize("rule", TIMED)
@settings(quick, max_examples=EXAMPLES // 2)
@given(data=st.data())
def test_it_agrees_with_the_slow_model_second_by_second(rule, data):
    calendar, minute = data.draw(scenes())
    calendar["hours"] = {day: [["00:00", "11:30"], ["11:35", "24:00"]] for day in calendar["hours"]}
    start, budget = minute + timedelta(seconds=data.draw(st.integers(1, 59))), data.draw(st.integers(0, 7000))

    expected = slow_add(calendar, rule, start, budget, step=1)

    assume(expected is not None)
    assert due(Calendar.from_json(calendar), start, rule, budget) == expected


@quick
@given(scenes())
def test_it_knows_when_the_office_is_open(scene):
    calendar, at = scene

    assert is_open(Calendar.from_json(calendar), at) == counts(calendar, "working", at)


@quick
@given(scenes())
def test_it_finds_the_next_opening_and_the_closing_before(scene):
    data, at = scene
    calendar = Calendar.from_json(data)
    minute = timedelta(minutes=1)

    closed = previous_close(calendar, at)
    with suppress(NeverOpen):
        opens = next_open(calendar, at)
        assert is_open(calendar, opens)
        assert elapsed_working(calendar, at, opens) == 0

    if closed is not None:
        assert is_open(calendar, closed - minute)
        assert not is_open(calendar, closed)
        between = range(int((at - closed) / minute))
        assert not any(
            is_open(calendar, closed + n * minute) and not is_open(calendar, closed + (n + 1) * minute) for n in between
        )


@pytest.mark.parametrize("rule", RULES)
@quick
@given(data=st.data())
def test_it_never_dues_earlier_for_a_day_off_more(rule, data):
    calendar, start = data.draw(scenes())
    amount = amount_for(rule, data.draw(budgets))
    day_off = (start + timedelta(days=data.draw(st.integers(-1, 6)))).date().isoformat()

    before = due_or_never(Calendar.from_json(calendar), start, rule, amount)
    after = due_or_never(Calendar.from_json({**calendar, "holidays": [day_off]}), start, rule, amount)
    free = due_or_never(Calendar.from_json({**calendar, "holidays": []}), start, rule, amount)

    assert free is None or after is None or after >= free
    assert free is None or before is None or before >= free


@pytest.mark.parametrize("rule", TIMED)
@quick
@given(data=st.data())
def test_it_never_dues_earlier_for_a_break_more(rule, data):
    calendar, start = data.draw(scenes())
    budget = data.draw(budgets)
    breaks = {start.date().isoformat(): data.draw(spans())}

    without = due_or_never(Calendar.from_json({**calendar, "breaks": {}}), start, rule, budget)
    broken = due_or_never(Calendar.from_json({**calendar, "breaks": breaks}), start, rule, budget)

    assert without is None or broken is None or broken >= without


@pytest.mark.parametrize("rule", [*TIMED, "working_days"])
@quick
@given(data=st.data())
def test_it_never_dues_earlier_for_a_pause(rule, data):
    calendar, start = data.draw(scenes())
    amount, cuts = amount_for(rule, data.draw(budgets)), data.draw(pauses(start))

    running = due_or_never(Calendar.from_json(calendar), start, rule, amount)
    paused = due_or_never(Calendar.from_json(calendar), start, rule, amount, cuts=cuts)

    assume(running is not None)
    assert paused >= running


@pytest.mark.parametrize("rule", RULES)
@quick
@given(data=st.data())
def test_it_never_dues_earlier_for_a_larger_budget_or_a_later_start(rule, data):
    calendar, start = data.draw(scenes())
    amount, later = amount_for(rule, data.draw(budgets)), start + timedelta(minutes=data.draw(st.integers(0, 3000)))

    dues = [
        due_or_never(Calendar.from_json(calendar), at, rule, much)
        for at, much in [(start, amount), (start, amount + 1), (later, amount)]
    ]

    assume(None not in dues)
    assert dues[0] <= dues[1]
    assert dues[0] <= dues[2]


@quick
@given(data=st.data())
def test_it_measures_the_working_time_it_added(data):
    calendar, start = data.draw(scenes())
    budget, cuts = data.draw(st.integers(0, 40_000)), data.draw(pauses(start))
    start += timedelta(microseconds=data.draw(st.integers(0, 999_999)))

    end = due_or_never(Calendar.from_json(calendar), start, "working", budget, cuts=cuts)

    assume(end is not None)
    assert elapsed_working(Calendar.from_json(calendar), start, end, pauses=cuts) == budget


@pytest.mark.parametrize("rule", TIMED)
@quick
@given(data=st.data())
def test_it_adds_in_two_goes_what_it_adds_in_one(rule, data):
    data_in, start = data.draw(scenes())
    calendar, first, second = Calendar.from_json(data_in), data.draw(budgets), data.draw(budgets)

    at_once = due_or_never(calendar, start, rule, first + second)

    assume(at_once is not None)
    assert due(calendar, due(calendar, start, rule, first), rule, second) == at_once


@quick
@given(data=st.data())
def test_it_counts_the_working_days_up_to_the_closing(data):
    calendar_json, start = data.draw(scenes())
    assume(calendar_json["tz"] != "America/St_Johns")  # its day of 2010 came back for an hour after midnight
    calendar, days = Calendar.from_json(calendar_json), data.draw(st.integers(1, 9))

    end = due_or_never(calendar, start, "working_days", days)

    assume(end is not None)
    received, _ = local_clock(calendar.tz, micros(start))
    worked = {local_clock(calendar.tz, micros(start) + n * 300_000_000)[0] for n in _open_fives(calendar, start, end)}
    assert len(worked - {received}) == days
    assert is_open(calendar, end - timedelta(seconds=1))


def _open_fives(calendar, start, end):
    """Return the five-minute steps from `start` to `end` at which the office is open."""
    five = timedelta(minutes=5)
    return [
        n
        for n in range(int((end - start) / five) + 1)
        if start + n * five < end and is_open(calendar, start + n * five)
    ]


@pytest.mark.parametrize("rule", RULES)
@quick
@given(data=st.data())
def test_it_explains_every_second_of_every_deadline(rule, data):
    calendar_json, start = data.draw(scenes())
    amount, cuts = amount_for(rule, data.draw(budgets)), data.draw(pauses(start)) if rule != "consecutive" else []
    calendar = Calendar.from_json(calendar_json)

    end = due_or_never(calendar, start, rule, amount, cuts=cuts)

    assume(end is not None)
    told = explain(calendar, start, rule, amount, pauses=cuts)
    assert (told.due_at, sum(line.counted for line in told.lines)) == (end, amount)
    assert [line.from_at for line in told.lines] == [start, *(line.to_at for line in told.lines)][: len(told.lines)]


@quick
@given(scenes())
def test_it_reads_back_the_json_it_writes(scene):
    calendar = Calendar.from_json(scene[0])

    assert Calendar.from_json(calendar.to_json()) == calendar
