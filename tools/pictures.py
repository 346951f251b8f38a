"""`python -m tools.pictures ACCOUNTS`: take the pictures of the documentation anew, from a fresh demonstration.

Start one (`DESK_DATA=… make run`), give this the demo-accounts.json it wrote, and look at each before it is kept.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import FLAGS

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LAPTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 780}
# Somebody who rang before, and a question whose words a field is suggested by.
CALLER, ASKED = "0950000003", "Cho hỏi cấp lại giấy phép bán buôn rượu cần những giấy tờ gì?"
QUALITY = 60
Show = Callable[[Page], None]


def go(path: str) -> Show:
    return lambda page: page.goto(path) and None


def log_a_call(page: Page) -> None:
    """Type a call of somebody known, as far as the earlier requests beside the form."""
    page.goto("/desk/new/?lang=en")
    page.fill("[name=phone]", CALLER)
    page.press("[name=phone]", "Tab")
    page.wait_for_selector("#known .slips, #known li")
    page.fill("[name=text]", ASKED)
    page.wait_for_timeout(1500)  # what is found beside the form comes a moment after the last letter


def save_a_call(page: Page) -> None:
    """Save it: the code to read to the caller."""
    log_a_call(page)
    page.press("[name=text]", "Control+Enter")
    page.wait_for_selector(".say")


def open_first(more: str = "", *, at: str = "") -> Show:
    """Open the request that is due next, and scroll to a part of it."""

    def show(page: Page) -> None:
        page.goto("/desk/tickets/?hands=mine&lang=en")
        page.goto((page.locator("tbody a.code").first.get_attribute("href") or "") + more)
        if at:
            page.locator(at).first.evaluate("part => scrollTo(0, part.getBoundingClientRect().top + scrollY - 60)")

    return show


def follow(page: Page) -> None:
    """Log a request and open its page as its requester does, by the look-up code."""
    save_a_call(page)
    codes = [part.strip() for part in page.locator(".say, .say-2").all_inner_texts()]
    page.goto("/status/?lang=vi")
    page.fill("[name=code]", codes[0])
    page.fill("[name=lookup]", codes[1])
    page.locator("form:has([name=lookup]) [type=submit]").click()
    page.wait_for_load_state()


# Name, whose screen, its size, and how to get there.
TAKEN: tuple[tuple[str, str, dict[str, int], Show], ...] = (
    ("desk", "front_desk", LAPTOP, go("/desk/tickets/?lang=vi")),
    ("today", "officer", LAPTOP, go("/desk/?lang=en")),
    ("new", "front_desk", LAPTOP, log_a_call),
    ("saved", "front_desk", LAPTOP, save_a_call),
    ("ticket", "officer", LAPTOP, open_first()),
    ("interim", "officer", LAPTOP, open_first("?reply=interim", at="#reply, .reply, form[id^=reply]")),
    ("people", "admin", LAPTOP, go("/settings/people/?lang=en")),
    ("year", "admin", LAPTOP, go("/settings/calendars/office/?lang=en")),
    ("policy", "admin", LAPTOP, go("/settings/policies/first-reply/?lang=en")),
    ("presence", "admin", LAPTOP, go("/settings/presence/?lang=en")),
    ("status", "front_desk", PHONE, follow),
)


def signed_in(browser: Browser, base: str, account: dict[str, str], size: dict[str, int]) -> Page:
    """Open a window as somebody of the demonstration."""
    page = browser.new_page(base_url=base, viewport=size, locale="en-GB", reduced_motion="reduce")
    page.goto("/accounts/login/")
    page.fill("[name=username]", account["username"])
    page.fill("[name=password]", account["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/desk/")
    return page


def take(page: Page, name: str) -> int:
    """Keep what is in sight. Return its bytes."""
    page.wait_for_timeout(300)
    wire = page.context.new_cdp_session(page)
    shot = wire.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))


def main() -> int:
    """Take every picture, or those named."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures")
    parser.add_argument("accounts", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    asked = parser.parse_args()
    accounts = json.loads(asked.accounts.read_text())
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for name, role, size, show in TAKEN:
            if name in (asked.names or name):
                page = signed_in(browser, asked.base, next(row for row in accounts if row["role"] == role), size)
                show(page)
                print(f"{name}: {take(page, name):,} bytes", flush=True)
                page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
