"""What an administrator is reminded of: next year's days off, from 1 November until they are confirmed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client

from requests_desk.tickets.queries import promises
from requests_desk.tickets.services import policy_choice
from sla import catalogue
from tests.sla.vietnam import document
from tests.support.cast import MORNING

WARNING = "SCT: the days off of 2027 in the calendar office are not confirmed"


def confirm(desk, *years):
    for agency in (desk.agency, desk.other_agency):
        owner = policy_choice.owner(agency)
        catalogue.add_calendar(owner, "office", name="Sở", document=document(), confirmed=years, at=MORNING)


@pytest.mark.parametrize(
    ("at", "years"),
    [
        (datetime(2026, 10, 31, 16, 59, tzinfo=UTC), []),
        (datetime(2026, 10, 31, 17, 0, tzinfo=UTC), [2027]),  # midnight on the office's wall
        (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), [2027]),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), []),
    ],
)
def test_it_warns_from_the_first_of_november_on(desk, at, years):
    assert [one.year for one in promises.unconfirmed([desk.agency], at=at)] == years


def test_it_warns_no_more_once_the_year_is_confirmed(desk):
    confirm(desk, 2026, 2027)

    assert promises.unconfirmed([desk.agency], at=MORNING) == []


def test_it_asks_the_database_nothing_before_november(desk, django_assert_num_queries):
    with django_assert_num_queries(0):
        promises.unconfirmed([desk.agency], at=datetime(2026, 3, 1, tzinfo=UTC))


@time_machine.travel(MORNING, tick=False)
def test_it_warns_administrators_on_every_page_and_nobody_else(desk):
    bars = []
    for person in (desk.root, desk.chief, desk.lan):
        client = Client()
        client.force_login(person)
        bars.append("Ngày nghỉ năm 2027 chưa được xác nhận" in client.get("/desk/").text)

    assert bars == [True, False, False]


@time_machine.travel(MORNING, tick=False)
def test_it_warns_operators(desk):
    checks = [found for found in run_checks(databases=["default"]) if found.id == "requests_desk.W003"]
    out = StringIO()
    with pytest.raises(SystemExit):  # no sweep has run here
        call_command("timer_status", "--json", stdout=out)

    assert [check.msg.startswith(WARNING) for check in checks] == [True, False]
    assert json.loads(out.getvalue())["warnings"][0].startswith(WARNING)


@time_machine.travel(MORNING, tick=False)
def test_it_says_nothing_to_operators_once_confirmed(desk):
    confirm(desk, 2027)

    assert [found for found in run_checks(databases=["default"]) if found.id == "requests_desk.W003"] == []


def test_it_tells_who_made_each_version_and_what_was_applied(desk):
    owner = policy_choice.owner(desk.agency)
    author = f"user:{desk.root.pk}"
    version = catalogue.add_calendar(owner, "office", name="Sở", document=document(), at=MORNING, author=author)

    newest, first = promises.editions(version.calendar)

    assert (newest.author, first.author, newest.applied) == ("Root", "", ())
