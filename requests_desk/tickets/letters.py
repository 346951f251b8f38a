"""A letter in the layout of Decree 30/2020/NĐ-CP, Appendix I, as PDF and DOCX; its number is left to the clerk."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import typst
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from requests_desk.library.queries import documents
from requests_desk.people.models import Agency, Role
from requests_desk.tickets.models import Apology, Attachment, Reply, Ticket
from requests_desk.tickets.words import ReplyKind

LAYOUT = settings.BASE_DIR / "templates" / "letters" / "letter.typ"
NATION: Final = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
# Who signs, and for whom (Decree 30, Appendix I, section II.7).
SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "director": ("GIÁM ĐỐC",),
    "deputy": ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
    "office": ("TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"),
    "unit": ("TL. GIÁM ĐỐC", "TRƯỞNG PHÒNG"),
}
_BY_ROLE: Final = {Role.LEADER: "deputy", Role.CHIEF: "office", Role.UNIT_HEAD: "unit"}
_ABOUT: Final = {
    ReplyKind.ANSWER: "trả lời yêu cầu số %s",
    ReplyKind.INTERIM: "thông báo tình hình xử lý yêu cầu số %s",
    ReplyKind.REFUSAL: "từ chối cung cấp thông tin theo yêu cầu số %s",
    ReplyKind.TRANSFER: "chuyển yêu cầu số %s đến cơ quan có thẩm quyền",
    "apology": "xin lỗi về việc chậm trả lời yêu cầu số %s",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands on the sheet, line by line. `number` has a gap where the clerk writes."""

    parent: str
    agency: str
    number: str
    about: str
    placed: str
    to: str
    paragraphs: tuple[str, ...]
    receivers_title: str
    receivers: tuple[str, ...]
    signs: tuple[str, ...]
    signer: str


def compose(
    written: Reply | Apology,
    *,
    on: date,
    about: str = "",
    sign: str = "",
    receivers: Sequence[str] = (),
    files: Sequence[Attachment] | None = None,
) -> Letter:
    """Return what was written to a requester as a letter dated `on`; `sign` is a key of SIGNS.

    `files` are those of a reply that is not written down yet.
    """
    ticket, kind = written.ticket, kind_of(written)
    agency, signer = ticket.agency, written.signed_by or written.author
    return Letter(
        parent=agency.parent_name.upper(),
        agency=agency.name.upper(),
        number=f"Số: {written.document_number or f'           /{_symbol(ticket)}'}",
        about=f"V/v {about or usual_about(written)}",
        placed=f"{agency.place or '……'}, ngày {on.day:02d} tháng {on.month:02d} năm {on.year}",
        to=f"Kính gửi: {ticket.requester}",
        paragraphs=_paragraphs(written, kind, agency, _attached(written, files)),
        receivers_title="Nơi nhận:",
        receivers=("- Như trên;", *(f"- {name};" for name in receivers), f"- Lưu: VT, {_unit(ticket)}."),
        signs=SIGNS[sign or usual_sign(written)],
        signer=signer.full_name,
    )


def kind_of(written: Reply | Apology) -> str:
    """Return which of the texts a letter follows."""
    return written.kind if isinstance(written, Reply) else "apology"


def usual_about(written: Reply | Apology) -> str:
    """Return the subject (*trích yếu*) such a letter bears unless its writer says otherwise."""
    return _ABOUT[kind_of(written)] % written.ticket.code


def usual_sign(written: Reply | Apology) -> str:
    """Return how such a letter is signed unless its writer says otherwise: by the role of who signed, or wrote it."""
    signer = written.signed_by or written.author
    roles = set(signer.memberships.filter(agency=written.ticket.agency_id).values_list("role", flat=True))
    return next((sign for role, sign in _BY_ROLE.items() if role in roles), "office")


def pdf(letter: Letter) -> bytes:
    """Return the sheet as PDF. What people wrote goes in as data and is never read as layout."""
    data = json.dumps(asdict(letter) | {"nation": NATION}, ensure_ascii=False)
    made = typst.compile(LAYOUT.read_bytes(), format="pdf", sys_inputs={"data": data})
    assert isinstance(made, bytes)  # noqa: S101  several pages come as one PDF
    return made


