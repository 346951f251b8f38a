"""Reminders and the office's hours (N1): where they move, what becomes one, who is told when nobody is at work."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import ladder, office, worktime
from sla.ladder import Planned
from sla.policies import DEFAULT_POLICY, Policy
from sla.worktime import Calendar
from tests.sla.vietnam import ROUND_THE_CLOCK, ZONE, four_years, local

POLICY = Policy.from_json(DEFAULT_POLICY)
OFFICE = four_years()
ALWAYS_OPEN = four_years(**ROUND_THE_CLOCK)
NEVER_OPEN = four_years(hours={}, special_hours={})
HOUR = timedelta(hours=1)


def plan(logged: str, due: str, calendar: Calendar = OFFICE) -> list[str]:
    """Return who is told when on the office's wall, as `officer-1440m 24/11 08:00`."""
    planned = ladder.plan(POLICY, due_at=local(due), logged_at=local(logged), calendar=calendar)
    return [f"{one.rung.key} {one.at.astimezone(ZONE):%d/%m %H:%M}" for one in planned]


def keys(planned: tuple[Planned, ...]) -> list[str]:
    return sorted(one.rung.key for one in planned)


@pytest.mark.parametrize(
    ("planned", "moved"),
    [
        ("26/11/2026 09:15", "26/11/2026 09:15"),  # at work
        ("26/11/2026 07:30", "26/11/2026 07:30"),  # at opening
        ("26/11/2026 17:00", "26/11/2026 16:00"),  # at closing the office is closed
        ("26/11/2026 22:00", "26/11/2026 16:00"),  # night
        ("26/11/2026 03:00", "25/11/2026 16:00"),
        ("26/11/2026 12:00", "26/11/2026 10:30"),  # lunch
        ("28/11/2026 10:00", "27/11/2026 16:00"),  # Saturday
        ("29/11/2026 23:59", "27/11/2026 16:00"),
        ("24/11/2026 10:00", "23/11/2026 16:00"),  # a day off in the middle of a week
        ("10/02/2027 10:00", "04/02/2027 16:00"),  # Tết
        ("22/08/2026 10:00", "22/08/2026 10:00"),  # a make-up Saturday
        ("22/08/2026 20:00", "22/08/2026 16:00"),
    ],
)
def test_it_moves_a_reminder_out_of_closed_hours(planned, moved):
    """N1: one hour before the last closing before it."""
    logged = local("01/06/2026 08:00")

    assert office.moved(local(planned), logged_at=logged, calendar=OFFICE) == local(moved)


@pytest.mark.parametrize(
    ("planned", "logged", "moved"),
    [
        ("26/11/2026 22:00", "26/11/2026 16:20", "26/11/2026 16:20"),
        ("26/11/2026 22:00", "26/11/2026 18:00", "26/11/2026 18:00"),
        ("26/11/2026 09:00", "26/11/2026 10:00", "26/11/2026 10:00"),
        ("29/11/2026 10:00", "28/11/2026 09:00", "28/11/2026 09:00"),
    ],
)
def test_it_never_sends_a_reminder_before_the_request_was_logged(planned, logged, moved):
    """N1."""
    assert office.moved(local(planned), logged_at=local(logged), calendar=OFFICE) == local(moved)


def test_it_moves_to_the_opening_of_a_stretch_shorter_than_an_hour():
    short = four_years(hours={"thu": [["08:00", "08:30"]]}, special_hours={})

    moved = office.moved(local("26/11/2026 20:00"), logged_at=local("02/11/2026 08:00"), calendar=short)

    assert moved == local("26/11/2026 08:00")


@pytest.mark.parametrize(
    ("logged", "due", "told"),
    [
        # Every rung of a week at work falls into office hours or one hour before a closing.
        (
            "25/11/2026 09:00",
            "27/11/2026 09:00",
            [
                "officer-1440m 26/11 09:00",
                "officer-120m 26/11 16:00",  # 8 h (01:00) and 2 h (07:00) became one
                "unit_head-480m 26/11 16:00",
                "chief-240m 26/11 16:00",
                "leadership-0m 27/11 09:00",
            ],
        ),
        # Due on a Sunday: all of it on Friday before closing.
        (
            "27/11/2026 10:00",
            "29/11/2026 10:00",
            [
                "officer-120m 27/11 16:00",
                "unit_head-480m 27/11 16:00",
                "chief-240m 27/11 16:00",
                "leadership-0m 29/11 10:00",
            ],
        ),
        # Logged on a Saturday, due on Monday morning: what cannot wait for Monday is told at once.
        (
            "28/11/2026 10:00",
            "30/11/2026 10:00",
            [
                "officer-480m 28/11 10:00",
                "unit_head-480m 28/11 10:00",
                "chief-240m 28/11 10:00",
                "officer-120m 30/11 08:00",
                "leadership-0m 30/11 10:00",
            ],
        ),
        # Logged at the last moment: what was passed already is told now, of each person once.
        (
            "26/11/2026 15:00",
            "26/11/2026 16:30",
            [
                "officer-120m 26/11 15:00",
                "unit_head-480m 26/11 15:00",
                "chief-240m 26/11 15:00",
                "leadership-0m 26/11 16:30",
            ],
        ),
    ],
)
def test_it_plans_the_ladder_around_the_office(logged, due, told):
    """N1: reminders of one label moved to one moment become one."""
    assert sorted(plan(logged, due)) == sorted(told)


