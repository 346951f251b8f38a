"""The invented department's documents: decisions, plans, a tender, a budget, with files made here and now."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import docx
import typst

from requests_desk.library.models import Document
from requests_desk.library.services import document_files, documents
from requests_desk.library.services.documents import Facts
from requests_desk.tickets.demo.people import House

PROVINCE, COUNCIL = "Ủy ban nhân dân tỉnh Phú Sơn", "Hội đồng nhân dân tỉnh Phú Sơn"
DEPARTMENT = "Sở Công Thương tỉnh Phú Sơn"
_LAYOUT = """
#set page(paper: "a4", margin: 2.5cm)
#set text(font: "Libertinus Serif", size: 13pt, lang: "vi")
#let data = json(bytes(sys.inputs.data))
#align(center)[*#upper(data.issuer)* \\ Số: #data.number]
#align(center)[= #data.title]
#for part in data.parts [#part #parbreak()]
"""
_SCAN = '#set page(paper: "a4")\n#rect(width: 100%, height: 40%, fill: luma(235))'


@dataclass(frozen=True)
class Row:
    """One document: `ago` days since its issue, `effective` days after that, `published` days after it; None: a draft.

    `form` is pdf, docx, scan or link.
    """

    category: str
    document_type: str
    issuer: str
    number: str
    abstract: str
    unit: str
    ago: int
    effective: int | None = 10
    published: int | None = 2
    form: str = "pdf"
    ends: int | None = None
    parts: tuple[str, ...] = field(default=())


ROWS = (
    Row("support", "decision", PROVINCE, "18/{year}/QĐ-UBND",
        "Quy định hỗ trợ lãi suất vay vốn cho doanh nghiệp nhỏ và vừa trên địa bàn tỉnh (đã được thay thế)",
        "VP", 500, parts=("Điều 1. Mức hỗ trợ lãi suất là 1,5%/năm, tối đa 12 tháng.",)),
    Row("support", "decision", PROVINCE, "42/{year}/QĐ-UBND",
        "Quy định chính sách hỗ trợ lãi suất vay vốn cho doanh nghiệp nhỏ và vừa trên địa bàn tỉnh",
        "VP", 40, parts=(
            "Điều 1. Phạm vi: doanh nghiệp nhỏ và vừa, hợp tác xã có trụ sở chính tại tỉnh Phú Sơn.",
            "Điều 2. Mức hỗ trợ lãi suất là 2%/năm, thời gian không quá 18 tháng, số tiền không quá 200 triệu đồng.",
            "Điều 3. Hồ sơ gồm: đơn đề nghị, hợp đồng tín dụng, chứng từ trả lãi của ngân hàng.",
            "Điều 4. Nộp hồ sơ tại Trung tâm Phục vụ hành chính công tỉnh; thời gian giải quyết 10 ngày làm việc.")),
    Row("support", "resolution", COUNCIL, "09/{year}/NQ-HĐND",
        "Chính sách hỗ trợ doanh nghiệp tham gia hội chợ, triển lãm và bán hàng trên sàn thương mại điện tử",
        "QLTM", 120, form="docx", parts=(
            "Điều 2. Hỗ trợ 50% chi phí thuê gian hàng tại hội chợ trong nước, tối đa 10 triệu đồng mỗi lần.",
            "Điều 3. Hỗ trợ một lần chi phí mở gian hàng trên sàn thương mại điện tử, tối đa 5 triệu đồng.")),
    Row("planning", "decision", PROVINCE, "1170/QĐ-UBND",
        "Phê duyệt Quy hoạch phát triển cụm công nghiệp tỉnh Phú Sơn giai đoạn 2026 - 2030",
        "QLCN", 75, parts=(
            "Điều 1. Thành lập mới 04 cụm công nghiệp với tổng diện tích 186 ha tại các xã Tân Lập, Hòa Bình.",
            "Điều 2. Ưu tiên chế biến gỗ, nông sản; không thu hút ngành phát sinh nước thải lớn.")),
    Row("planning", "plan", DEPARTMENT, "36/KH-SCT",
        "Kế hoạch phát triển mạng lưới chợ và siêu thị năm {year}", "QLTM", 200, form="docx", published=9, parts=(
            "Mục II. Cải tạo 06 chợ hạng 3; xây dựng 02 siêu thị hạng III tại thị xã Phú An.",)),
    Row("tender", "invitation", DEPARTMENT, "TB-05/{year}",
        "Mời thầu gói thầu sửa chữa trụ sở làm việc và cải tạo hệ thống phòng cháy, chữa cháy",
        "VP", 12, effective=0, ends=20, parts=(
            "Giá gói thầu: 1.850.000.000 đồng. Hình thức: chào hàng cạnh tranh qua mạng.",
            "Hồ sơ mời thầu phát hành trên Hệ thống mạng đấu thầu quốc gia.")),
    Row("budget", "decision", DEPARTMENT, "215/QĐ-SCT",
        "Công khai dự toán thu, chi ngân sách nhà nước năm {year} của Sở Công Thương", "VP", 290, published=21, parts=(
            "Tổng dự toán chi: 14.320 triệu đồng; chi khuyến công: 2.100 triệu đồng; chi xúc tiến thương mại: "
            "1.750 triệu đồng.",)),
    Row("directive", "letter", DEPARTMENT, "1024/SCT-QLNL",
        "Về việc bảo đảm cung ứng điện cho sản xuất trong các tháng cao điểm nắng nóng",
        "QLNL", 30, effective=None, form="scan"),
    Row("procedure", "", "Bộ Công Thương", "",
        "Cấp sửa đổi, bổ sung Giấy phép bán buôn rượu trên địa bàn tỉnh", "QLTM", 60, effective=None, form="link"),
    Row("directive", "plan", DEPARTMENT, "", "Kế hoạch đối thoại với doanh nghiệp quý tới", "VP", 3, effective=None,
        published=None, form="docx", parts=("Thời gian: 08 giờ 00; địa điểm: hội trường Sở.",)),
)  # fmt: skip


def fill(house: House, *, at: datetime) -> None:
    """Put the documents in and publish them, each on its day."""
    made = [_make(house, row, at=at) for row in ROWS]
    documents.replace(made[0], made[1], by=house.people["binh"], at=at - timedelta(days=38))


def _make(house: House, row: Row, *, at: datetime) -> Document:
    issued_at = at - timedelta(days=row.ago)
    day = issued_at.date()
    filled = {name: getattr(row, name).format(year=day.year) for name in ("number", "abstract")}
    facts = Facts(
        category=row.category,
        document_type=row.document_type,
        issuer=row.issuer,
        **filled,
        issue_date=day,
        effective_date=day + timedelta(days=row.effective) if row.effective is not None else None,
        expires_date=day + timedelta(days=row.ends) if row.ends else None,
        link="https://dichvucong.phuson.example/thu-tuc/cap-phep-ban-buon-ruou" if row.form == "link" else "",
        unit=house.units[row.unit],
    )
    put_in_at = issued_at + timedelta(days=row.published or 0, hours=1)
    file = None
    if row.form != "link":
        ending = "docx" if row.form == "docx" else "pdf"
        name = f"{filled['number'].replace('/', '-') or 'du-thao'}.{ending}"
        content = io.BytesIO(_bytes(row, **filled))
        file = document_files.keep(content, name, by=house.people["lan"], at=put_in_at)
    document = documents.put_in(house.agency, facts, file=file, by=house.people["lan"], at=put_in_at)
    if row.published is None:
        return document
    return documents.publish(document, by=house.people["binh"], at=put_in_at)


@cache  # the tests fill the house again and again
def _bytes(row: Row, number: str, abstract: str) -> bytes:
    if row.form == "docx":
        return _docx(row, abstract)
    data = {"issuer": row.issuer, "number": number, "title": abstract, "parts": row.parts}
    source, more = (_SCAN, {}) if row.form == "scan" else (_LAYOUT, {"data": json.dumps(data, ensure_ascii=False)})
    made: Any = typst.compile(source.encode(), format="pdf", sys_inputs=more, ignore_system_fonts=True)
    return bytes(made)


def _docx(row: Row, abstract: str) -> bytes:
    written, out = docx.Document(), io.BytesIO()
    written.add_heading(abstract, 1)
    for part in row.parts:
        written.add_paragraph(part)
    written.save(out)
    return out.getvalue()
