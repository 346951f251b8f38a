"""The public's first page and the survey, on a phone in both languages, with scripts and without, axe on each."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from notifications.models import Notification
from requests_desk.people.models import Agency
from requests_desk.portal import throttle
from requests_desk.tickets.models import Survey, Ticket
from requests_desk.tickets.services import figures, policy_choice, survey_invitations
from tests.library.cast import a_document
from tests.support.browser import PHONE, OpenPage, Transfers
from tests.support.cast import Desk, answered_by_call, log_ticket
from tests.support.looks import Eyes

pytestmark = pytest.mark.browser

HEAVIEST = 50 * 1024
MOST_REQUESTS = 6
WORDS = {
    "vi": ("Hài lòng", "Có", "Nếu có, sự việc như thế nào?", "Gửi phiếu trả lời", "Trân trọng cảm ơn"),
    "en": ("Satisfied", "Yes", "If so, what happened?", "Send my answer", "Thank you"),
}
BOTH_WAYS = pytest.mark.parametrize(
    ("language", "javascript"), [("vi", False), ("en", True), ("vi", True), ("en", False)]
)


@pytest.fixture(autouse=True)
def office(transactional_db: None, desk: Desk) -> Desk:
    """Open the office, with a document, and with requests enough for a percentage."""
    Agency.objects.update(hotline="02613000000", address="1 Đường A, Phú Sơn")
    for key in throttle._store().scan_iter("desk:throttle:*"):
        throttle._store().delete(key)
    return desk


def link_of(desk: Desk) -> str:
    """Let a firm be answered and asked; return the address it got."""
    at = policy_choice.next_opening(desk.agency, timezone.now() - timedelta(days=7))
    assert at
    answered_by_call(log_ticket(desk, at=at - timedelta(days=3)), by=desk.bob, at=at - timedelta(days=2))
    Survey.objects.update(ask_at=at)
    survey_invitations.ask_due(at=at)
    (path,) = re.findall(r"/survey/[\w-]+/", Notification.objects.get(cause="survey").text)
    return str(path)


def faults(page: Page, javascript: bool) -> list[str]:
    """Return what axe and others find; where scripts are off axe cannot run, and the width alone is looked at."""
    if javascript:
        return Eyes(page).faults()
    return ["scrolls sideways"] if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"] else []


@BOTH_WAYS
def test_a_business_rates_its_answer_on_a_phone(
    open_page: OpenPage, desk: Desk, language: str, javascript: bool
) -> None:
    satisfied, yes, what, send, thanks = WORDS[language]
    page, transfers = open_page(viewport=PHONE, javascript=javascript), Transfers()
    transfers.watch(page)
    page.goto(f"{link_of(desk)}?lang={language}", wait_until="networkidle")
    assert transfers.size <= HEAVIEST, transfers
    assert len(transfers.urls) <= MOST_REQUESTS, transfers
    assert faults(page, javascript) == []

    page.get_by_label(satisfied, exact=True).check()
    page.get_by_label(yes, exact=True).check()
    page.get_by_label(what).fill("Đòi tiền")
    page.get_by_role("button", name=send).click()

    expect(page.get_by_role("status")).to_contain_text(thanks)
    assert faults(page, javascript) == []
    assert Survey.objects.get().overall == "satisfied"
    assert Ticket.objects.filter(kind="harassment", sealed=True).count() == 1


@pytest.mark.parametrize(("language", "javascript"), [("vi", False), ("en", True)])
def test_the_first_page_is_light_narrow_and_readable(
    open_page: OpenPage, desk: Desk, language: str, javascript: bool
) -> None:
    a_document(desk)
    figures.count_all(at=timezone.now())
    page, transfers = open_page(viewport=PHONE, javascript=javascript), Transfers()
    transfers.watch(page)

    page.goto(f"/?lang={language}", wait_until="networkidle")

    assert transfers.size <= HEAVIEST, transfers
    assert len(transfers.urls) <= MOST_REQUESTS, transfers
    assert faults(page, javascript) == []
    expect(page.get_by_role("link", name="0261 3000 000").first).to_be_visible()
    expect(page.locator("#newest-title")).to_be_visible()
