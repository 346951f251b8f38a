"""Spreadsheets as offices keep them: any of their encodings, a title above the headings, and nothing in them is run."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from requests_desk.tickets.register import files
from requests_desk.tickets.register.files import Unreadable

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = ["Ngày tiếp nhận", "Nội dung", "Điện thoại"]


def table(raw: bytes, name: str = "so.csv", **more: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    read = files.read(io.BytesIO(raw), name, **more)
    return read.headings, list(read.rows)


def book(*rows: list[Any]) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def in_1258(text: str) -> bytes:
    """Write as Windows did for Vietnamese: the marks of tone stand after their letter."""
    parts = {
        "ế": "ê\u0301",
        "ậ": "â\u0323",
        "ộ": "ô\u0323",
        "ệ": "ê\u0323",
        "ị": "i\u0323",
        "ạ": "a\u0323",
        "ã": "a\u0303",
    }
    return "".join(parts.get(letter, letter) for letter in text).encode("cp1258")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        in_1258,
    ],
    ids=["utf-8", "bom", "utf-16", "windows-1258"],
)
def test_it_reads_every_encoding_and_delimiter_as_composed_vietnamese(encoded, delimiter):
    lines = [delimiter.join(row) for row in (HEAD, ["01/03/2025", "Hộ kinh doanh tại xã", "0912345678"])]

    headings, rows = table(encoded("\r\n".join(lines)))

    assert headings == HEAD
    assert rows == [(2, ["01/03/2025", "Hộ kinh doanh tại xã", "0912345678"])]


def test_it_finds_the_headings_below_a_title_and_leaves_empty_rows_out():
    raw = "SỞ CÔNG THƯƠNG,,\nSổ theo dõi năm 2025,,\n\n" + ",".join(HEAD) + '\n,,\n1/3/2025,"a, b\nc",\n'

    headings, rows = table(raw.encode())

    assert headings == HEAD
    assert rows == [(6, ["1/3/2025", "a, b\nc", ""])]


def test_it_reads_days_numbers_and_formulas_of_a_workbook_as_text():
    raw = book(HEAD, [datetime(2025, 3, 1, 8, 30), "=1+1", 912345678.0], [date(2025, 3, 2), '=HYPERLINK("x")', None])

    _headings, rows = table(raw, "so.xlsx")

    assert rows == [(2, ["2025-03-01 08:30", "", "912345678"]), (3, ["2025-03-02", "", ""])]


def test_it_writes_text_alone_and_reads_back_what_it_wrote():
    cells = ["=cmd|' /C calc'!A0", "0912345678", "+84 912", "@x", "-1", "Hộ"]

    raw = files.write(["a", "b", "c", "d", "e", "f"], [cells])

    written = [cell for row in load_workbook(io.BytesIO(raw)).active.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in written} == {"s"}
    assert written[0].value == f"'{cells[0]}"
    assert table(raw, "x.xlsx")[1] == [(2, cells)]


def bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("sheet1.xml", "w") as part:
        for _block in range(41):
            part.write(b" " * 10 * 1024 * 1024)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"PK\x03\x04 nothing", "so.xlsx"),
        (b"\xd0\xcf\x11\xe0 old", "so.xls"),
        (b"%PDF-1.7", "so.pdf"),
        (b"", "so.csv"),
        (b"one column\nx\n", "so.csv"),
        (b"\x00\x01\x02\xd2", "so.exe"),
        (b"a,b\n" + b"\xd2\xff\x81\x8d", "so.csv"),
    ],
    ids=["damaged", "xls", "pdf", "empty", "one column", "exe", "no letters"],
)
def test_it_says_what_cannot_be_read(raw, name):
    with pytest.raises(Unreadable):
        table(raw, name)


def test_it_unpacks_no_bomb():
    with pytest.raises(Unreadable, match=r"unpacks|bung"):
        table(bomb(), "so.xlsx")


def test_it_stops_at_too_many_rows(monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 3)

    with pytest.raises(Unreadable, match="3"):
        table(b"a,b\n" + b"1,2\n" * 4)


def damaged(part: str, content: bytes) -> bytes:
    whole, made = io.BytesIO(files.write(["a", "b"], [["x", "y"]])), io.BytesIO()
    with zipfile.ZipFile(whole) as taken, zipfile.ZipFile(made, "w") as given:
        for name in taken.namelist():
            given.writestr(name, content if name == part else taken.read(name))
    return made.getvalue()


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/workbook.xml", b"<"),
        ("[Content_Types].xml", b"<x"),
        ("xl/styles.xml", b"<x"),
        ("xl/worksheets/sheet1.xml", b"<a"),
        ("xl/worksheets/sheet1.xml", b"<sheetData xmlns='%s'><row r='x'/></sheetData>" % MAIN),
    ],
)
def test_it_says_that_a_workbook_is_damaged_wherever_it_is(part, content):
    with pytest.raises(Unreadable):
        list(files.read(io.BytesIO(damaged(part, content)), "x.xlsx").rows)


def test_it_reads_no_nul_out_of_a_cell():
    table = files.read(io.BytesIO(b"a;b\n\0x;y\n"), "x.csv")

    assert list(table.rows) == [(2, ["x", "y"])]
