"""A letter in the layout of Decree 30, as PDF and DOCX."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document
from docx.shared import Mm

from requests_desk.people.models import Agency
from requests_desk.tickets import letters
from requests_desk.tickets.models import Reply
from requests_desk.tickets.services import attachments, replies
from tests.library.cast import a_document
from tests.support import files
from tests.support.cast import MORNING, Desk, a_reply, later, log_ticket

DAY = date(2026, 11, 24)


@pytest.fixture
def reply(desk: Desk) -> Reply:
    Agency.objects.filter(pk=desk.agency.pk).update(parent_name="UBND tỉnh Phú Sơn", place="Phú Sơn")
    ticket = log_ticket(desk, officer=desk.alice)
    written = replies.send(ticket, a_reply("answer", "email"), by=desk.bob, at=later(hours=1))
    return Reply.objects.select_related("ticket__agency", "ticket__unit").get(pk=written.pk)


def words(document: Document) -> str:
    cells = [p.text for table in document.tables for row in table.rows for cell in row.cells for p in cell.paragraphs]
    return "\n".join([*cells, *(p.text for p in document.paragraphs)])


def test_it_holds_every_part_the_decree_names(reply: Reply) -> None:
    letter = letters.compose(reply, on=DAY)

    assert (letter.parent, letter.agency) == ("UBND TỈNH PHÚ SƠN", "SỞ CÔNG THƯƠNG TỈNH PHÚ SƠN")
    assert letter.number.startswith("Số: ") and letter.number.endswith("/SCT-QLTM")
    assert letter.about == f"V/v trả lời yêu cầu số {reply.ticket.code}"
    assert letter.placed == "Phú Sơn, ngày 24 tháng 11 năm 2026"
    assert letter.receivers == ("- Như trên;", "- Lưu: VT, QLTM.")
    assert letter.signs == ("TL. GIÁM ĐỐC", "TRƯỞNG PHÒNG")
    assert letter.signer == "Bob"
    assert letter.paragraphs[-1] == "Trân trọng./."
    assert reply.text in letter.paragraphs


def test_it_takes_what_its_writer_chose(reply: Reply) -> None:
    letter = letters.compose(reply, on=DAY, about="cấp phép", sign="director", receivers=["UBND tỉnh (b/c)"])

    assert letter.about == "V/v cấp phép"
    assert letter.signs == ("GIÁM ĐỐC",)
    assert "- UBND tỉnh (b/c);" in letter.receivers


def test_it_keeps_the_number_the_clerk_gave(reply: Reply) -> None:
    reply.document_number = "1234/SCT-QLTM"

    assert letters.compose(reply, on=DAY).number == "Số: 1234/SCT-QLTM"


@pytest.mark.parametrize("kind", ["answer", "interim", "refusal", "transfer"])
def test_it_has_words_for_each_kind_of_reply(desk: Desk, kind: str) -> None:
    ticket = log_ticket(desk, officer=desk.alice)
    draft = a_reply(kind, "call")
    reply = Reply(
        ticket=ticket, author=desk.alice, created_at=later(hours=1), **{n: getattr(draft, n) for n in draft.__slots__}
    )

    letter = letters.compose(reply, on=DAY, files=())

    assert any(draft.text in paragraph for paragraph in letter.paragraphs)
    assert ticket.code in " ".join((letter.about, *letter.paragraphs))


@pytest.mark.parametrize("kind", ["answer", "interim", "refusal", "transfer"])
def test_it_lists_what_goes_with_the_reply_but_not_the_signed_letter_itself(desk: Desk, kind: str) -> None:
    document = a_document(desk)
    kept = [attachments.keep(io.BytesIO(files.PDF), name, by=None, at=MORNING) for name in ("mẫu đơn.pdf", "ký.pdf")]
    draft = a_reply(kind, "letter", documents=(document.pk,))
    written = replies.send(log_ticket(desk), draft, by=desk.leader, at=later(hours=1), files=kept)
    written.files.filter(name="ký.pdf").update(is_signed=True)

    paragraphs = letters.compose(written, on=DAY).paragraphs

    place = paragraphs.index("Tài liệu kèm theo:")
    assert paragraphs[place + 1] == "1. mẫu đơn.pdf;"
    assert paragraphs[place + 2].startswith(f"2. {document}: {document.abstract} (")
    assert paragraphs[place + 2].endswith(f"{document.url}).")
    assert "ký.pdf" not in " ".join(paragraphs)


def test_it_lists_nothing_where_nothing_goes_with_it(reply: Reply) -> None:
    assert "Tài liệu kèm theo:" not in letters.compose(reply, on=DAY).paragraphs


def test_it_makes_a_pdf_of_a_long_letter(reply: Reply) -> None:
    reply.text = "\n".join("Nội dung #set page(width: 1pt) *đậm* $x$ trả lời." for _line in range(80))

    made = letters.pdf(letters.compose(reply, on=DAY))

    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") + made.count(b"/Type/Page") >= 2 or len(made) > 20_000


def test_it_makes_a_docx_on_the_decrees_sheet(reply: Reply) -> None:
    document = Document(io.BytesIO(letters.docx(letters.compose(reply, on=DAY))))

    section = document.sections[0]
    sizes = (section.page_width, section.left_margin, section.top_margin)
    assert [round(size / Mm(1)) for size in sizes] == [210, 30, 20]
    assert document.styles["Normal"].font.name == "Times New Roman"
    text = words(document)
    assert letters.NATION[0] in text and "Nơi nhận:" in text and reply.text in text
