"""Handing over, accepting and returning on a request's page."""

from __future__ import annotations

from typing import Any

from django.test import Client

from requests_desk.people.models import Role, Unit
from requests_desk.tickets.models import Handover, Ticket
from tests.support.cast import Desk, a_person, log_ticket


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def actions(client: Client, ticket: Ticket) -> list[str]:
    return [act.action for act in client.get(ticket.url).context["acts"]]


def test_it_is_handed_over_and_accepted_on_the_page(desk: Desk) -> None:
    ticket = log_ticket(desk, officer=desk.alice)
    unit = Unit.objects.create(agency=desk.agency, code="QLNL", name="Phòng Quản lý năng lượng")
    nam = client_of(a_person("nam", desk.agency, Role.OFFICER, unit))
    client_of(desk.alice).post(ticket.url, {"action": "hand_over", "unit": unit.pk, "reason": "Thuộc lĩnh vực điện"})

    page = nam.get("/desk/")
    assert "to_accept" in [slip["hands"] for slip in page.context["slips"]]
    assert "Thuộc lĩnh vực điện" in nam.get(f"{ticket.url}?act=accept").text
    assert {"accept", "give_back"} <= set(actions(nam, ticket))

    nam.post(ticket.url, {"action": "accept", "handover": Handover.objects.get().pk})
    assert Ticket.objects.get().officer.username == "nam"
    assert "hand_over" in actions(nam, ticket)
    assert "Phòng Quản lý năng lượng" in nam.get(f"{ticket.url}deadline/").text


def test_it_keeps_the_reason_where_the_unit_is_missing(desk: Desk) -> None:
    ticket = log_ticket(desk, officer=desk.alice)

    response = client_of(desk.alice).post(ticket.url, {"action": "hand_over", "unit": "", "reason": "Thuộc điện"})

    assert response.status_code == 422
    assert "Thuộc điện" in response.text
    assert not Handover.objects.exists()
