"""A decision is put in at the desk with its file, published, and found on a phone by what its file says."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.files.test_reading import a_pdf
from tests.journeys.conftest import SignIn
from tests.support.browser import PHONE, Transfers
from tests.support.looks import Eyes

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SAYS = "Mức hỗ trợ chuyển đổi lò gạch thủ công là ba mươi triệu đồng"
READ_WITHIN = 30


def test_a_phone_finds_what_the_desk_published(sign_in: SignIn, tmp_path: Path) -> None:
    (tmp_path / "lò gạch.pdf").write_bytes(a_pdf(SAYS))
    desk = sign_in("binh")
    desk.goto("/desk/documents/new/")
    desk.select_option("[name=category]", "support")
    desk.select_option("[name=document_type]", "decision")
    desk.fill("[name=number]", "77/2026/QĐ-UBND")
    desk.fill("[name=issuer]", "Ủy ban nhân dân tỉnh Phú Sơn")
    desk.fill("[name=issue_date]", "2026-11-10")
    desk.fill("[name=effective_date]", "2026-11-01")
    desk.fill("[name=abstract]", "Hỗ trợ chuyển đổi nghề")
    desk.set_input_files("[name=file]", tmp_path / "lò gạch.pdf")
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.get_by_text("không thể trước ngày ban hành").first).to_be_visible()
    desk.fill("[name=effective_date]", "2026-11-20")
    desk.get_by_role("button", name="Lưu nháp").click()
    desk.get_by_role("button", name="Đăng tải công khai").click()
    expect(desk.get_by_text("Đã đăng tải công khai: mọi người")).to_be_visible()

    for language, download, javascript in (("vi", "Tải về", False), ("en", "Download", True)):
        phone = sign_in(None, viewport=PHONE, javascript=javascript)
        wire = Transfers()
        wire.watch(phone)
        for _try in range(READ_WITHIN):
            phone.goto(f"/documents/?q=lo+gach+thu+cong&lang={language}")
            if phone.locator("mark").count():
                break
            phone.wait_for_timeout(1000)
            wire = Transfers()
            wire.watch(phone)
        assert wire.size <= 50 * 1024 and len(wire.urls) <= 6
        expect(phone.locator(".snippet mark")).to_have_text("lò gạch thủ công")
        assert not javascript or Eyes(phone).faults() == []
        phone.get_by_role("link", name="77/2026/QĐ-UBND").click()
        with phone.expect_download() as saved:
            phone.get_by_role("link", name=download).first.click()
        assert saved.value.suggested_filename == "lò gạch.pdf"
