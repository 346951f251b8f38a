"""The bell in a real browser: it counts anew by itself, keeps the focus where it is, and works without a script."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import cycles
from requests_desk.tickets.services.cycles import Words
from tests.support.browser import DESK, OpenPage
from tests.support.cast import Desk, later, log_ticket

pytestmark = pytest.mark.browser
AFTER_A_WHILE = 31_000


@pytest.fixture
def ticket(transactional_db: None, desk: Desk) -> Ticket:
    """Give alice a request: one notice of hers."""
    return log_ticket(desk, officer=desk.alice)


def at_the_desk(open_page: OpenPage, desk: Desk, **window: object) -> Page:
    """Open the desk as alice, whose session is brought along."""
    client = Client()
    client.force_login(desk.alice)
    page = open_page(viewport=DESK, **window)
    base = page.context.request.get("/healthz").url.removesuffix("/healthz")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])
    return page


def test_it_counts_anew_by_itself_and_takes_no_focus(open_page: OpenPage, desk: Desk, ticket: Ticket) -> None:
    page = at_the_desk(open_page, desk)
    page.clock.install()
    page.goto("/desk/")
    bell = page.locator("a.bell")
    expect(bell).to_contain_text("1")
    bell.focus()

    cycles.message_received(ticket, Words("Thêm."), by=None, at=later(hours=1))
    page.clock.fast_forward(AFTER_A_WHILE)

    expect(bell).to_contain_text("2")
    expect(bell).to_be_focused()


def test_it_leads_to_the_request_and_is_read_without_a_script(open_page: OpenPage, desk: Desk, ticket: Ticket) -> None:
    page = at_the_desk(open_page, desk, javascript=False)
    page.goto("/desk/")
    page.locator("a.bell").click()
    page.get_by_role("link", name=ticket.code).click()

    expect(page.locator("a.bell b")).to_have_count(0)


def test_it_asks_no_more_once_signed_out(open_page: OpenPage, desk: Desk, ticket: Ticket) -> None:
    page = at_the_desk(open_page, desk)
    page.clock.install()
    page.goto("/desk/")
    page.context.clear_cookies()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for _time in range(3):
        page.clock.fast_forward(AFTER_A_WHILE)
        page.wait_for_timeout(300)

    expect(page.locator("a.bell")).to_be_visible()
    assert len([url for url in asked if "/bell/" in url]) == 1
