"""The ladder of an office that never closes (N1, N6): when each rung stands, what a late look tells once and skips.

Where reminders move to when the office is closed stands in test_office.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import ladder
from sla.policies import DEFAULT_POLICY, Policy
from tests.sla.vietnam import ROUND_THE_CLOCK, calendar, local

ALWAYS_OPEN = calendar(**ROUND_THE_CLOCK)
POLICY = Policy.from_json(DEFAULT_POLICY)
DUE = local("25/11/2026 08:00")
LOGGED = DUE - timedelta(hours=48)
ALL = [rung.key for rung in POLICY.ladder]
REMINDERS = ALL[:-1]


def look(at: datetime, fired: tuple[str, ...] = ()) -> ladder.Decision:
    return ladder.look(POLICY, due_at=DUE, logged_at=LOGGED, calendar=ALWAYS_OPEN, fired=fired, at=at)


def plan(policy: Policy = POLICY) -> list[ladder.Planned]:
    return ladder.plan(policy, due_at=DUE, logged_at=LOGGED, calendar=ALWAYS_OPEN)


def keys(planned: tuple[ladder.Planned, ...]) -> list[str]:
    return [one.rung.key for one in planned]


@pytest.mark.parametrize(
    ("key", "moment"),
    [
        ("officer-1440m", "24/11/2026 08:00"),
        ("officer-480m", "25/11/2026 00:00"),
        ("unit_head-480m", "25/11/2026 00:00"),
        ("chief-240m", "25/11/2026 04:00"),
        ("officer-120m", "25/11/2026 06:00"),
        ("leadership-0m", "25/11/2026 08:00"),
    ],
)
def test_it_stands_each_rung_at_its_hours_before_the_due_instant(key, moment):
    """N1."""
    planned = {one.rung.key: one.at for one in plan()}

    assert planned[key] == local(moment)


@pytest.mark.parametrize(
    ("at", "fired", "told", "superseded", "next_look"),
    [
        # In time, one after another.
        ("24/11/2026 07:59:59", 0, [], [], "24/11/2026 08:00"),
        ("24/11/2026 08:00", 0, ["officer-1440m"], [], "25/11/2026 00:00"),
        ("25/11/2026 00:00", 1, ["officer-480m", "unit_head-480m"], [], "25/11/2026 04:00"),
        ("25/11/2026 04:00", 3, ["chief-240m"], [], "25/11/2026 06:00"),
        ("25/11/2026 06:00", 4, ["officer-120m"], [], "25/11/2026 08:00"),
        ("25/11/2026 08:00", 5, ["leadership-0m"], [], None),
        # Nothing twice.
        ("25/11/2026 06:30", 5, [], [], "25/11/2026 08:00"),
        ("30/11/2026 08:00", 6, [], [], None),
        # After an outage: of each label the last, what it replaced is recorded as skipped (N6).
        ("25/11/2026 00:10", 0, ["officer-480m", "unit_head-480m"], ["officer-1440m"], "25/11/2026 04:00"),
        (
            "25/11/2026 07:00",
            0,
            ["unit_head-480m", "chief-240m", "officer-120m"],
            ["officer-1440m", "officer-480m"],
            "25/11/2026 08:00",
        ),
        # Three days late: the breach is told, every reminder is over.
        ("28/11/2026 08:00", 0, ["leadership-0m"], REMINDERS, None),
        ("28/11/2026 08:00", 3, ["leadership-0m"], ["chief-240m", "officer-120m"], None),
    ],
)
def test_it_tells_what_is_due_now_and_says_when_to_look_again(at, fired, told, superseded, next_look):
    """N1, N6."""
    decision = look(local(at), tuple(ALL[:fired]))

    assert sorted(keys(decision.tell)) == sorted(told)
    assert sorted(keys(decision.superseded)) == sorted(superseded)
    assert decision.next_look_at == (local(next_look) if next_look else None)


@pytest.mark.parametrize(
    ("at", "is_missed"),
    [("25/11/2026 07:59:59", False), ("25/11/2026 08:00", True), ("01/12/2026 08:00", True)],
)
def test_it_misses_at_the_due_instant_and_not_before(at, is_missed):
    """P6."""
    assert look(local(at)).is_missed is is_missed


def test_it_looks_first_at_the_earliest_rung_of_all():
    first = ladder.first_look_at(POLICY, due_at=DUE, logged_at=LOGGED, calendar=ALWAYS_OPEN)

    assert first == DUE - timedelta(hours=24)


def test_it_looks_first_at_the_due_instant_where_every_rung_stands_later():
    bare = Policy(ladder=POLICY.ladder[-1:])

    assert ladder.first_look_at(bare, due_at=DUE, logged_at=LOGGED, calendar=ALWAYS_OPEN) == DUE


@settings(deadline=None)
@given(minutes=st.lists(st.integers(0, 60 * 60), min_size=1, max_size=12))
def test_it_fires_every_rung_once_however_the_looks_fall(minutes):
    """N6: one look, or many, late or early."""
    start, fired, told = DUE - timedelta(hours=48), [], []
    for at in [start + timedelta(minutes=m) for m in sorted(minutes)] + [DUE + timedelta(days=3)]:
        decision = look(at, tuple(fired))
        fired += keys(decision.tell) + keys(decision.superseded)
        told += keys(decision.tell)

    assert sorted(fired) == sorted(ALL)
    assert told.count("leadership-0m") == 1


@settings(deadline=None)
@given(minutes=st.integers(0, 60 * 60))
def test_it_never_looks_again_at_a_moment_already_past(minutes):
    """A sweep that loops until nothing is due must come to an end."""
    at = DUE - timedelta(hours=48) + timedelta(minutes=minutes)

    decision = look(at)

    assert decision.next_look_at is None or decision.next_look_at > at
