"""Journey 3: an officer picks reason and date, the mail is accepted, the first deadline is met, the next one runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.support.running_desk import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.processes]
REQUESTER = "b@khach.example"


@pytest.fixture
def ticket(running_desk: RunningDesk) -> dict[str, Any]:
    return running_desk.ask_for_help(due_in=timedelta(hours=40), unit="QLTM")


def send_interim(page: Page, code: str) -> str:
    """Fill in the form of an interim reply, send it, and return the promised time as typed."""
    page.goto(f"/desk/tickets/{code}/?reply=interim")
    form = page.locator("#reply-form")
    form.locator("[name=reason]").select_option("other_agency")
    form.locator("[name=text]").fill("Nội dung cần ý kiến của Sở Xây dựng.")
    form.locator("[name=done]").fill("Đã gửi phiếu lấy ý kiến.")
    form.locator("[name=contact]").fill("Trần Quang Minh, 0261 3 000 000")
    promised = form.locator("[name=promised_at]").input_value()
    form.locator("[type=submit].btn-primary").click()
    return promised


def as_written(typed: str) -> str:
    return f"{datetime.fromisoformat(typed):%H:%M %d/%m/%Y}"


def test_it_meets_the_first_deadline_once_the_mail_is_accepted(
    running_desk: RunningDesk, sign_in: SignIn, ticket: dict[str, Any]
):
    promised = as_written(send_interim(sign_in("minh"), ticket["code"]))

    path = f"tickets/{ticket['code']}/"
    running_desk.expect(lambda: running_desk.get(path).body["state"] == "interim_sent")
    (mail,) = [m for m in running_desk.mails(ticket["code"], to=REQUESTER) if m["X-Desk-Key"].startswith("reply:")]
    assert promised in mail.get_body(("plain",)).get_content()
    milestones = {row["name"]: row for row in running_desk.get(path).body["milestones"]}
    assert milestones["first_reply"]["met_at"]
    assert milestones["promised"]["met_at"] is None
    assert running_desk.get(path).body["next_due_at"] == milestones["promised"]["due_at"]


def test_it_shows_both_dates_to_the_public(running_desk: RunningDesk, sign_in: SignIn, ticket: dict[str, Any]):
    page = sign_in("minh")
    promised = as_written(send_interim(page, ticket["code"]))
    running_desk.expect(lambda: running_desk.get(f"tickets/{ticket['code']}/").body["state"] == "interim_sent")

    page.goto(urlsplit(ticket["status_url"]).path)

    expect(page.locator(".dates")).to_contain_text(as_written(ticket["due_at"]))
    expect(page.locator(".dates")).to_contain_text(promised)


def test_it_sends_nothing_without_a_reason(running_desk: RunningDesk, ticket: dict[str, Any]):
    answer = running_desk.post(
        f"tickets/{ticket['code']}/replies/", {"kind": "interim", "channel": "email", "text": "Đang xử lý."}, by="minh"
    )

    assert answer.status == 400
    assert {"reason", "done", "promised_at", "contact"} <= set(answer.body["fields"])


def test_the_keyboard_alone_sends_it_in_five_presses_beside_its_words(
    running_desk: RunningDesk, sign_in: SignIn, ticket: dict[str, Any]
):
    page = sign_in("minh")
    page.goto(f"/desk/tickets/{ticket['code']}/")
    presses = 0

    def press(*keys: str) -> None:
        nonlocal presses
        for key in keys:
            page.keyboard.press(key)
            presses += 1

    press("i", "ArrowDown", "Tab")
    page.keyboard.type("Đã gửi phiếu lấy ý kiến.")
    press("Tab")
    page.keyboard.type("Nội dung đang tổng hợp.")
    press("Control+Enter")
    expect(page.locator("[data-key=u]")).to_be_visible()

    assert presses == 5
    running_desk.expect(lambda: running_desk.get(f"tickets/{ticket['code']}/").body["state"] == "interim_sent")