@pytest.mark.parametrize(
    ("logged", "due", "calendar"),
    [
        ("27/11/2026 17:30", "29/11/2026 17:30", OFFICE),  # Friday evening to Sunday evening
        ("26/11/2026 23:00", "27/11/2026 07:30", OFFICE),  # due as the office opens
        ("04/02/2027 18:00", "06/02/2027 18:00", OFFICE),  # into Tết
        ("26/11/2026 09:00", "28/11/2026 09:00", NEVER_OPEN),
    ],
)
def test_it_tells_the_highest_rung_and_the_duty_officer_at_once_where_nobody_is_at_work(logged, due, calendar):
    """N1."""
    moment, end = (datetime.strftime(local(text), "%d/%m %H:%M") for text in (logged, due))

    assert plan(logged, due, calendar) == [f"chief-240m {moment}", f"duty-240m {moment}", f"leadership-0m {end}"]


def test_it_tells_the_duty_officer_beside_the_leadership_of_what_was_past_when_logged():
    """N1: and no reminder of it."""
    told = plan("28/11/2026 10:00", "28/11/2026 09:00")

    assert told == ["leadership-0m 28/11 09:00", "duty-0m 28/11 09:00"]


def test_it_never_moves_a_breach():
    """N1, N4."""
    assert plan("27/11/2026 10:00", "28/11/2026 02:00")[-1] == "leadership-0m 28/11 02:00"


@pytest.mark.parametrize("hour", range(24))
def test_it_moves_nothing_where_the_office_never_closes(hour):
    due = local("30/11/2026 00:00") + hour * HOUR

    planned = ladder.plan(POLICY, due_at=due, logged_at=due - 48 * HOUR, calendar=ALWAYS_OPEN)

    assert [one.at for one in planned] == [due - timedelta(seconds=rung.before_s) for rung in POLICY.ladder]


@pytest.mark.parametrize(
    ("rule", "amount", "due"),
    [
        ("skip_days_off", 48 * 3600, "01/12/2026 16:45"),
        ("working", 8 * 3600 + 2 * 3600, "01/12/2026 09:45"),
    ],
)
def test_it_counts_hours_left_on_the_wall_under_every_rule(rule, amount, due):
    """N1, P2."""
    logged = local("27/11/2026 16:45")

    due_at = worktime.due(OFFICE, logged, rule, amount)
    planned = {one.rung.key: one.at for one in ladder.plan(POLICY, due_at=due_at, logged_at=logged, calendar=OFFICE)}

    assert due_at == local(due)
    assert planned["officer-120m"] == due_at - 2 * HOUR


def test_it_leaves_a_reminder_that_falls_into_office_hours_where_it_is():
    """N1: 8 hours left at 16:01 stays there, though 2 hours left moved to 16:00."""
    assert plan("23/11/2026 00:01", "26/11/2026 00:01")[1:4] == [
        "chief-240m 25/11 16:00",
        "officer-120m 25/11 16:00",
        "officer-480m 25/11 16:01",
    ]


moments = st.datetimes(datetime(2026, 1, 5), datetime(2028, 12, 1)).map(lambda naive: naive.replace(tzinfo=ZONE))


@settings(deadline=None)
@given(logged=moments, minutes=st.integers(1, 6 * 24 * 60))
def test_it_plans_no_reminder_before_the_request_was_logged_nor_once_it_is_due(logged, minutes):
    """N1."""
    due = logged + timedelta(minutes=minutes)
    planned = ladder.plan(POLICY, due_at=due, logged_at=logged, calendar=OFFICE)

    reminders = [one for one in planned if not one.rung.is_breach]
    assert reminders
    assert all(logged <= one.at < due for one in reminders)
    assert [one.at for one in planned if one.rung.is_breach] == [due]


@settings(deadline=None)
@given(logged=moments, minutes=st.integers(1, 6 * 24 * 60), looks=st.lists(st.integers(0, 7 * 24 * 60), max_size=12))
def test_it_fires_every_rung_once_however_the_looks_fall(logged, minutes, looks):
    """N1, N6: a sweep that runs late, twice or not for days."""
    due = logged + timedelta(minutes=minutes)
    fired, told = [], []
    for at in [logged + timedelta(minutes=m) for m in sorted(looks)] + [due + timedelta(days=8)]:
        decision = ladder.look(POLICY, due_at=due, logged_at=logged, calendar=OFFICE, fired=tuple(fired), at=at)
        fired += keys(decision.tell) + keys(decision.superseded)
        told += keys(decision.tell)

    assert len(fired) == len(set(fired))
    assert set(fired) >= {rung.key for rung in POLICY.ladder}
    assert told.count("leadership-0m") == 1


@settings(deadline=None)
@given(logged=moments, minutes=st.integers(1, 6 * 24 * 60))
def test_it_tells_on_time_exactly_what_was_planned(logged, minutes):
    """N1: a sweep at every planned moment comes to the plan itself."""
    due = logged + timedelta(minutes=minutes)
    planned = ladder.plan(POLICY, due_at=due, logged_at=logged, calendar=OFFICE)

    fired, told = set(), []
    for at in sorted({one.at for one in planned}):
        decision = ladder.look(POLICY, due_at=due, logged_at=logged, calendar=OFFICE, fired=fired, at=at)
        fired |= {*keys(decision.tell), *keys(decision.superseded)}
        told += [(one.rung.key, at) for one in decision.tell]

    assert sorted(told) == sorted((one.rung.key, one.at) for one in planned)
