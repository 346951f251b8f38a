"""Journey 5 goes on: whoever opened their request in full adds to it, changes it, sees their data, withdraws it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from notifications.models import Notification
from requests_desk.portal import throttle
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services.intake import Logged
from tests.journeys.test_status_check import HEAVIEST, MOST_REQUESTS, asked
from tests.support.browser import OpenPage, Transfers
from tests.support.cast import Desk
from tests.support.looks import Eyes

__all__ = ["asked"]
pytestmark = pytest.mark.browser
SAY = {
    "vi": {
        "add": "Bổ sung thông tin", "what": "Nội dung bổ sung", "send": "Gửi", "kept": "Đã ghi nhận vào yêu cầu.",
        "contact": "Thay đổi thông tin liên hệ", "phone": "Số điện thoại mới", "change": "Sửa",
        "counts": "Số điện thoại mới có hiệu lực", "data": "Dữ liệu của tôi", "code": "Gửi mã đến",
        "digits": "Mã xác thực",
        "show": "Xem dữ liệu của tôi", "held": "Thông tin người yêu cầu",
        "withdraw": "Rút yêu cầu", "why": "Lý do rút yêu cầu", "on": "Tiếp tục", "yes": "Đồng ý rút",
        "gone": "đã được rút",
    },
    "en": {
        "add": "Add information", "what": "What do you add?", "send": "Send", "kept": "Kept with your request.",
        "contact": "Change how we reach you", "phone": "New phone number", "change": "Change",
        "counts": "The new phone number counts", "data": "My data", "code": "Send a code to", "digits": "One-time code",
        "show": "Show my data", "held": "Who you are to us",
        "withdraw": "Withdraw the request", "why": "Why do you withdraw it?", "on": "Go on", "yes": "Yes, withdraw it",
        "gone": "is withdrawn",
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def nobody_tried(asked: Logged) -> None:
    """Forget the tries of earlier tests: they share one store, and each begins with the same code."""
    for key in throttle._store().scan_iter("desk:throttle:*"):
        throttle._store().delete(key)


def looked_at(page: Page, name: str, *, javascript: bool) -> None:
    """Find no fault with a page, and keep its picture where somebody wants to look at it."""
    if javascript:  # axe waits for timers, which stand still where scripts are off
        assert Eyes(page).faults() == [], name
    if folder := os.environ.get("DESK_TEST_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def one_time_code() -> str:
    found = re.search(r"^\d{6}$", Notification.objects.get(key__startswith="one-time-code:").text, re.M)
    assert found
    return found[0]


@pytest.mark.parametrize(("language", "javascript"), [("vi", True), ("en", False)])
def test_it_is_all_done_from_the_page_of_the_request(
    open_page: OpenPage, desk: Desk, asked: Logged, language: str, javascript: bool
):
    say, transfers = SAY[language], Transfers()
    page = open_page(javascript=javascript)
    page.goto(f"/?lang={language}")
    transfers.watch(page)
    page.goto(f"/s/{asked.link_token}/", wait_until="networkidle")
    main = page.locator("main")
    looked_at(page, f"opened-{language}", javascript=javascript)
    assert transfers.size <= HEAVIEST and len(transfers.urls) <= MOST_REQUESTS

    page.get_by_text(say["add"]).click()
    page.get_by_label(say["what"]).fill("Kèm bản vẽ.")
    page.get_by_role("button", name=say["send"], exact=True).click()
    expect(main).to_contain_text(say["kept"])
    expect(main).to_contain_text("Kèm bản vẽ.")

    page.get_by_text(say["contact"]).click()
    page.get_by_label(say["phone"]).fill("0950 000 099")
    page.get_by_role("button", name=say["change"], exact=True).click()
    expect(main).to_contain_text(say["counts"])

    page.get_by_role("button", name=say["data"]).click()
    looked_at(page, f"code-{language}", javascript=javascript)
    page.get_by_role("button", name=say["code"]).first.click()
    page.get_by_label(say["digits"]).fill(one_time_code())
    page.get_by_role("button", name=say["show"]).click()
    expect(main).to_contain_text(say["held"])
    expect(main).to_contain_text("0950 000 099")
    looked_at(page, f"data-{language}", javascript=javascript)

    page.goto(f"/s/{asked.link_token}/")
    page.get_by_text(say["withdraw"], exact=True).click()
    page.get_by_label(say["why"]).fill("Đã có thông tin.")
    page.get_by_role("button", name=say["on"], exact=True).click()
    looked_at(page, f"withdraw-{language}", javascript=javascript)
    page.get_by_role("button", name=say["yes"]).click()
    expect(main).to_contain_text(say["gone"])
    looked_at(page, f"withdrawn-{language}", javascript=javascript)
    assert Ticket.objects.get().ending == "withdrawn"
