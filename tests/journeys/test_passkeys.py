"""A passkey is added, opens the desk without a password, stands in as the second step, and is taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.support.browser import DESK, windows
from tests.support.looks import Eyes
from tests.support.running_desk import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WHO = "tuan"  # whom no other journey signs in: here they get a second factor for a while
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(browser: Browser, running_desk: RunningDesk) -> Iterator[Page]:
    """Open a window that knows the desk by a name: a passkey belongs to a name, never to a number."""
    with windows(browser, f"http://localhost:{running_desk.port}") as open_:
        yield open_(viewport=DESK)


@pytest.fixture
def device(page: Page) -> CDPSession:
    """Put a fingerprint reader at the window, with a finger on it."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return wire


def by_password(page: Page, password: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=username]", WHO)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_passkey_opens_the_desk_until_it_is_taken_away(
    page: Page, device: CDPSession, running_desk: RunningDesk
) -> None:
    password, eyes = running_desk.account(WHO)["password"], Eyes(page)
    by_password(page, password)
    expect(page).to_have_url(re.compile("/desk/$"))

    # Added on the page of the second step, after the password once more.
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Thêm khóa truy cập").click()
    page.fill("[name=password]", password)
    press(page, "Tiếp tục")
    assert eyes.faults() == []
    page.get_by_label("Tên").fill("Máy ở quầy")
    page.check("[name=passwordless]")
    press(page, "Thêm")
    expect(page.locator("h1")).to_have_text("Mã khôi phục")
    assert eyes.faults() == []

    # It opens the page that was asked for, with no password.
    press(page, "Đăng xuất")
    page.goto("/accounts/login/?next=/desk/tickets/")
    press(page, "Đăng nhập bằng khóa truy cập")
    expect(page).to_have_url(re.compile("/desk/tickets/$"))

    # After a password it is the second step.
    press(page, "Đăng xuất")
    by_password(page, password)
    expect(page).to_have_url(re.compile("/2fa/authenticate/$"))
    assert eyes.faults() == []
    press(page, "Dùng khóa truy cập")
    expect(page).to_have_url(re.compile("/desk/$"))

    # Taken away, it opens nothing.
    page.goto("/accounts/2fa/webauthn/")
    expect(page.locator(".slips")).to_contain_text("Máy ở quầy")
    assert eyes.faults() == []
    page.get_by_role("link", name=re.compile("^Bỏ")).click()
    page.goto(page.url.replace("/accounts/reauthenticate/", "/accounts/2fa/webauthn/reauthenticate/"))
    press(page, "Dùng khóa truy cập")
    press(page, "Bỏ")
    expect(page.locator(".slips")).to_have_text("Chưa có khóa truy cập.")
    press(page, "Đăng xuất")
    page.goto("/accounts/login/")
    press(page, "Đăng nhập bằng khóa truy cập")
    expect(page.locator(".note-error")).to_be_visible()
    expect(page).to_have_url(re.compile("/accounts/login/$"))


def test_it_says_that_a_number_has_no_passkeys(browser: Browser, running_desk: RunningDesk) -> None:
    with windows(browser, running_desk.url) as open_:
        page = open_()
        page.goto("/accounts/login/")

        press(page, "Đăng nhập bằng khóa truy cập")

        expect(page.locator("[data-passkey-name]")).to_be_visible()
