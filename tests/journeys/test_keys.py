"""The desk by keyboard alone in a real browser: the sheet behind `?`, rows by J and K, and no key while typing."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.test_bell import at_the_desk
from tests.support.browser import OpenPage
from tests.support.cast import Desk, log_ticket
from tests.support.looks import Eyes

pytestmark = pytest.mark.browser


def test_it_is_worked_by_keyboard_alone(transactional_db: None, open_page: OpenPage, desk: Desk) -> None:
    codes = [log_ticket(desk, at=timezone.now(), officer=desk.alice).code for _time in range(2)]
    page = at_the_desk(open_page, desk)
    page.goto("/desk/tickets/")

    page.locator(".keylink").focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    expect(sheet.locator("button")).to_be_focused()
    expect(sheet.get_by_text("U", exact=True)).to_be_hidden()  # nothing is about to be sent on this page
    page.keyboard.press("n")
    assert Eyes(page).faults() == []
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page.locator(".keylink")).to_be_focused()

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f"#{codes[1]}")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(f"#{codes[0]}")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("nzt")
    expect(page.locator("[name=q]")).to_have_value("nzt")

    page.goto("/desk/")
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()
    page.keyboard.type(codes[1].lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/?q={codes[1].lower()}")
    page.keyboard.press("j")
    expect(page.locator(f"#{codes[1]}")).to_be_focused()

    page.goto(f"/desk/tickets/{codes[0]}/")
    page.keyboard.press("h")
    expect(page.locator("#act-hand_over select")).to_be_focused()

    page.locator("#act-message").get_by_role("button", expanded=False).focus()
    page.keyboard.press("Space")
    expect(page.locator("#act-message > summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#act-message [name=about]")).to_be_focused()
    assert Eyes(page).faults() == []


def test_it_hands_over_in_four_presses_beyond_the_reason(
    transactional_db: None, open_page: OpenPage, desk: Desk
) -> None:
    ticket = log_ticket(desk, at=timezone.now(), officer=desk.alice)
    page = at_the_desk(open_page, desk)
    page.goto(ticket.url)

    for key in ("h", "V", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("Thuộc lĩnh vực của Văn phòng")
    page.keyboard.press("Control+Enter")

    page.wait_for_url("**/desk/")  # no longer theirs to see
    ticket.refresh_from_db()
    assert (ticket.unit, ticket.officer) == (desk.office, None)
