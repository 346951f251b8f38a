"""A question in public: asked on a phone without a script, its receipt, and the way back to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from requests_desk.people.models import Agency
from requests_desk.portal import throttle
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import asking
from tests.support import files
from tests.support.browser import OpenPage, Transfers
from tests.support.cast import Desk

pytestmark = pytest.mark.browser

HEAVIEST = 50 * 1024
MOST_REQUESTS = 6
NARROW = {"width": 320, "height": 640}


@pytest.fixture(autouse=True)
def office(transactional_db: None, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Open the office; a browser under test types faster than anybody writes."""
    Agency.objects.update(hotline="02613000000", address="1 Đường A, Phú Sơn")
    monkeypatch.setattr(asking, "FASTEST", asking.FASTEST * 0)
    for key in throttle._store().scan_iter("desk:throttle:sent:*"):
        throttle._store().delete(key)
    return desk


def fill(page: Page) -> None:
    page.get_by_label("Nội dung câu hỏi").fill("1. Hồ sơ gồm những gì?\n2. Nộp ở đâu?")
    page.get_by_label("Số điện thoại").fill("095 0000 123")
    page.get_by_label("Doanh nghiệp, hợp tác xã").fill("HTX Gỗ Phú Sơn")


@pytest.mark.parametrize("javascript", [True, False])
def test_it_asks_and_finds_the_question_again(open_page: OpenPage, javascript: bool, tmp_path: Path) -> None:
    page = open_page(viewport=NARROW, javascript=javascript)
    scan = tmp_path / "giấy phép.pdf"
    scan.write_bytes(files.PDF)
    page.goto("/")
    page.get_by_role("link", name="Gửi câu hỏi trực tuyến").click()

    fill(page)
    page.get_by_label("Tệp đính kèm").set_input_files(scan)
    page.get_by_label("Tôi đồng ý").check()
    page.get_by_role("button", name="Gửi câu hỏi").click()

    ticket = Ticket.objects.get()
    expect(page.locator("main")).to_contain_text(ticket.code)
    expect(page.locator("svg.qr")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.locator("a.breakable").evaluate("link => link.href = new URL(link.href).pathname")
    page.locator("a.breakable").click()
    expect(page.locator("main")).to_contain_text("Hồ sơ gồm những gì?")
    expect(page.locator("main")).to_contain_text("giấy phép.pdf")


def test_the_form_keeps_what_was_typed_and_goes_where_something_is_wrong(open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    page.goto("/ask/")
    fill(page)

    page.get_by_role("button", name="Gửi câu hỏi").click()

    expect(page.get_by_role("alert")).to_contain_text("Đề nghị đánh dấu đồng ý")
    expect(page.get_by_label("Doanh nghiệp, hợp tác xã")).to_have_value("HTX Gỗ Phú Sơn")
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_form_is_light_and_narrow(open_page: OpenPage, language: str) -> None:
    page = open_page(viewport=NARROW)
    transfers = Transfers()
    transfers.watch(page)

    page.goto(f"/ask/?lang={language}")
    page.wait_for_load_state("networkidle")

    assert transfers.size <= HEAVIEST
    assert len(transfers.urls) <= MOST_REQUESTS
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_another_site_holds_the_form_in_a_frame(open_page: OpenPage, live_server, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ASK_EMBED_ORIGINS = ["http://127.0.0.1:*", "http://localhost:*"]
    page = open_page()
    frame_of_ours = f'<iframe src="{live_server.url}/ask/?embed=1" width="340" height="900"></iframe>'
    page.route("**/other-site", lambda route: route.fulfill(content_type="text/html", body=frame_of_ours))
    page.goto(f"{live_server.url}/other-site")

    frame = page.frame_locator("iframe")
    frame.get_by_label("Nội dung câu hỏi").fill("Hỏi từ trang khác")
    frame.get_by_label("Tôi đồng ý").check()
    frame.get_by_role("button", name="Gửi câu hỏi").click()

    expect(frame.locator("main")).to_contain_text("SCT-")
    assert Ticket.objects.get().text == "Hỏi từ trang khác"
