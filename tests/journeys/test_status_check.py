"""Journey 5: somebody with a phone in hand sees where the request stands, with no account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from notifications.models import Notification
from requests_desk.people.models import Agency
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.services import intake, replies
from requests_desk.tickets.services.intake import Logged
from tests.support import cast
from tests.support.browser import OpenPage, Transfers
from tests.support.cast import Desk

pytestmark = pytest.mark.browser

PHONE = "095 0000 001"
QUESTION = "Hồ sơ gia hạn giấy phép bán buôn rượu"
HEAVIEST = 50 * 1024
MOST_REQUESTS = 6


@pytest.fixture
def asked(transactional_db: None, desk: Desk) -> Logged:
    """Return a request a firm made by phone three hours ago."""
    Agency.objects.update(hotline="02613000000", address="1 Đường A, Phú Sơn")
    at = timezone.now() - timedelta(hours=3)
    return intake.log(desk.agency, cast.a_request(unit=desk.unit), by=desk.lan, at=at)


def reach(desk: Desk, asked: Logged, kind: str, **changes: Any) -> None:
    """Let alice reach the firm by phone now."""
    replies.send(asked.ticket, cast.a_reply(kind, "call", **changes), by=desk.alice, at=timezone.now())


def check(page: Page, *, code: str, phone: str = "", lookup: str = "") -> None:
    page.goto("/")
    page.get_by_label("Mã yêu cầu").fill(code)
    page.get_by_label("Số điện thoại").fill(phone)
    page.get_by_label("Mã tra cứu").fill(lookup)
    page.get_by_role("button", name="Tra cứu yêu cầu").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_it_tells_the_state_with_code_and_phone(open_page: OpenPage, desk: Desk, asked: Logged, javascript: bool):
    page = open_page(javascript=javascript)

    check(page, code=asked.ticket.code.lower().replace("-", " "), phone=PHONE)

    main = page.locator("main")
    expect(main).to_contain_text(asked.ticket.code)
    expect(main).to_contain_text(office_time(asked.ticket.received_at))
    expect(main).to_contain_text(office_time(asked.ticket.received_at + cast.PROMISE))
    expect(main).to_contain_text(desk.unit.name)
    expect(main.get_by_role("link", name="0261 3000 000")).to_be_visible()
    expect(main).not_to_contain_text(QUESTION)


def test_it_opens_question_and_replies_with_the_lookup_code(open_page: OpenPage, desk: Desk, asked: Logged):
    promised_at = timezone.now() + timedelta(days=4)
    reach(desk, asked, "interim", promised_at=promised_at)
    page = open_page()

    check(page, code=asked.ticket.code, lookup=asked.lookup_code.lower())

    main = page.locator("main")
    expect(main).to_contain_text(QUESTION)
    expect(main).to_contain_text("Đã gửi phiếu lấy ý kiến.")
    expect(main).to_contain_text(office_time(promised_at))


def test_it_opens_in_full_by_the_link_of_the_confirmation(open_page: OpenPage, desk: Desk, asked: Logged):
    mail = Notification.objects.get(cause="acknowledgement")
    (path,) = set(re.findall(r"/s/[\w-]+/", mail.text))
    page = open_page()

    answer = page.goto(f"{path}?lang=en")

    assert answer
    assert answer.headers["referrer-policy"] == "no-referrer"
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("main")).to_contain_text(QUESTION)


def test_it_keeps_what_was_typed_and_lets_one_mend_it(open_page: OpenPage, desk: Desk, asked: Logged):
    page = open_page(javascript=False)
    check(page, code=asked.ticket.code, phone="0950000009")
    expect(page.get_by_role("alert")).to_contain_text("Không tìm thấy yêu cầu")

    page.get_by_label("Số điện thoại").fill(PHONE)
    page.get_by_role("button", name="Tra cứu yêu cầu").click()

    expect(page.get_by_label("Mã yêu cầu")).to_have_count(0)
    expect(page.locator("main")).to_contain_text(asked.ticket.code)


@pytest.mark.parametrize("path", ["/", "/status/", "link", "/nowhere/"])
def test_it_is_light_on_a_first_visit(open_page: OpenPage, desk: Desk, asked: Logged, path: str):
    page, transfers = open_page(), Transfers()
    transfers.watch(page)

    page.goto(f"/s/{asked.link_token}/" if path == "link" else path, wait_until="networkidle")

    assert transfers.size <= HEAVIEST, transfers
    assert 2 <= len(transfers.urls) <= MOST_REQUESTS, transfers


def test_it_fits_a_narrow_phone(open_page: OpenPage, desk: Desk, asked: Logged):
    page = open_page(viewport={"width": 320, "height": 640})

    for path in ("/", "/status/", f"/s/{asked.link_token}/"):
        page.goto(path)

        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_it_leaves_nothing_in_the_browser(open_page: OpenPage, desk: Desk, asked: Logged):
    page = open_page()

    check(page, code=asked.ticket.code, phone=PHONE)

    expect(page.locator("main")).to_contain_text(asked.ticket.code)
    assert page.context.cookies() == []
