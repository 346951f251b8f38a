"""What other units are asked for, on the page of a request, on Today and for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.people.models import Role, Unit, User
from requests_desk.tickets.models import AskedPart, Ticket
from tests.api.conftest import as_
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk, a_person, log_ticket

__all__ = ["as_"]


@pytest.fixture
def nam(desk: Desk) -> User:
    unit = Unit.objects.create(agency=desk.agency, code="QLNL", name="Phòng Quản lý năng lượng")
    return a_person("nam", desk.agency, Role.OFFICER, unit)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), officer=desk.alice)


def asked(client: Client, ticket: Ticket, **more: object):
    unit, due_at = Unit.objects.get(code="QLNL"), timezone.localtime(timezone.now() + timedelta(hours=5))
    said = {"unit": unit.pk, "question": "Giá điện?", "due_at": f"{due_at:%Y-%m-%dT%H:%M}"}
    return client.post(ticket.url, {"action": "ask_part", **said, **more}, follow=True)


def test_it_is_asked_seen_and_delivered_on_the_page(desk, ticket, nam):
    lead, theirs = signed_in(desk.alice), signed_in(nam)

    assert asked(lead, ticket).status_code == 200
    part = AskedPart.objects.get()
    assert "Giá điện?" in theirs.get("/desk/").text
    page = theirs.get(ticket.url).text
    assert 'value="deliver_part"' in page
    assert 'value="withdraw_part"' not in page
    done = theirs.post(ticket.url, {"action": "deliver_part", "part": part.pk, "text": "Theo Quyết định 14."})

    assert done.status_code == 302
    assert "Theo Quyết định 14." in lead.get(ticket.url).text
    assert "Giá điện?" not in theirs.get("/desk/").text


def test_it_says_what_to_change_and_keeps_what_was_typed(desk, ticket, nam):
    page = asked(signed_in(desk.alice), ticket, due_at="2001-01-01T08:00", question="Giá điện giờ cao điểm?")

    assert page.status_code == 422
    assert "Giá điện giờ cao điểm?" in page.text


def test_it_lets_nobody_of_another_unit_deliver(desk, ticket, nam):
    asked(signed_in(desk.alice), ticket)

    tried = signed_in(desk.alice).post(
        ticket.url, {"action": "deliver_part", "part": AskedPart.objects.get().pk, "text": "Thay"}
    )

    assert (tried.status_code, AskedPart.objects.get().state) == (403, "asked")


def test_it_is_there_for_programs(desk, ticket, nam, as_):
    due_at = (timezone.now() + timedelta(hours=5)).isoformat()
    body = {"unit": "QLNL", "question": "Giá điện?", "due_at": due_at}

    made = as_(desk.alice).post(f"tickets/{ticket.code}/parts/", body).json()
    here = f"tickets/{ticket.code}/parts/{made['id']}"
    returned = as_(nam).post(f"{here}/return/", {"reason": "Không thuộc phòng tôi"}).json()

    assert (made["state"], returned["state"]) == ("asked", "returned")
    assert as_(desk.alice).post(f"{here}/withdraw/", {}).status_code == 409
    assert [row["id"] for row in as_(desk.alice).get(f"tickets/{ticket.code}/parts/").json()["results"]] == [made["id"]]
