"""Journey 1: a call is logged while its caller speaks, hands on the keyboard, against the whole running desk."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.support.browser import Transfers

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# A firm of the demo with earlier requests.
KNOWN, FIRM = "0950000001", "Công ty TNHH Sản xuất Gỗ Vạn Phát Sơn"
CODE = re.compile(r"SCT-\d{4}-\d{6}")
KEYS_AT_MOST, BYTES_AT_MOST, REQUESTS_AT_MOST = 10, 60_000, 6


@dataclass
class Keyboard:
    """What a hand does beyond typing content, counted."""

    page: Page
    presses: list[str] = field(default_factory=list)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses.append(key)

    def tab_to(self, name: str) -> None:
        """Press Tab until a field has the focus."""
        while self.page.evaluate("document.activeElement.name") != name:
            self.press("Tab")
            assert len(self.presses) < 30

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)


def log_by_hand(page: Page, *, phone: str, text: str, **more: str) -> None:
    page.goto("/desk/new/")
    for name, value in {"phone": phone, "text": text, **more}.items():
        page.fill(f"[name={name}]", value)


def test_it_logs_a_call_by_the_keyboard_alone_in_one_page_load(sign_in: SignIn):
    page = sign_in("lan")
    keys, loads = Keyboard(page), []
    page.goto("/desk/")
    keys.press("n")
    expect(page.locator("[name=phone]")).to_be_focused()
    page.on("load", lambda loaded: loads.append(loaded.url))

    keys.write(KNOWN)
    expect(page.locator("#known")).to_contain_text(FIRM)
    keys.tab_to("text")
    keys.write("Xin hỏi hồ sơ thuê đất trong cụm công nghiệp.")
    keys.press("Control+Enter")

    expect(page.locator(".say")).to_have_text(CODE)
    page.wait_for_load_state("load")  # the code stands on the page before its last picture does
    assert len(keys.presses) <= KEYS_AT_MOST, keys.presses
    assert len(loads) == 1


def test_it_shows_the_firm_and_its_earlier_requests_while_the_number_is_typed(sign_in: SignIn):
    page = sign_in("lan")
    page.goto("/desk/new/")

    page.locator("[name=phone]").press_sequentially(KNOWN)

    expect(page.locator("#known .code").first).to_have_text(CODE)
    expect(page.locator("[name=organisation]")).to_have_value(FIRM)


def test_it_prints_the_code_larger_than_anything_and_a_look_up_code(sign_in: SignIn):
    page = sign_in("lan")
    log_by_hand(page, phone=KNOWN, text="Hỏi về phí.")

    page.click("#ticket-new [type=submit]")

    expect(page.locator(".say")).to_have_text(CODE)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((e) => e.checkVisibility() && e.textContent.trim())
           .map((e) => [parseFloat(getComputedStyle(e).fontSize), e.className])"""
    )
    largest = max(size for size, _ in sizes)
    assert [name for size, name in sizes if size == largest] == ["say"]
    expect(page.locator(".say-2")).to_have_text(re.compile(r"^[2-9A-HJ-NP-Z -]{8,9}$"))


def test_it_shows_the_call_in_the_queue_with_its_time_left(sign_in: SignIn):
    page = sign_in("lan")
    log_by_hand(page, phone=KNOWN, text="Hỏi về cụm công nghiệp.")
    page.click("#ticket-new [type=submit]")
    code = page.locator(".say").inner_text()

    page.goto(f"/desk/tickets/?q={code}")

    row = page.locator("tbody tr", has_text=code)
    expect(row.locator(".left")).to_contain_text("1 ngày 23 giờ")


def test_it_makes_one_request_of_a_form_sent_twice(sign_in: SignIn):
    page = sign_in("lan")
    log_by_hand(page, phone="0950000778", text="Hỏi hai lần.")
    form = page.locator("#ticket-new").evaluate("(form) => Object.fromEntries(new FormData(form))")

    answers = [page.request.post("/desk/new/", form=form, max_redirects=0) for _ in range(2)]

    assert [answer.status for answer in answers] == [302, 302]
    assert answers[0].headers["location"] == answers[1].headers["location"]


def test_it_keeps_what_was_typed_when_something_is_wrong(sign_in: SignIn):
    page = sign_in("lan")
    log_by_hand(page, phone="0950000779", text="Cuộc gọi hôm qua.", organisation="Công ty An Khang")
    page.click("summary")
    page.fill("[name=received_at]", "2020-01-01T08:00")

    page.click("#ticket-new [type=submit]")

    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    kept = {name: page.input_value(f"[name={name}]") for name in ("phone", "text", "organisation", "received_at")}
    assert kept == {
        "phone": "0950000779",
        "text": "Cuộc gọi hôm qua.",
        "organisation": "Công ty An Khang",
        "received_at": "2020-01-01T08:00",
    }


def test_it_looks_up_and_saves_without_javascript(sign_in: SignIn):
    page = sign_in("lan", javascript=False)
    log_by_hand(page, phone=KNOWN, text="Không có JavaScript.")

    page.click("[name=look_up]")

    expect(page.locator("#known")).to_contain_text(FIRM)
    assert page.input_value("[name=text]") == "Không có JavaScript."
    page.click("#ticket-new [type=submit]")
    expect(page.locator(".say")).to_have_text(CODE)


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("path", ["/desk/new/", "/desk/tickets/", "/desk/"])
def test_it_fits_a_phone_without_scrolling_sideways(sign_in: SignIn, path: str, width: int):
    page = sign_in("lan", viewport={"width": width, "height": 740})

    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/desk/new/", "/desk/tickets/"])
def test_it_comes_light_at_the_first_visit(sign_in: SignIn, path: str):
    page, seen = sign_in("lan"), Transfers()
    seen.watch(page)

    page.goto(path, wait_until="networkidle")

    assert seen.size <= BYTES_AT_MOST
    assert len(seen.urls) <= REQUESTS_AT_MOST, seen.urls


@pytest.mark.parametrize("path", ["/desk/", "/desk/tickets/"])
def test_it_shows_at_least_fourteen_requests_with_their_time_left_on_a_small_laptop(sign_in: SignIn, path: str):
    page = sign_in("lan", viewport={"width": 1366, "height": 768})

    page.goto(path)

    whole = page.locator("tbody tr:has(.left)").evaluate_all(
        "rows => rows.filter(row => row.getBoundingClientRect().bottom <= innerHeight).length"
    )
    assert whole >= 14
