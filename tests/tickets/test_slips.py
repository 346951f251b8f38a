"""The receipt slip: one sheet of A5, whatever people wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import typst
from django.utils import translation

from requests_desk.tickets import slips
from requests_desk.tickets.queries.public import Office
from requests_desk.tickets.slips import Slip
from tests.support.cast import MORNING, PROMISE

OFFICE = Office(
    name="Sở Công Thương tỉnh Phú Sơn",
    name_en="Department of Industry and Trade",
    hotline="02613000000",
    email="",
    address="1 Đường A",
    timezone="Asia/Ho_Chi_Minh",
)
SLIP = Slip(
    office=OFFICE,
    code="SCT-2026-000123",
    lookup_code="48NZMKYM",
    link="https://desk.example.vn/s/AAAAAAAAAAAAAAAAAAAAAA/",
    requester="HTX Gỗ Phú Sơn",
    channel="in_person",
    received_at=MORNING,
    due_at=MORNING + PROMISE,
    text="Hồ sơ gồm những gì?",
    officer="Nguyễn Thị Lan",
)


def words(slip: Slip) -> dict[str, object]:
    with translation.override(slip.language):
        return slips._words(slip)


def sheets(slip: Slip) -> int:
    data = json.dumps(words(slip))
    drawn = typst.compile(slips.LAYOUT.read_bytes(), format="png", ppi=20, sys_inputs={"data": data})
    return len(drawn) if isinstance(drawn, list) else 1


def test_it_makes_a_pdf() -> None:
    assert slips.pdf(SLIP).startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_stays_on_one_sheet_whatever_was_written(language: str) -> None:
    long = replace(
        SLIP,
        language=language,
        requester="Công ty TNHH một thành viên " * 12,
        text="Đề nghị cho biết thành phần hồ sơ.\n" * 900,
        office=replace(OFFICE, name=OFFICE.name + " và vùng phụ cận rất dài" * 3, address="Số 1 đường A, " * 20),
    )

    assert sheets(long) == 1


def test_it_says_in_vietnamese_until_when_there_will_be_an_answer() -> None:
    said = words(SLIP)

    assert said["title"] == "Giấy tiếp nhận yêu cầu"
    assert "sẽ cung cấp thông tin hoặc thông báo tình hình xử lý" in str(said["promise"])
    assert said["due"] == "08:00 25/11/2026"


def test_what_people_wrote_is_never_layout() -> None:
    assert sheets(replace(SLIP, text="#pagebreak() #pagebreak() $x$ *a* [", requester="]#panic()")) == 1


def test_its_picture_is_well_formed_and_black_on_white() -> None:
    picture = ElementTree.fromstring(slips.qr(SLIP.link))  # noqa: S314  made by ourselves

    assert picture.tag.endswith("svg")
    assert "#fff" in slips.qr(SLIP.link)
