"""The terms by which requests are forgotten: set on screen, carried out at night, told in a log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from requests_desk.people.models import PeopleEvent
from requests_desk.tickets import tasks
from requests_desk.tickets.models import RetentionRule, Ticket
from requests_desk.tickets.services import erasing
from requests_desk.tickets.words import ErasedWhy
from tests.support.cast import Desk, later
from tests.tickets.services.test_erasing import closed


def test_it_sets_terms_and_tells_how_many_are_due(client: Client, desk: Desk):
    closed(desk)
    Ticket.objects.update(closed_at=later(days=-800), received_at=later(days=-801), logged_at=later(days=-801))
    client.force_login(desk.root)

    client.post("/settings/retention/", {"information": "2", "feedback": ""})
    shown = client.get("/settings/retention/").text

    assert list(RetentionRule.objects.values_list("kind", "years")) == [("information", 2)]
    assert "1 yêu cầu có thể xóa ngay bây giờ" in shown
    assert PeopleEvent.objects.latest("pk").facts == {"retention": {"information": [None, 2]}}


@pytest.mark.parametrize("years", ["0", "101", "x"])
def test_it_refuses_a_term_that_is_none(client: Client, desk: Desk, years: str):
    client.force_login(desk.root)

    assert client.post("/settings/retention/", {"information": years}).status_code == 422
    assert not RetentionRule.objects.exists()


def test_it_lists_what_was_forgotten_and_names_no_sealed_one(client: Client, desk: Desk):
    plain, sealed = closed(desk), closed(desk, "harassment")
    for ticket in (plain, sealed):
        erasing.erase(ticket, why=ErasedWhy.RETENTION, is_whole=True, by=None, at=later(days=1))
    client.force_login(desk.root)

    shown = client.get("/settings/retention/").text

    assert plain.code in shown and sealed.code not in shown


@pytest.mark.parametrize(
    ("when", "is_done"), [((2, True), True), ((4, True), True), ((12, True), False), ((2, False), False)]
)
def test_it_forgets_at_night_where_it_is_wished(
    desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch, when: tuple[int, bool], is_done: bool
):
    hour, is_wished = when
    closed(desk)
    RetentionRule.objects.create(agency=desk.agency, kind="information", years=1)
    at = datetime(2030, 1, 15, hour, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    monkeypatch.setattr(tasks, "database_now", lambda: at)
    settings.ANONYMISE_NIGHTLY = is_wished

    tasks.anonymise()

    assert (Ticket.objects.get().text == "") is is_done
