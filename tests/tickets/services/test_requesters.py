"""Who asks is known again by what they say, and never taken for somebody who is only alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from requests_desk.tickets.models import Requester
from requests_desk.tickets.services import intake, requesters
from requests_desk.tickets.services.incoming import Asked
from tests.support.cast import MORNING, Desk, a_request

FIRM = Asked(
    name="Trần Thị B",
    organisation="Công ty TNHH Gỗ Vạn Phát Sơn",
    tax_code="9900000256-001",
    phones=("0950000001; 0950000002 (anh Y)",),
    email="DuAn@vps.example",
    address="Lô A3, CCN Tân Hòa",
)


def who(desk: Desk, asked: Asked) -> Requester:
    return intake.log(desk.agency, a_request(asked=asked), by=desk.lan, at=MORNING).ticket.requester


@pytest.mark.parametrize(
    "again",
    [
        FIRM,
        replace(FIRM, address="", tax_code="", email=""),
        replace(FIRM, phones=()),
        replace(FIRM, phones=("0950.000.002",)),
        replace(FIRM, tax_code="9900000256001"),
        replace(FIRM, name="tran thi b", organisation="CÔNG TY TNHH GỖ VẠN PHÁT SƠN"),
        Asked(email="duan@vps.example"),
        Asked(name="Trần Thị B", phones=("+84950000001",)),
        Asked(organisation="Công ty TNHH Gỗ Vạn Phát Sơn", phones=("84 950 000 002",)),
        Asked(tax_code="9900000256 001", phones=("0950000001",)),
    ],
)
def test_it_knows_a_requester_who_says_nothing_new(desk, again):
    first = who(desk, FIRM)

    assert who(desk, again) == first


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRM, name="Trần Thị C"),
        replace(FIRM, organisation="Công ty TNHH Gỗ Vạn Phát"),
        replace(FIRM, tax_code="9900000256-002"),
        replace(FIRM, email="ke.la@mail.example"),
        replace(FIRM, phones=("0950000001", "0950000009")),
        replace(FIRM, address="Lô B1, CCN Tân Hòa"),
        replace(FIRM, phones=(), email=""),
        Asked(phones=("0950000001",)),
        Asked(tax_code="9900000256-001"),
        Asked(name="Trần Thị B", organisation="Công ty TNHH Gỗ Vạn Phát Sơn"),
    ],
)
def test_it_takes_nobody_for_somebody_who_is_only_alike(desk, other):
    first = who(desk, FIRM)

    assert who(desk, other) != first


def test_it_never_writes_what_is_new_into_an_old_record(desk):
    first = who(desk, Asked(name="Trần Thị B", phones=("0950000001",)))

    second = who(desk, Asked(name="Trần Thị B", phones=("0950000001",), email="ke.la@mail.example"))

    first.refresh_from_db()
    assert (first.email, second.email) == ("", "ke.la@mail.example")


def test_it_does_not_guess_which_of_two_firms_with_one_number_calls(desk):
    firms = [who(desk, Asked("Tâm", firm, phones=("0950000001",))) for firm in ("Công ty A", "Công ty B")]

    caller = who(desk, Asked("Tâm", phones=("0950000001",)))

    assert caller not in firms


def test_it_prefers_the_record_that_says_the_same_and_no_more(desk):
    bare = who(desk, Asked("Tâm", phones=("0950000001",)))
    who(desk, Asked("Tâm", "Công ty A", phones=("0950000001",)))

    assert who(desk, Asked("Tâm", phones=("0950000001",))) == bare


def test_it_knows_a_number_alone_as_that_number_alone(desk):
    assert who(desk, Asked(phones=("0950000001",))) == who(desk, Asked(phones=("0950 000 001",)))


def test_it_takes_an_old_eleven_digit_number_for_today_s(desk):
    old = who(desk, Asked("chị Ba", phones=("0169 000 0018",)))

    new = who(desk, Asked("chị Ba", phones=("0390000018",)))

    assert new == old
    assert [phone.typed for phone in old.phones.all()] == ["0169 000 0018"]


def test_it_keeps_two_numbers_of_one_field_and_reads_a_decomposed_name(desk):
    first = who(desk, FIRM)

    again = who(desk, replace(FIRM, name="Tra\u0302\u0300n Thi\u0323 B"))

    assert again == first
    assert [phone.number for phone in first.phones.all()] == ["+84950000001", "+84950000002"]


def test_it_finds_who_shares_a_number_an_address_or_a_tax_number(desk):
    first, other = who(desk, FIRM), who(desk, replace(FIRM, phones=(), email="", name="C"))

    found = requesters.sharing(desk.agency, numbers=["+84950000002"], tax_number="9900000256001")

    assert list(found) == [first, other]
    assert list(requesters.sharing(desk.agency, numbers=[], email="DUAN@VPS.example")) == [first]
    assert list(requesters.sharing(desk.agency, numbers=[])) == []
