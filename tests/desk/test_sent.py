"""Sent messages: each as its reader would see it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.queries import sent
from requests_desk.tickets.services import one_time, reminders
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


def test_it_hands_out_no_key_that_was_sent_to_somebody_else(client: Client, desk: Desk, settings: Any) -> None:
    log_ticket(desk, officer=desk.alice)
    reminders.sweep(at=MORNING + timedelta(hours=47))
    reminders.sweep(at=MORNING + timedelta(hours=49))
    settings.DESK_DEMO = False
    client.force_login(desk.lan)

    shown = [client.get(row["url"]).text for row in client.get("/desk/sent/").context["outbox"]]

    assert any("/ack/…" in page for page in shown) and any("/s/…" in page for page in shown)
    assert not any(re.search(r"/(?:ack|s)/[\w:-]", page) for page in shown)


def test_it_hides_the_code_that_shows_who_somebody_is(desk: Desk, settings: Any) -> None:
    ticket = log_ticket(desk, at=timezone.now())
    one_time.send(ticket, "email", at=timezone.now())
    settings.DESK_DEMO = False

    (row,) = [one for one in sent.page(desk.lan)[0] if one["cause"] == "one_time_code"]

    assert "••••••" in row["text"] and ticket.code in row["text"] + row["title"]
    assert not re.search(r"(?<![\d-])\d{6}(?!\d)", row["text"] + sent.one(desk.lan, row["pk"])["html"])


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
