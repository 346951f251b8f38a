"""What a row of an old register says: days and words as offices write them, and every fault at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from requests_desk.tickets.register import columns, values
from requests_desk.tickets.register.values import Entry, Office

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
COLUMNS = ["received_at", "text", "channel", "kind", "field", "unit", "ending", "answered_at", "phone"]
MAPPING = {target: place for place, target in enumerate(COLUMNS)}
OFFICE = Office(
    fields={"cap phep": "cap_phep"},
    units={"qltm": 3, "phong quan ly thuong mai": 3},
    opening=lambda day: datetime.combine(day, time(7, 30), ZONE),
    closing=lambda day: datetime.combine(day, time(17), ZONE),
    moment=lambda wall: wall.replace(tzinfo=ZONE),
    at=datetime(2026, 11, 23, 1, tzinfo=UTC),
)


def read(**said: str) -> Any:
    usual = {"received_at": "01/03/2025", "text": "Hỏi"}
    return values.read([{**usual, **said}.get(target, "") for target in COLUMNS], MAPPING, OFFICE)


def wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("01/03/2025", wall(2025, 3, 1, 7, 30)),
        ("1/3/25", wall(2025, 3, 1, 7, 30)),
        ("01-03-2025 8:05", wall(2025, 3, 1, 8, 5)),
        ("01.03.2025, 8h05", wall(2025, 3, 1, 8, 5)),
        ("01/03/2025 lúc 14 giờ", wall(2025, 3, 1, 14)),
        ("8h30 ngày 01/03/2025", wall(2025, 3, 1, 8, 30)),
        ("16:45 01/03/2025", wall(2025, 3, 1, 16, 45)),
        ("2025-03-01", wall(2025, 3, 1, 7, 30)),
        ("2025-03-01 08:30", wall(2025, 3, 1, 8, 30)),
        ("2025-03-01T08:30:00", wall(2025, 3, 1, 8, 30)),
    ],
)
def test_it_reads_a_day_as_it_is_written_here(written, moment):
    assert read(received_at=written).received_at == moment


@pytest.mark.parametrize(
    "written",
    ["", "hôm qua", "13/13/2025", "03/25/2025", "31/02/2025", "01/03/1899", "01/03/2027", "45000", "25:00 1/3/25"],
)
def test_it_takes_no_day_that_is_none_or_still_to_come(written):
    assert list(read(received_at=written)) == ["received_at"]


@pytest.mark.parametrize(
    ("said", "ending", "closed_at"),
    [
        ({}, "", None),
        ({"ending": "Đang xử lý"}, "", None),
        ({"ending": "Đã trả lời"}, "answered", wall(2025, 3, 1, 7, 30)),
        ({"ending": "đã trả lời", "answered_at": "03/03/2025"}, "answered", wall(2025, 3, 3, 17)),
        ({"answered_at": "03/03/2025 9:00"}, "answered", wall(2025, 3, 3, 9)),
        ({"ending": "Từ chối", "answered_at": "03/03/2025"}, "refused", wall(2025, 3, 3, 17)),
        ({"ending": "withdrawn"}, "withdrawn", wall(2025, 3, 1, 7, 30)),
    ],
)
def test_it_knows_what_was_closed_and_what_is_open(said, ending, closed_at):
    entry = read(**said)

    assert (entry.ending, entry.closed_at) == (ending, closed_at)


def test_it_reads_the_words_of_the_office_however_written():
    entry = read(channel="ĐIỆN THOẠI", kind="kien nghi", field="Cấp phép", unit="Phòng Quản lý Thương mại")

    assert (entry.channel, entry.kind, entry.field, entry.unit) == ("hotline", "feedback", "cap_phep", 3)


def test_it_fills_in_what_the_file_leaves_out():
    entry = values.read(
        ["1/3/2025", "Hỏi"], {"received_at": 0, "text": 1, "phone": 7}, replace(OFFICE, channel="letter")
    )

    assert isinstance(entry, Entry)
    assert (entry.channel, entry.kind, entry.plain["phone"]) == ("letter", "information", "")


@pytest.mark.parametrize("typed", ["Trực tiếp", "In person", "in_person", "tại quầy"])
def test_it_reads_a_word_of_a_list_in_either_language(typed):
    entry = read(channel=typed)

    assert isinstance(entry, Entry)
    assert entry.channel == "in_person"


def test_it_says_every_fault_of_a_row_at_once():
    errors = read(
        received_at="x", text="", channel="fax", kind="?", field="vũ trụ", unit="X", ending="hmm", phone="9" * 300
    )

    assert set(errors) == {"received_at", "text", "channel", "kind", "field", "unit", "ending", "phone"}
    assert list(read(answered_at="01/01/2025")) == ["answered_at"]
    assert list(read(text="a\x00b")) == ["text"]


@pytest.mark.parametrize(
    ("headings", "mapping"),
    [
        (
            ["STT", "Ngày tiếp nhận", "Tên doanh nghiệp", "Số điện thoại", "Nội dung yêu cầu", "Ngày trả lời"],
            {"old_number": 0, "received_at": 1, "organisation": 2, "phone": 3, "text": 4, "answered_at": 5},
        ),
        (
            ["Ngày", "Họ và tên người hỏi", "ĐT liên hệ (nếu có)", "Nội dung", "Kết quả xử lý", "Nội dung trả lời"],
            {"received_at": 0, "name": 1, "phone": 2, "text": 3, "ending": 4, "answer": 5},
        ),
        (["Received", "Question", "Company", "E-mail"], {"received_at": 0, "text": 1, "organisation": 2, "email": 3}),
        (["x", "y"], {}),
    ],
)
def test_it_suggests_which_column_says_what(headings, mapping):
    assert columns.suggest(headings) == mapping


def test_it_says_what_no_column_says():
    assert columns.missing({"text": 0}) == ["received_at"]
