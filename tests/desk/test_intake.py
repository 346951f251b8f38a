"""Logging a call: one screen, nothing typed is ever lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services.incoming import Asked
from tests.support.cast import ASKED, Desk, log_ticket

CALL = {"phone": "0950 000 001", "channel": "hotline", "text": "Hỏi hồ sơ cấp phép", "kind": "information"}


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.lan)
    return client


def test_it_saves_a_call_and_shows_its_codes(client: Client, desk: Desk) -> None:
    response = client.post("/desk/new/", CALL | {"name": "chị Ba"}, follow=True)

    ticket = Ticket.objects.get()
    assert response.redirect_chain == [(f"{ticket.url}saved/", 302)]
    assert ticket.code in response.text
    assert response.context["lookup_code"] in response.text
    assert (ticket.logged_by, ticket.requester.phones.get().number) == (desk.lan, "+84950000001")


def test_it_makes_one_ticket_of_a_form_sent_twice(client: Client) -> None:
    form = CALL | {"submission": client.get("/desk/new/").context["form"]["submission"].value()}

    first, second = (client.post("/desk/new/", form) for _time in range(2))

    assert first["Location"] == second["Location"]
    assert Ticket.objects.count() == 1


def test_it_tells_apart_a_form_that_comes_back_changed(client: Client) -> None:
    client.post("/desk/new/", CALL | {"submission": "one"})

    response = client.post("/desk/new/", CALL | {"submission": "one", "text": "Một yêu cầu khác"})

    assert response.status_code == 422
    assert Ticket.objects.get().code in response.text
    assert "Một yêu cầu khác" in response.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "ă" * 200_000}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"received_at": "2099-01-01T08:00"}, "received_at"),
        ({"received_at": "hôm qua"}, "received_at"),
        ({"email": "test@@mail"}, "email"),
        ({"channel": "fax"}, "channel"),
        ({"unit": "999999"}, "unit"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_it_says_what_to_change_and_keeps_what_was_typed(client: Client, changes: dict[str, str], field: str) -> None:
    response = client.post("/desk/new/", CALL | {"organisation": "Công ty Gỗ Vạn Phát"} | changes)

    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert "Công ty Gỗ Vạn Phát" in response.text
    assert not Ticket.objects.exists()


def test_it_wants_a_reason_for_a_call_of_this_morning(client: Client) -> None:
    earlier = timezone.localtime(timezone.now() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")

    response = client.post("/desk/new/", CALL | {"received_at": earlier})

    assert list(response.context["form"].errors) == ["received_reason"]


def test_it_refuses_a_unit_of_another_agency(client: Client, desk: Desk) -> None:
    response = client.post("/desk/new/", CALL | {"unit": str(desk.other_unit.pk)})

    assert response.context["form"].errors["unit"]


def test_it_warns_of_odd_numbers_and_saves_all_the_same(client: Client) -> None:
    response = client.post("/desk/new/", CALL | {"phone": "0169 000 0018", "tax_code": "9900000123"}, follow=True)

    assert len(response.context["warnings"]) == 2
    assert "0390000018" in response.text


def test_it_knows_a_caller_by_any_spelling_of_the_number(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk)

    response = client.get("/desk/new/known/?phone=%2B84%20950.000.001")

    assert "Công ty TNHH Gỗ Vạn Phát Sơn" in response.text
    assert ticket.code in response.text


def test_it_offers_each_firm_of_a_number_once_and_all_their_requests(client: Client, desk: Desk) -> None:
    alike = [log_ticket(desk, asked=replace(ASKED, address=address)) for address in ("Lô A3", "Lô A4")]
    nameless = log_ticket(desk, asked=Asked(phones=ASKED.phones))

    response = client.get("/desk/new/known/?phone=0950000001")

    assert response.text.count("data-fill") == 1
    assert all(ticket.code in response.text for ticket in [*alike, nameless])


def test_it_does_not_call_new_who_left_a_number_before(client: Client, desk: Desk) -> None:
    log_ticket(desk, asked=Asked(phones=ASKED.phones))

    response = client.get("/desk/new/known/?phone=0950000001")

    assert "Số này chưa có" not in response.text


def test_it_looks_a_number_up_without_a_script(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk)

    response = client.post("/desk/new/", CALL | {"phone": "0950000001", "text": "dở dang", "look_up": "1"})

    assert ticket.code in response.text
    assert "dở dang" in response.text
    assert Ticket.objects.count() == 1
