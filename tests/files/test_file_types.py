"""What a file is, by its content, and what its name may be."""

from __future__ import annotations

import io
import tracemalloc
import unicodedata
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_desk.files import file_types
from requests_desk.files.file_types import PDF, Unfit, safe_name
from tests.support import files

MOST = 1_000_000


def kind(content: bytes, name: str = "x.bin") -> str:
    return file_types.kind_of(io.BytesIO(content), name, most_unpacked=MOST).endings[0]


def refusal(content: bytes, name: str = "x.bin") -> str:
    with pytest.raises(Unfit) as refused:
        kind(content, name)
    return refused.value.reason


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (files.PDF, "a.exe", "pdf"),
        (files.DOCX, "a.zip", "docx"),
        (files.XLSX, "a.docx", "xlsx"),
        (files.opened("text"), "a", "odt"),
        (files.opened("spreadsheet"), "a", "ods"),
        (files.compound("WordDocument"), "a.xls", "doc"),
        (files.compound("Workbook"), "a.doc", "xls"),
        (files.PNG, "a.html", "png"),
        (files.JPG, "a", "jpg"),
        (files.WEBP, "a", "webp"),
        (files.HEIC, "a", "heic"),
        ("Kính gửi Sở".encode(), "a.txt", "txt"),
        ("\ufefftên;mã số".encode(), "a.csv", "txt"),
    ],
)
def test_it_knows_a_file_by_its_content(content, name, found):
    assert kind(content, name) == found


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.pdf", "empty"),
        (files.EXE, "a.pdf", "type"),
        (b"<!doctype html><script>alert(1)</script>", "a.pdf", "type"),
        (b"<!doctype html><script>alert(1)</script>", "a.txt", "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "type"),
        (b"\n <svg onload='x'/>", "a.txt", "type"),
        (b"#!/bin/sh\nrm", "a.sh", "type"),
        (files.packed({"a.pdf": files.PDF}), "a.zip", "archive"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 64, "a.rar", "archive"),
        (files.office("word/document.xml", **{"word/vbaProject.bin": b"x"}), "a.docx", "macros"),
        (files.compound("WordDocument") + "_VBA_PROJECT".encode("utf-16-le"), "a.doc", "macros"),
        (files.compound("EncryptedPackage"), "a.docx", "broken"),
        (files.compound("MsiPackage"), "a.doc", "type"),
        (files.opened("presentation"), "a.odt", "type"),
        (files.DOCX[:-30], "a.docx", "broken"),
        (files.DOCX[:60] + b"zzzz" + files.DOCX[64:], "a.docx", "broken"),
        (b"K\xcfnh g\xf8i S\xeb", "a.txt", "encoding"),
        (b"a\x00b", "a.txt", "type"),
    ],
)
def test_it_refuses_what_it_does_not_know(content, name, reason):
    assert refusal(content, name) == reason


def test_it_unpacks_a_bomb_no_further_than_its_limit():
    bomb = files.office("word/document.xml", **{"word/media/x.bin": b"\0" * (MOST + 1)})

    assert len(bomb) < 10_000
    assert refusal(bomb) == "unpacked"


def test_it_does_not_believe_what_a_bomb_says_of_its_size():
    bomb = files.office("word/document.xml", **{"word/media/x.bin": b"\0" * (MOST + 1)})
    lying = bomb.replace((MOST + 1).to_bytes(4, "little"), (7).to_bytes(4, "little"))

    assert refusal(lying) == "broken"


def lying(name: str, *, by: int) -> bytes:
    """Return a document with an entry of 64 MB that calls itself seven bytes long."""
    first = {"mimetype": "application/x"} if name != "mimetype" else {}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", by) as document:
        for one, said in first.items():
            document.writestr(one, said)
        document.writestr(name, b"\0" * 64 * MOST)
    return packed.getvalue().replace((64 * MOST).to_bytes(4, "little"), (7).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("mimetype", zipfile.ZIP_DEFLATED),
        ("x", zipfile.ZIP_BZIP2),
        ("x", zipfile.ZIP_LZMA),
        ("mimetype", zipfile.ZIP_BZIP2),
    ],
)
def test_it_takes_no_memory_for_a_bomb_however_it_was_packed(name, by):
    bomb = lying(name, by=by)
    tracemalloc.start()

    refusal(bomb)

    assert tracemalloc.get_traced_memory()[1] < 4 * MOST
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../x", "x.pdf"),
        ("..\\..\\windows\\x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("giấy\u202efdp.exe", "giấyfdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("  .hidden.pdf. ", "hidden.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("...", "file.pdf"),
        ("a\u200bb.PDF", "ab.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("report.pdf.exe", "report.pdf.exe.pdf"),
    ],
)
def test_it_makes_a_name_safe(given, safe):
    assert safe_name(given, PDF) == safe


def test_it_keeps_a_name_in_255_bytes_of_whole_letters():
    name = safe_name("Giấy phép kinh doanh " * 30 + ".pdf", PDF)

    assert 240 < len(name.encode()) <= 255
    assert name.endswith(".pdf")


def test_it_composes_a_name_that_a_mac_took_apart():
    assert safe_name(unicodedata.normalize("NFD", "Hồ sơ.pdf"), PDF) == "Hồ sơ.pdf"


# --- whatever comes ---------------------------------------------------------------------------------------------

BEGINNINGS = st.sampled_from(
    [
        b"",
        b"PK\x03\x04",
        files.OLE[:64],
        files.PDF,
        files.DOCX,
        files.XLSX,
        files.opened("text"),
        files.PNG,
        b"<",
        b"MZ",
    ]
)


@given(start=BEGINNINGS, rest=st.binary(max_size=2000), name=st.text(max_size=40))
def test_it_names_or_refuses_any_bytes(start, rest, name):
    with suppress(Unfit):
        assert kind(start + rest, name) in file_types.ENDINGS


@given(data=st.data())
def test_it_names_or_refuses_any_damaged_document(data):
    content = bytearray(data.draw(st.sampled_from([files.DOCX, files.XLSX, files.opened("spreadsheet")])))
    for _time in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with suppress(Unfit):
        kind(bytes(content))


@given(given_name=st.text(max_size=400), fits=st.sampled_from([None, PDF, file_types.TEXT]))
def test_any_name_becomes_a_safe_one(given_name, fits):
    name = safe_name(given_name, fits)

    assert 0 < len(name.encode()) <= 255
    assert not set(name) & set('/\\<>:"|?*\x00\r\n\u202e')
    assert name.strip(". ") == name
    assert fits is None or file_types.ending_of(name) in fits.endings
    assert safe_name(name, fits) == name
