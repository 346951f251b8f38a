"""Published documents as everybody reads them: found, filtered, paged, shown, downloaded."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client

from requests_desk.library.models import Document
from requests_desk.library.queries import documents as queries
from requests_desk.library.services import documents
from tests.library.cast import ABSTRACT, a_document, facts
from tests.support import files
from tests.support.cast import MORNING, Desk

ITEM = "<li>\n            <h3>"
SAYS = "Điều 3. Doanh nghiệp được hoàn trả 50% chi phí thuê gian hàng hội chợ trong nước.\nĐiều 4. Hồ sơ đề nghị."


FOUND = [
    ("hỗ trợ lãi suất", "hỗ trợ lãi suất"),
    ("ho tro lai suat", "hỗ trợ lãi suất"),
    ("HỖ TRỢ  lãi-suất", "hỗ trợ lãi suất"),
    ("12/2026/QĐ-UBND", "12/2026/QĐ-UBND"),
    ("12/2026/qd ubnd", "12/2026/QĐ-UBND"),
    ("12/2026/quyết định UBND", "12/2026"),
    ("DN nho va vua", "doanh nghiệp nhỏ và vừa"),
    ("vay von lai suat", "vay vốn"),
    ("quyết định lãi suất", "Quyết định"),
    ("thue gian hang", "thuê gian hàng"),
    ("hội chợ trong nước", "hội chợ trong nước"),
    ("hàng thuê hồ sơ", "hàng"),
]


def test_it_finds_a_document_by_its_fields_and_by_its_text(desk: Desk) -> None:
    a_document(desk, text=SAYS)
    a_document(desk, number="99/KH-SCT", document_type="plan", abstract="Kế hoạch kiểm tra chợ")

    pages = [(q, found, Client().get("/documents/", {"q": q}).text) for q, found in FOUND]

    assert [q for q, _found, page in pages if page.count(ITEM) != 1] == []
    assert [q for q, found, page in pages if f"<mark>{found}</mark>" not in page] == []


def test_it_marks_what_was_found_and_what_stands_around_it(desk: Desk) -> None:
    a_document(desk, text=SAYS)

    page = Client().get("/documents/?q=gian hang hoi cho")

    assert "chi phí thuê <mark>gian hàng hội chợ</mark> trong nước" in page.text


def test_what_is_typed_comes_before_what_only_holds_its_words(desk: Desk) -> None:
    by_text = a_document(desk, number="1", abstract="Thông báo", text="hỗ trợ lãi suất", issue_date=date(2026, 11, 9))
    scattered = a_document(desk, number="2", abstract="Lãi của suất hỗ và trợ")
    as_typed = a_document(desk, number="3", issue_date=date(2026, 1, 5), effective_date=None)

    found = queries.search(queries.Wanted(q="hỗ trợ lãi suất")).found

    assert [one.document for one in found] == [as_typed, scattered, by_text]


def test_it_pages_by_place_whatever_is_published_meanwhile(desk: Desk) -> None:
    for number in range(queries.PAGE + 5):
        a_document(desk, number=str(number), issue_date=date(2026, 11, 1 + number % 9), effective_date=None)
    seen: list[int] = []
    for q in ("", "lãi suất"):
        first = queries.search(queries.Wanted(q=q))
        a_document(desk, number=f"mới {q}", issue_date=date(2026, 11, 20), effective_date=None)

        second = queries.search(queries.Wanted(q=q), after=first.after)

        seen = [one.document.pk for one in (*first.found, *second.found)]
        assert len(seen) == len(set(seen)) == first.total
        assert second.after == ""


NARROWED: list[tuple[dict[str, str], int]] = [
    ({"category": "support"}, 1),
    ({"category": "planning"}, 1),
    ({"form": "plan"}, 1),
    ({"issuer": "Sở Công Thương"}, 1),
    ({"year": "2025"}, 1),
    ({"in_force": "on"}, 1),
    ({"category": "x", "form": "y", "year": "z", "after": "nonsense"}, 2),
    ({"q": "!!! & | '"}, 0),
    ({"q": "x\x00"}, 0),
]


def test_it_narrows_by_what_is_chosen_and_passes_over_nonsense(desk: Desk) -> None:
    a_document(desk)
    planned = {"category": "planning", "document_type": "plan", "issuer": "Sở Công Thương", "number": "5/KH"}
    days = {"issue_date": date(2025, 3, 1), "effective_date": None, "expires_date": date(2025, 12, 31)}
    a_document(desk, **planned, **days)

    found = [(given, Client().get("/documents/", given).text.count(ITEM)) for given, _count in NARROWED]

    assert found == NARROWED


def test_it_shows_the_seven_fields_and_what_took_its_place(desk: Desk) -> None:
    old = a_document(desk, text=SAYS)
    new = a_document(desk, number="20/2026/QĐ-UBND", effective_date=date(2026, 11, 20))
    documents.replace(old, new, by=desk.bob, at=MORNING)

    page = Client().get(old.url).text

    for said in ("Quyết định", "Ủy ban nhân dân tỉnh Phú Sơn", "12/2026/QĐ-UBND", "02/11/2026", "12/11/2026", ABSTRACT):
        assert f"<dd>{said}</dd>" in page
    assert "thuê gian hàng" in page and f'href="{old.url}file/"' in page and f'href="{new.url}"' in page


def test_it_hands_out_the_file_as_a_download_that_may_be_kept(desk: Desk) -> None:
    document = a_document(desk)

    answer = Client().get(f"{document.url}file/")
    again = Client().get(f"{document.url}file/", headers={"If-None-Match": answer["ETag"]})

    assert files.body(answer) == files.PDF
    assert answer["Content-Type"] == "application/pdf" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'attachment; filename="quyet-dinh.pdf"'
    assert answer["Cache-Control"] == "public, max-age=300"
    assert (again.status_code, again.content) == (304, b"")


def test_a_draft_is_not_there_and_a_withdrawn_one_says_so(desk: Desk) -> None:
    draft = documents.put_in(desk.agency, facts(number="1"), by=desk.bob, at=MORNING)
    gone = documents.withdraw(a_document(desk), reason="Đăng nhầm", by=desk.bob, at=MORNING)

    codes = [Client().get(url).status_code for url in (draft.url, f"{draft.url}file/", gone.url, f"{gone.url}file/")]

    assert codes == [404, 404, 410, 404]
    assert ABSTRACT not in Client().get("/documents/").text


def test_a_procedure_leads_to_where_it_is_done(desk: Desk) -> None:
    link = "https://dichvucong.example/thu-tuc/1"
    given: dict[str, Any] = {"category": "procedure", "number": "", "document_type": "", "link": link}
    document = documents.put_in(desk.agency, facts(**given), by=desk.bob, at=MORNING)
    document = documents.publish(document, by=desk.bob, at=MORNING)

    page = Client().get(document.url).text

    assert f'href="{link}" rel="noopener noreferrer external"' in page
    assert not Document.objects.exclude(file=None).exists()


def test_it_puts_lines_together_that_a_page_had_cut() -> None:
    cut = "Điều 2. Mức hỗ trợ lãi suất là hai phần trăm mỗi năm, số tiền\nkhông quá 200 triệu đồng, tại tỉnh Phú\nSơn\n"

    assert queries.flowing(f"Số: 42\n{cut}Điều 3.").split("\n")[1:] == [
        "Điều 2. Mức hỗ trợ lãi suất là hai phần trăm mỗi năm, số tiền không quá 200 triệu đồng, tại tỉnh Phú",
        "Sơn",
        "Điều 3.",
    ]
