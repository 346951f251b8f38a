"""What a request may be, through the API: alike ones, suggestion, sorting, seal, link, proposal."""

from __future__ import annotations

import pytest
from django.utils import timezone

from requests_desk.tickets.models import Ticket
from tests.api.conftest import As
from tests.support.cast import Desk, log_ticket

WINE = "Hồ sơ gia hạn giấy phép bán buôn rượu hết hạn 20/12 gồm những gì?"


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, unit=None, text=WINE, at=timezone.now())


def test_it_tells_what_may_be_the_same(desk: Desk, as_: As, ticket: Ticket) -> None:
    other = log_ticket(desk, text="gia han GP ban buon ruou het han 20/12", at=timezone.now())

    (found,) = as_(desk.lan).get(f"tickets/{ticket.code}/similar/").json()["results"]

    assert (found["code"], found["merges"]) == (other.code, True)
    assert found["reasons"][0] == "cùng người yêu cầu"


def test_it_tells_what_a_request_seems_to_be(desk: Desk, as_: As, ticket: Ticket) -> None:
    seems = as_(desk.lan).get(f"tickets/{ticket.code}/suggestion/").json()

    assert (seems["kind"], seems["field"], seems["unit"]) == ("information", "cap_phep", "QLTM")
    assert seems["field_words"] == ["giấy phép", "bán buôn rượu"]
    assert seems["seal_words"] == []


def test_it_sorts_and_seals(desk: Desk, as_: As, ticket: Ticket) -> None:
    lan = as_(desk.lan)

    done = lan.post(f"tickets/{ticket.code}/sort/", {"kind": "feedback", "field": "cap_phep", "unit": "QLTM"}).json()
    sealed = lan.post(f"tickets/{ticket.code}/seal/", {"units": ["QLTM"], "people": ["alice"]}).json()

    assert (done["unit"], done["state"]) == ("QLTM", "assigned")
    assert sealed == {"code": ticket.code, "sealed": True}
    assert lan.get(f"tickets/{ticket.code}/").status_code == 404
    opened = as_(desk.leader).post(f"tickets/{ticket.code}/unseal/", {"reason": "Nhầm"}).json()
    assert opened == {"code": ticket.code, "sealed": False}


def test_it_links_and_proposes_as_invalid(desk: Desk, as_: As, ticket: Ticket) -> None:
    lan, other = as_(desk.lan), log_ticket(desk, at=timezone.now())

    linked = lan.post(f"tickets/{ticket.code}/link/", {"to": other.code.lower()})
    proposed = lan.post(f"tickets/{ticket.code}/propose_spam/", {"reason": "Quảng cáo"})

    assert (linked.status_code, proposed.status_code) == (200, 200)
    assert lan.post(f"tickets/{ticket.code}/link/", {"to": "SCT-2026-999999"}).status_code == 400
