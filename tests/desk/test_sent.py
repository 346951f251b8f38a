"""Sent messages: each as its reader would see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from requests_desk.tickets.services import reminders
from tests.support.cast import MORNING, Desk, log_ticket


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.leader)
    return client


def test_it_lists_what_went_out_and_opens_each(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk)
    reminders.sweep(at=MORNING + timedelta(hours=49))

    rows = client.get("/desk/sent/").context["outbox"]

    assert {row["cause"] for row in rows} == {"acknowledgement", "alert:breach"}
    for row in rows:
        page = client.get(row["url"])
        assert ticket.code in page.text


def test_it_shows_an_sms_with_its_segments(client: Client, desk: Desk) -> None:
    log_ticket(desk)
    reminders.sweep(at=MORNING + timedelta(hours=49))
    (sms,) = [row for row in client.get("/desk/sent/").context["outbox"] if row["channel"] == "sms"]

    page = client.get(sms["url"])

    assert page.context["message"]["segments"] == 1


def test_it_shows_the_leader_who_holds_a_breach(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk, officer=desk.alice)
    reminders.sweep(at=MORNING + timedelta(hours=49))

    page = client.get("/leadership/")

    assert page.context["breaches"][0]["holder"] == "Alice"
    assert ticket.code in page.text
