"""The first page: whom to call, whether they are there now, and what is promised."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from requests_desk.library.personal_data import NOBODY
from requests_desk.library.services import answers
from requests_desk.library.services.answers import Texts
from requests_desk.people.models import Agency
from requests_desk.tickets.models import Figures
from tests.library.cast import a_document
from tests.portal.cast import page
from tests.support.cast import MORNING, Desk


def test_it_shows_whom_to_call_and_what_is_promised(client: Client, desk: Desk):
    Agency.objects.update(hotline="02613000000", address="1 Đường A, Phú Sơn")

    shown = page(client.get("/"))

    assert desk.agency.name in shown
    assert "tel:02613000000" in shown
    assert "1 Đường A, Phú Sơn" in shown
    assert "48 giờ" in shown
    assert 'action="/status/"' in shown


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-23T08:00", "đang làm việc, đến 11:30"),
        ("2026-11-23T11:30", "mở cửa lúc 13:30 23/11/2026"),
        ("2026-11-23T16:59", "đang làm việc, đến 17:00"),
        ("2026-11-23T17:00", "mở cửa lúc 07:30 25/11/2026"),  # the 24th is a holiday
        ("2026-11-27T22:00", "mở cửa lúc 07:30 30/11/2026"),
    ],
)
def test_it_says_whether_the_office_is_open(client: Client, desk: Desk, clock: object, moment: str, said: str):
    Agency.objects.update(hotline="02613000000")
    clock.move_to(datetime.fromisoformat(f"{moment}+07:00").astimezone(UTC))  # type: ignore[attr-defined]

    shown = page(client.get("/"))

    assert said in shown


@pytest.mark.django_db
def test_it_says_nothing_of_hours_that_are_not_known(client: Client):
    Agency.objects.create(code="SCT", name="Sở Công Thương", short_name="SCT", hotline="02613000000")

    answer = client.get("/")

    assert answer.status_code == 200
    assert "làm việc, đến" not in page(answer)


@pytest.mark.django_db
def test_it_stands_before_there_is_an_agency(client: Client):
    answer = client.get("/")

    assert answer.status_code == 200


def test_it_asks_the_database_five_times(client: Client, desk: Desk, django_assert_num_queries):
    with django_assert_num_queries(5):
        client.get("/")


def test_it_shows_the_hours_of_the_week(client: Client, desk: Desk):
    Agency.objects.update(hotline="02613000000")

    shown = page(client.get("/"))

    assert "Thứ Hai đến Thứ Sáu" in shown
    assert "07:30–11:30, 13:30–17:00" in shown


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ((97, 3, 19_200), ["97&nbsp;%", "trong số 100 yêu cầu", "5 giờ 20 phút"]),
        ((4, 5, 19_200), ["mới có 9 yêu cầu đến hạn", "chưa đủ để tính tỷ lệ"]),
        ((1, 11, None), ["8&nbsp;%", "chưa đến một nửa"]),
    ],
)
def test_it_tells_how_the_promise_was_kept(
    client: Client, desk: Desk, counted: tuple[int, int, int | None], said: list[str]
):
    kept, missed, median_s = counted
    Figures.objects.create(agency=desk.agency, at=MORNING, kept=kept, missed=missed, median_s=median_s)

    shown = page(client.get("/"))

    assert [text for text in said if text not in shown] == []
    assert ("&nbsp;%" in shown) == (kept + missed >= 10)


def test_it_is_silent_on_the_promise_before_anything_was_counted(client: Client, desk: Desk):
    assert "Kết quả thực hiện cam kết" not in page(client.get("/"))


def test_it_keeps_search_engines_from_what_is_not_for_them(client: Client):
    shown = client.get("/robots.txt").content.decode().splitlines()

    assert {"Disallow: /s/", "Disallow: /desk/", "Disallow: /api/"} <= set(shown)


def test_it_has_a_mark_for_browsers_that_ask_by_habit(client: Client):
    answer = client.get("/favicon.ico")

    assert answer.status_code == 302
    assert answer["Location"].endswith("mark.svg")


def test_it_shows_what_others_asked_most_and_what_is_new(client: Client, desk: Desk):
    empty = page(client.get("/"))
    document = a_document(desk)
    texts = Texts("Gia hạn giấy phép bán buôn rượu?", "?", "Ba giấy tờ.")
    written = answers.write(desk.agency, texts, by=desk.alice, at=MORNING)
    answer = answers.publish(written, known=NOBODY, by=desk.bob, at=MORNING)

    shown = page(client.get("/"))

    assert "Câu hỏi được xem nhiều" not in empty
    assert "Văn bản mới đăng tải" not in empty
    assert answer.path in shown
    assert answer.title in shown
    assert document.url in shown


def test_it_tells_how_satisfied_people_were_once_enough_said_so(client: Client, desk: Desk):
    Figures.objects.create(agency=desk.agency, at=MORNING, kept=50, missed=0, median_s=60, rated=19, satisfied=19)
    few = page(client.get("/"))

    Figures.objects.update(rated=60, satisfied=53)

    assert "phiếu đánh giá" not in few
    assert "88&nbsp;%" in page(client.get("/"))
