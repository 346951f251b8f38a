"""Documents at the desk: put in, mended, published, taken off, replaced; by whom, and with what said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from requests_desk.library.models import Document
from requests_desk.library.services import documents
from requests_desk.people.models import User
from tests.library.cast import ABSTRACT, a_document, facts
from tests.support import files
from tests.support.cast import MORNING, Desk

TYPED = {
    "category": "support",
    "document_type": "decision",
    "issuer": "Ủy ban nhân dân tỉnh Phú Sơn",
    "number": "12/2026/QĐ-UBND",
    "issue_date": "2026-11-02",
    "effective_date": "2026-11-12",
    "abstract": ABSTRACT,
}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(user: User, document: Document, action: str, **given: Any) -> Any:
    return as_(user).post(document.desk_url, {"action": action, **given})


def test_it_keeps_what_was_typed_with_its_file(desk: Desk) -> None:
    answer = as_(desk.alice).post("/desk/documents/new/", TYPED | {"file": files.upload()})

    document = Document.objects.get()
    assert answer["Location"] == document.desk_url
    assert (document.state, document.missing, document.file and document.file.size) == ("draft", [], len(files.PDF))


def test_a_wrong_day_is_said_and_the_file_need_not_be_chosen_again(desk: Desk) -> None:
    lan = as_(desk.lan)
    wrong = lan.post("/desk/documents/new/", TYPED | {"effective_date": "2026-11-01", "file": files.upload()})
    kept = wrong.context["form"].kept

    lan.post("/desk/documents/new/", TYPED | {"kept": kept})

    assert wrong.status_code == 422 and ABSTRACT in wrong.text and kept in wrong.text
    assert "01/11/2026 không thể trước ngày ban hành 02/11/2026" in wrong.text
    assert Document.objects.get().file is not None


def test_a_file_too_large_is_refused_with_what_to_do_and_costs_nothing_typed(desk: Desk, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 100_000
    large = files.upload(files.PDF + b"\0" * 200_000, "bản quét.pdf")

    page = as_(desk.lan).post("/desk/documents/new/", TYPED | {"file": large})

    assert page.status_code == 422 and ABSTRACT in page.text
    assert "bản quét.pdf vượt quá dung lượng cho phép" in page.text and "200 dpi" in page.text


def test_officers_mend_drafts_of_their_unit_and_heads_publish(desk: Desk) -> None:
    draft = documents.put_in(desk.agency, facts(unit=desk.unit), by=desk.lan, at=MORNING)
    file = {"file": files.upload()}

    codes = [
        act(desk.alice, draft, "save", **TYPED, unit=desk.unit.pk, **file).status_code,
        act(desk.alice, draft, "publish").status_code,
        act(desk.bob, draft, "publish").status_code,
        act(desk.alice, draft, "save", **TYPED).status_code,
        act(desk.ivan, draft, "save", **TYPED).status_code,
        act(desk.charlie, draft, "publish").status_code,
    ]

    assert codes == [302, 403, 302, 403, 403, 404]
    assert Client().get(draft.url).status_code == 200


def test_nothing_to_open_is_not_published(desk: Desk) -> None:
    draft = documents.put_in(desk.agency, facts(), by=desk.lan, at=MORNING)

    page = act(desk.chief, draft, "publish")

    assert page.status_code == 422
    assert "Chưa có nội dung để mở" in page.text


def test_two_who_change_it_at_once_are_told(desk: Desk) -> None:
    document = a_document(desk)
    documents.change(document, facts(abstract="Khác"), by=desk.bob, at=MORNING)

    page = act(desk.chief, document, "save", **TYPED, version=document.version)

    assert page.status_code == 409
    assert "vừa được người khác cập nhật" in page.text


@pytest.mark.parametrize("by", ["20/2026/QĐ-UBND", "https://so.example/documents/{pk}/"])
def test_it_is_replaced_by_number_or_address(desk: Desk, by: str) -> None:
    old, new = a_document(desk), a_document(desk, number="20/2026/QĐ-UBND", effective_date=date(2026, 12, 1))

    act(desk.bob, old, "replace", by=by.format(pk=new.pk))

    old.refresh_from_db()
    assert (old.replaced_by, old.expires_date) == (new, date(2026, 12, 1))


def test_who_takes_it_off_says_why(desk: Desk) -> None:
    document = a_document(desk)

    answers = [act(desk.bob, document, "withdraw", reason=reason) for reason in ("", "Đăng nhầm bản dự thảo")]

    assert [answer.status_code for answer in answers] == [422, 302]
    assert "Đăng nhầm bản dự thảo" in as_(desk.ivan).get(document.desk_url).text


def test_the_list_names_what_is_missing_and_how_late_it_was_published(desk: Desk) -> None:
    a_document(desk, number="", effective_date=None)
    a_document(desk, number="2", abstract="Đầy đủ thông tin")

    whole, lacking = as_(desk.lan).get("/desk/documents/"), as_(desk.lan).get("/desk/documents/?missing=on")

    assert "Số, ký hiệu; Ngày có hiệu lực" in whole.text and "21 ngày sau ngày ban hành" in whole.text
    assert "Đầy đủ thông tin" in whole.text and "Đầy đủ thông tin" not in lacking.text
