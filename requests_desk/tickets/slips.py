"""The receipt slip (*Giấy tiếp nhận yêu cầu*): one sheet of A5 with the code, the due time and a way to follow it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import segno
import typst
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.templatetags.desk import word

LAYOUT = settings.BASE_DIR / "templates" / "letters" / "slip.typ"
# What fits one sheet of A5, whatever people wrote.
TEXT_SHOWN, NAME_SHOWN, ADDRESS_SHOWN = 280, 120, 100


class Letterhead(Protocol):
    """What a slip shows of an agency."""

    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def hotline(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on the sheet. Without an `officer` nobody signs it: it was made by its reader."""

    office: Letterhead
    code: str
    lookup_code: str
    link: str
    requester: str
    channel: str
    received_at: datetime
    due_at: datetime
    text: str
    language: str = "vi"
    officer: str = ""


def qr(link: str) -> str:
    """Return a QR code as SVG, black on white whatever the page's colours are."""
    out = io.BytesIO()
    segno.make(link, error="m").save(
        out, kind="svg", border=2, light="#fff", xmldecl=False, svgns=True, nl=False, omitsize=True, svgclass="qr"
    )
    return out.getvalue().decode()


def pdf(slip: Slip) -> bytes:
    """Return the sheet as PDF. What people wrote goes in as data and is never read as layout."""
    with translation.override(slip.language), timezone.override(ZoneInfo(slip.office.timezone)):
        data = json.dumps(_words(slip), ensure_ascii=False)
    made = typst.compile(LAYOUT.read_bytes(), format="pdf", sys_inputs={"data": data}, ignore_system_fonts=True)
    assert isinstance(made, bytes)  # noqa: S101  several pages come as one PDF
    return made


def response(slip: Slip) -> HttpResponse:
    """Return the sheet for a browser to show and print."""
    answer = HttpResponse(pdf(slip), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{slip.code}.pdf"'
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _words(slip: Slip) -> dict[str, object]:
    is_english = slip.language == "en"
    name = (is_english and slip.office.name_en) or slip.office.name
    rows = [
        (_("Requester"), _cut(slip.requester, NAME_SHOWN)),
        (_("Time of receipt"), f"{office_time(slip.received_at)} · {word(slip.channel, 'channel')}"),
        (_("Content of the request"), _cut(slip.text, TEXT_SHOWN)),
    ]
    promise = _("%(office)s will provide the information or tell you how it is being handled before")
    return {
        "lang": slip.language,
        "office": name,
        "nation": [] if is_english else ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"],
        "title": _("Receipt slip"),
        "code": [_("Request code"), slip.code],
        "lookup": [_("Look-up code"), slip.lookup_code],
        "rows": [list(row) for row in rows],
        "promise": promise % {"office": name},
        "due": office_time(slip.due_at),
        "qr": qr(slip.link) if slip.link else "",
        "scan": _("Scan to follow the request"),
        "hotline": [_("Hotline"), identifiers.group_phone(slip.office.hotline)],
        "address": _cut(slip.office.address, ADDRESS_SHOWN),
        "note": _("This slip confirms the receipt; it is not the reply."),
        "signs": [[_("Submitted by"), ""], [_("Received by"), slip.officer]] if slip.officer else [],
    }


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
