"""The words of a file, read by a child that a hostile one may kill."""

from __future__ import annotations

import io
import zlib

import docx
import pytest
import typst

from requests_desk.files import reading
from requests_desk.files.file_types import PARTS, PDF, TEXT
from tests.support import files

SAID = "Điều 3. Doanh nghiệp được hỗ trợ lãi suất"
DOCX = PARTS["word/document.xml"].content_type


def a_pdf(text: str) -> bytes:
    page = f'#set page(width: 12cm, height: 8cm)\n#set text(font: "Libertinus Serif")\n{text}'
    return typst.compile(page.encode(), format="pdf")


def a_docx() -> bytes:
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph(SAID)
    document.add_table(1, 1).cell(0, 0).text = "Mức chi: 50%"
    document.save(out)
    return out.getvalue()


def a_bomb() -> bytes:
    """Return a PDF of some kilobytes whose one page unpacks to 150 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _part in range(150)) + packer.flush()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
    ]
    body = b"%PDF-1.7\n" + b"".join(b"%d 0 obj\n%b\nendobj\n" % (n, part) for n, part in enumerate(parts, 1))
    return body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"


@pytest.mark.parametrize(
    ("content", "content_type", "text", "pages"),
    [
        (a_pdf(SAID), PDF.content_type, SAID, 1),
        (a_pdf("#rect(width: 3cm)\n#pagebreak()\n#rect()"), PDF.content_type, "", 2),
        (a_docx(), DOCX, f"{SAID}\nMức chi: 50%", None),
        (f"\ufeff{SAID}\n\n\x07".encode(), TEXT.content_type, SAID, None),
    ],
)
def test_it_reads_what_a_file_says(content: bytes, content_type: str, text: str, pages: int | None) -> None:
    read = reading.read(io.BytesIO(content), content_type)

    assert read == (text, pages)


@pytest.mark.parametrize("content", [a_bomb(), files.PDF, b"%PDF-1.7\n" + b"\0" * 5000])
def test_a_hostile_or_broken_file_costs_its_reader_alone(content: bytes) -> None:
    assert reading.read(io.BytesIO(content), PDF.content_type) in (None, ("", 0), ("", 1))


def test_a_reader_that_takes_too_long_is_stopped() -> None:
    assert reading.read(io.BytesIO(files.PDF), PDF.content_type, seconds=0.05) is None