def docx(letter: Letter) -> bytes:
    """Return the sheet for the clerk to number and finish."""
    document = Document()
    _page(document)
    _head(document, letter)
    _line(document.add_paragraph(), letter.to, align=ALIGN.CENTER, before=12, after=12)
    for text in letter.paragraphs:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Mm(10)
        _line(paragraph, text, align=ALIGN.JUSTIFY, after=6)
    _foot(document, letter)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _symbol(ticket: Ticket) -> str:
    return f"{ticket.agency.short_name}-{ticket.unit.code if ticket.unit else 'VP'}"


def _unit(ticket: Ticket) -> str:
    return ticket.unit.code if ticket.unit else "VP"


def _attached(written: Reply | Apology, files: Sequence[Attachment] | None) -> list[str]:
    """Return what goes with a reply by name: its files but for the signed letter itself, then published documents."""
    if isinstance(written, Apology):
        return []
    given = written.files.order_by("pk") if files is None else files
    names = [file.name for file in given if not file.is_signed and file.state != Attachment.State.REFUSED]
    published = documents.published_of(written.documents)
    return names + [f"{one}: {one.abstract} ({settings.PUBLIC_BASE_URL}{one.url})" for one in published]


def _paragraphs(written: Reply | Apology, kind: str, agency: Agency, attached: Sequence[str]) -> tuple[str, ...]:
    context = {"written": written, "ticket": written.ticket, "agency": agency, "attached": attached}
    with translation.override("vi"), timezone.override(ZoneInfo(agency.timezone)):
        text = render_to_string(f"letters/{kind}.txt", context)
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _page(document: Doc) -> None:
    """Set A4 with the margins and the type of the Decree; pages are numbered on top, but for the first."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.different_first_page_header_footer = True
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(14)
    # Word takes the letters with Vietnamese marks from the font of East Asia unless told the same name.
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(0)
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        number.add_run()._r.append(part)


def _head(document: Doc, letter: Letter) -> None:
    left, right = _two(document, Mm(65), Mm(100))
    _lines(left, [(letter.parent, 13, ""), (letter.agency, 13, "b"), ("————", 9, "")])
    _lines(left, [(letter.number, 13, ""), (letter.about, 12, "")])
    _lines(right, [(NATION[0], 13, "b"), (NATION[1], 14, "b"), ("————————————", 9, ""), (letter.placed, 14, "i")])


def _foot(document: Doc, letter: Letter) -> None:
    left, right = _two(document, Mm(75), Mm(90))
    _lines(left, [(letter.receivers_title, 12, "bi")], align=ALIGN.LEFT)
    _lines(left, [(line, 11, "") for line in letter.receivers], align=ALIGN.LEFT)
    _lines(right, [(line, 14, "b") for line in letter.signs])
    _lines(right, [("", 14, "")] * 4 + [(letter.signer, 14, "b")])


def _two(document: Doc, *widths: int) -> tuple[_Cell, _Cell]:
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = width
        cell.paragraphs[0]._p.getparent().remove(cell.paragraphs[0]._p)
    return table.rows[0].cells[0], table.rows[0].cells[1]


def _lines(cell: _Cell, lines: Sequence[tuple[str, int, str]], *, align: ALIGN = ALIGN.CENTER) -> None:
    for text, size, how in lines:
        _line(cell.add_paragraph(), text, size=size, how=how, align=align)


def _line(
    paragraph: object, text: str, *, align: ALIGN, size: int = 14, how: str = "", before: int = 0, after: int = 0
) -> None:
    paragraph.alignment = align  # type: ignore[attr-defined]
    spacing = paragraph.paragraph_format  # type: ignore[attr-defined]
    spacing.space_before, spacing.space_after = Pt(before), Pt(after)
    run = paragraph.add_run(text)  # type: ignore[attr-defined]
    run.font.size = Pt(size)
    run.bold, run.italic = "b" in how, "i" in how
