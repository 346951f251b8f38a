"""A call, a walk-in, a Zalo message and a missed call by the keyboard alone: the key presses are counted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.processes]

Record = Callable[[str, str], None]
CODE = re.compile(r"SCT-\d{4}-\d{6}")
QUESTION = "Xin hỏi hồ sơ thuê đất trong cụm công nghiệp."


@dataclass
class Hands:
    """What hands do on the keyboard: letters typed, and every other key pressed."""

    page: Page
    keys: list[str] = field(default_factory=list)
    letters: int = 0
    began: float = field(default_factory=time.monotonic)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys.append(key)

    def tab_to(self, name: str) -> None:
        while self.page.evaluate("document.activeElement.name") != name:
            self.press("Tab")
            assert len(self.keys) < 40

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.letters += len(text)

    def figures(self) -> str:
        """Return what it took; the seconds are the machine's alone, with no time for speaking or thinking."""
        seconds = time.monotonic() - self.began
        return f"{len(self.keys)} key presses beside {self.letters} letters typed, {seconds:.1f} s"


def at_the_desk(sign_in: SignIn, key: str) -> tuple[Page, Hands]:
    page = sign_in("lan")
    page.goto("/desk/")
    hands = Hands(page)
    hands.press(key)
    expect(page.locator("#ticket-new")).to_be_visible()
    return page, hands


def test_a_walk_in_takes_few_keys_and_ends_with_the_slip(sign_in: SignIn, record_property: Record) -> None:
    page, hands = at_the_desk(sign_in, "w")
    expect(page.locator("[name=phone]")).to_be_focused()

    hands.write("0950000801")
    hands.press("Tab")
    hands.write("Nguyễn Thị Năm")
    hands.tab_to("text")
    hands.write(QUESTION)
    hands.press("Control+Enter")

    expect(page.locator(".say")).to_have_text(CODE)
    record_property("walk-in", hands.figures())
    assert len(hands.keys) <= 8, hands.keys
    slip = page.request.get(page.locator("a[data-key=p]").get_attribute("href") or "")
    assert slip.body().startswith(b"%PDF-")


@pytest.mark.parametrize(("key", "what"), [("n", "call"), ("z", "Zalo message")])
def test_a_zalo_message_takes_no_more_keys_than_a_call(
    sign_in: SignIn, record_property: Record, key: str, what: str
) -> None:
    page, hands = at_the_desk(sign_in, key)

    hands.write("0950000802")
    hands.tab_to("text")
    hands.write(QUESTION)
    hands.press("Control+Enter")

    expect(page.locator(".say")).to_have_text(CODE)
    record_property(what, hands.figures())
    assert len(hands.keys) <= 9, hands.keys


def test_a_missed_call_is_a_number_and_two_keys(sign_in: SignIn, record_property: Record) -> None:
    page, hands = at_the_desk(sign_in, "m")

    hands.write("0950000803")
    hands.press("Control+Enter")

    expect(page.locator(".say")).to_have_text(CODE)
    record_property("missed call", hands.figures())
    assert hands.keys == ["m", "Control+Enter"]
