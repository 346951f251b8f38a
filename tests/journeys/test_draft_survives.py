"""What is typed outlives the web server and the browser it was typed in, and a session that ended meanwhile."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import SignIn
from tests.support.browser import DESK, windows
from tests.support.running_desk import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.processes]
KILLED = "Máy chủ dừng: thủ tục gia hạn giấy phép bán buôn rượu gồm những gì?"
ENDED = "Hết phiên: thủ tục gia hạn giấy phép bán buôn rượu gồm những gì?"


def gone_on_with(page: Page, words: str) -> str:
    """Go on with the form that the page offers by its first words; return what stands in it."""
    page.get_by_role("link", name=words[:20]).first.click()
    return page.input_value("#id_text")


def test_a_draft_survives_the_web_server_and_the_browser(
    sign_in: SignIn, running_desk: RunningDesk, browser: Browser
) -> None:
    page = sign_in("lan")
    page.goto("/desk/new/")
    page.fill("#id_text", KILLED)
    expect(page.locator("output.drafted")).to_contain_text("Đã lưu nháp")

    killed = running_desk.process("web")
    os.kill(killed, signal.SIGKILL)
    page.context.close()
    running_desk.expect(lambda: running_desk.process("web") != killed and running_desk.is_ready())

    with windows(browser, running_desk.url) as open_:
        fresh = open_(viewport=DESK)
        fresh.goto("/accounts/login/?next=/desk/")
        fresh.fill("[name=username]", "lan")
        fresh.fill("[name=password]", running_desk.account("lan")["password"])
        fresh.press("[name=password]", "Enter")
        fresh.wait_for_url("**/desk/")
        fresh.goto("/desk/new/")
        assert gone_on_with(fresh, KILLED) == KILLED


def test_it_is_there_after_a_session_that_ended_in_mid_typing(sign_in: SignIn, running_desk: RunningDesk) -> None:
    page = sign_in("lan")
    page.goto("/desk/new/")
    page.context.clear_cookies(name="sessionid")
    page.fill("#id_text", ENDED)
    expect(page.locator("output.drafted")).to_contain_text("được giữ trong trình duyệt")

    page.press("#id_text", "Control+Enter")
    page.fill("[name=username]", "lan")
    page.fill("[name=password]", running_desk.account("lan")["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/desk/new/")

    assert gone_on_with(page, ENDED) == ENDED
