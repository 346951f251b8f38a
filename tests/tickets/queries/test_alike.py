"""The same request is found whatever door it came by, and nobody is hinted at what they may not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from requests_desk.tickets.models import Exclusion, Ticket
from requests_desk.tickets.queries import alike
from requests_desk.tickets.services.incoming import Asked
from tests.support.cast import ASKED, MORNING, Desk, later, log_ticket

WINE = "Hồ sơ gia hạn giấy phép bán buôn rượu hết hạn 20/12 gồm những gì?"
WINE_AGAIN = "cho hoi ho so gia han GP ban buon ruou het han 20/12 gom nhung gi"
ELSE = "Cửa hàng xăng dầu ở xã Tân Hòa bán không đúng giá niêm yết"
SAME_NUMBER = Asked(name="anh Tâm", phones=("0950 000 001",))
STRANGER = Asked(name="Người khác", phones=("0950000077",))


@pytest.fixture
def wine(desk: Desk) -> Ticket:
    return log_ticket(desk, text=WINE, channel="email")


def typed(desk: Desk, text: str, asked: Asked = SAME_NUMBER, **more: object) -> list[alike.Alike]:
    return alike.while_typing(more.get("by", desk.lan), desk.agency, text, asked, at=later(hours=2))


def test_it_finds_the_same_request_of_one_number_without_marks_and_by_another_channel(desk, wine):
    (found,) = typed(desk, WINE_AGAIN)

    assert found.ticket == wine
    assert found.percent > 60
    assert found.reasons[0] == "cùng số điện thoại"
    assert "“ho so gia han GP ban buon ruou het han 20 12" in found.reasons[1]
    assert found.reasons[2] == "2 giờ trước, Thư điện tử"


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        (Asked(email="DUAN@vps.example"), ["cùng địa chỉ thư điện tử"]),
        (Asked(tax_code="9900000256 001"), ["cùng mã số thuế"]),
        (Asked(phones=("0950000001",), email="duan@vps.example"), ["cùng số điện thoại", "cùng địa chỉ thư điện tử"]),
        (STRANGER, []),
    ],
)
def test_it_says_by_what_it_takes_them_for_one_requester(desk, asked, reasons):
    log_ticket(desk, text=WINE, asked=replace(ASKED, tax_code="9900000256-001"))

    (found,) = typed(desk, WINE_AGAIN, asked)

    assert found.reasons[:-2] == reasons


def test_it_asks_for_more_likeness_of_strangers(desk, wine):
    vague = "giấy phép bán buôn rượu của cửa hàng tôi sắp hết hạn, gia hạn lúc nào"

    assert [found.ticket for found in typed(desk, vague)] == [wine]
    assert typed(desk, vague, STRANGER) == []


@pytest.mark.parametrize("text", [ELSE, "", "Cho hỏi thủ tục", "Gọi lại giúp tôi"])
def test_it_takes_nothing_for_the_same_that_says_something_else_or_nothing(desk, wine, text):
    assert typed(desk, text) == []


def test_it_finds_what_came_later_from_a_request_s_own_page_and_says_whether_they_merge(desk, wine):
    same = log_ticket(desk, text=WINE_AGAIN, at=later(hours=3))
    other = log_ticket(desk, text=WINE_AGAIN, at=later(hours=4), asked=STRANGER)

    found = alike.of(wine, desk.lan, at=later(hours=5))

    assert {one.ticket: one.merges for one in found} == {same: True, other: False}
    assert found[0].reasons[-1].startswith("4 giờ sau")


def test_it_hints_at_no_sealed_request_to_anybody_who_logs(desk):
    sealed = log_ticket(desk, text=WINE, kind="harassment")

    assert typed(desk, WINE_AGAIN) == []
    assert typed(desk, WINE_AGAIN, by=desk.leader) == []
    assert alike.of(log_ticket(desk, text=WINE_AGAIN), desk.leader, at=MORNING) == []
    assert alike.of(sealed, desk.leader, at=MORNING)


def test_it_hints_at_no_sealed_request_to_whom_it_is_about(desk):
    about = log_ticket(desk, text=WINE, kind="harassment")
    Exclusion.objects.create(ticket=about, user=desk.leader)
    again = log_ticket(desk, text=WINE_AGAIN, kind="harassment")

    assert alike.of(again, desk.leader, at=MORNING) == []
    assert [one.ticket for one in alike.of(again, desk.ivan, at=MORNING)] == [about]


def test_it_shows_an_officer_those_of_their_unit_alone(desk, wine):
    assert [one.ticket for one in typed(desk, WINE_AGAIN, by=desk.alice)] == [wine]
    assert typed(desk, WINE_AGAIN, by=desk.charlie) == []


def test_it_remembers_a_requester_s_closed_ones_for_a_year(desk, wine):
    Ticket.objects.filter(pk=wine.pk).update(state="closed", ending="answered", closed_at=MORNING)

    assert [one.ticket for one in typed(desk, WINE_AGAIN)] == [wine]
    assert typed(desk, WINE_AGAIN, STRANGER) == []
    Ticket.objects.filter(pk=wine.pk).update(received_at=MORNING - timedelta(days=400))
    assert typed(desk, WINE_AGAIN) == []


def test_it_costs_a_fixed_number_of_questions(desk, django_assert_max_num_queries):
    for number in range(12):
        log_ticket(desk, text=f"{WINE} {number}", at=later(minutes=number))

    with django_assert_max_num_queries(6):
        assert len(typed(desk, WINE_AGAIN)) == alike.SHOWN
