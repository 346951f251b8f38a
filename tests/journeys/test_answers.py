"""The way of an answer: found on a phone, with and without a script, said to be useful, given again by an officer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import SignIn
from tests.support.browser import Transfers, windows
from tests.support.looks import Eyes
from tests.support.running_desk import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.processes]

HEAVIEST, MOST_REQUESTS = 50 * 1024, 6


@pytest.mark.parametrize(("javascript", "language"), [(False, "vi"), (True, "en")])
def test_it_is_found_read_and_said_to_be_useful(
    browser: Browser, running_desk: RunningDesk, javascript: bool, language: str
):
    with windows(browser, running_desk.url) as open_:
        page = open_(javascript=javascript)
        fetched, eyes = Transfers(), Eyes(page)
        fetched.watch(page)
        page.goto(f"/answers/?lang={language}")
        page.wait_for_load_state("networkidle")
        assert fetched.size <= HEAVIEST and len(fetched.urls) <= MOST_REQUESTS
        page.fill("[name=q]", "gia han gp ruou")
        page.press("[name=q]", "Enter")
        page.click(".docs h3 a")
        expect(page.locator("h1")).to_have_text("Gia hạn giấy phép bán buôn rượu")
        page.locator("button[value=yes]").click()
        expect(page.locator("button[value=yes]")).to_have_count(0)
        assert javascript is False or eyes.faults() == []


def test_it_is_given_again_in_a_reply(sign_in: SignIn):
    page: Page = sign_in("minh")
    page.goto("/desk/tickets/?hands=mine")
    page.locator(".table a.code").first.click()
    page.locator(".aid summary", has_text="Câu trả lời đã công bố").click()
    page.fill("#offer-q", "gia han ruou")
    page.locator("#offered button", has_text=re.compile("Đưa vào")).first.click()

    box = page.locator("#reply-form textarea:focus")
    expect(box).to_have_value(re.compile(r"/answers/\d+-gia-han-giay-phep-ban-buon-ruou/$"))
