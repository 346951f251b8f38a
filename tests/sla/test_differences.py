"""What two versions differ in."""

from __future__ import annotations

import pytest

from sla import differences
from sla.policies import DEFAULT_POLICY, Policy
from sla.special_days import SpecialDay
from tests.sla.vietnam import WEEK, document

WINTER = [{"from": "2026-10-16", "to": "2027-04-15", "hours": {"mon": [["08:00", "12:00"]]}}]


def test_it_finds_nothing_between_a_document_and_itself():
    assert differences.of_calendars(document(), document()) == []
    assert differences.of_policies(DEFAULT_POLICY, DEFAULT_POLICY) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"tz": "Asia/Tokyo"}, ("tz", "", "Asia/Ho_Chi_Minh", "Asia/Tokyo")),
        ({"hours": WEEK | {"fri": [["07:30", "11:30"]]}}, ("hours", "fri", "07:30-11:30 13:30-17:00", "07:30-11:30")),
        ({"seasons": WINTER}, ("season", "2026-10-16/2027-04-15 mon", "", "08:00-12:00")),
    ],
)
def test_it_says_where_two_calendars_differ(changes, found):
    assert differences.of_calendars(document(), document(**changes)) == [found]


def test_it_says_which_days_differ():
    holidays = [day for day in document()["holidays"] if day != "2026-11-24"]

    (gone,) = differences.of_calendars(document(), document(holidays=holidays))

    assert (gone.which, gone.after) == ("2026-11-24", "")
    assert isinstance(gone.before, SpecialDay)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"rule": "B"}, ("rule", "", "A", "B")),
        ({"first_reply": "1h30m"}, ("first_reply", "", "48h", "1h30m")),
        ({"acknowledge": {"breach": "30m"}}, ("acknowledge", "breach", "1h", "30m")),
        ({"approval": {"answer": "leader"}}, ("approval", "answer", "unit", "leader")),
        ({"ladder": DEFAULT_POLICY["ladder"][1:]}, ("rung", "officer-1440m", "email", "")),
    ],
)
def test_it_says_where_two_policies_differ(changes, found):
    assert differences.of_policies(DEFAULT_POLICY, DEFAULT_POLICY | changes) == [found]


@pytest.mark.parametrize("changes", [{}, {"rule": "W", "first_reply": "3d", "pause_days": 4}, {"first_reply": "90m"}])
def test_it_writes_a_policy_that_reads_back_the_same(changes):
    policy = Policy.from_json(DEFAULT_POLICY | changes)

    assert Policy.from_json(policy.to_json()) == policy
