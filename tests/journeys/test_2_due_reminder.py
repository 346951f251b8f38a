"""Journey 2: a reminder falls due; beat, sweep, outbox, worker and relay carry it, and the ticket shows it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SignIn
from tests.support.running_desk import SOON, RunningDesk

pytestmark = pytest.mark.processes
OFFICER = "minh@phuson.example"
EIGHT_HOURS = timedelta(hours=8)


@pytest.fixture(scope="module")
def ticket(running_desk: RunningDesk) -> dict[str, Any]:
    """Log a request that minh holds, and let its reminder of eight hours left fall due."""
    ticket = running_desk.ask_for_help(due_in=EIGHT_HOURS + SOON, unit="QLTM")
    assigned = running_desk.post(f"tickets/{ticket['code']}/assign/", {"unit": "QLTM", "officer": "minh"}, by="binh")
    assert assigned.status == 200, assigned.body
    running_desk.expect(lambda: reminders(running_desk, ticket["code"]))
    return ticket


def reminders(desk: RunningDesk, code: str) -> list[EmailMessage]:
    return [mail for mail in desk.mails(code, to=OFFICER) if "officer-480m" in mail["X-Desk-Key"]]


def test_it_mails_the_officer_in_the_words_of_the_moment(running_desk: RunningDesk, ticket: dict[str, Any]):
    (mail,) = reminders(running_desk, ticket["code"])

    assert "còn 7 giờ 59 phút" in mail.get_body(("plain",)).get_content()
    assert ticket["code"] in mail["Subject"]
    assert "Trần Thị B" not in mail["Subject"]


def test_it_carries_a_key_and_an_id_that_a_second_try_would_repeat(running_desk: RunningDesk, ticket: dict[str, Any]):
    (mail,) = reminders(running_desk, ticket["code"])

    kept = running_desk.query("SELECT message_id FROM notifications_notification WHERE key = %s", mail["X-Desk-Key"])

    assert kept == [(mail["Message-ID"],)]


def test_it_shows_the_attempt_in_the_api(running_desk: RunningDesk, ticket: dict[str, Any]):
    (mail,) = reminders(running_desk, ticket["code"])

    shown = running_desk.get(f"tickets/{ticket['code']}/notifications/", by="minh").body

    (reminder,) = [row for row in shown if row["key"] == mail["X-Desk-Key"]]
    assert (reminder["state"], reminder["destination"]) == ("sent", OFFICER)
    assert [attempt["result"] for attempt in reminder["attempts"]] == ["accepted"]


@pytest.mark.browser
def test_it_shows_the_reminder_on_the_tickets_page(sign_in: SignIn, ticket: dict[str, Any]):
    page = sign_in("minh")

    page.goto(f"/desk/tickets/{ticket['code']}/")

    told = page.locator("[aria-labelledby=notices-title] li", has_text=OFFICER)
    expect(told.first).to_contain_text("1 lần gửi")


def test_it_chains_what_it_did_to_the_history(running_desk: RunningDesk, ticket: dict[str, Any]):
    events = running_desk.get(f"tickets/{ticket['code']}/events/").body

    told = [event for event in events if event["kind"] == "alert_told"]
    assert "officer-480m" in [event["facts"]["rung"] for event in told]
    assert all(later["previous"] == earlier["hash"] for earlier, later in itertools.pairwise(events))
