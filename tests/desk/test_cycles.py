"""The requester's messages on a request's page (P7)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import Ticket
from tests.support.cast import Desk, answered_by_call, log_ticket

MORE = {"action": "message", "about": "more", "channel": "hotline", "text": "Còn mẫu đơn thì sao?"}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    ticket = log_ticket(desk, at=timezone.now(), officer=desk.alice)
    answered_by_call(ticket, by=desk.alice, at=timezone.now())
    return ticket


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.alice)
    return client


def test_it_takes_the_request_up_again_and_shows_both_cycles(client, ticket):
    page = client.post(ticket.url, MORE, follow=True)

    assert [one.reason for one in page.context["rounds"]] == ["received", "message"]
    assert "Lượt 2" in page.text
    assert Ticket.objects.get().cycle == 2


def test_it_offers_to_call_it_a_mere_thank_you(client, ticket):
    client.post(ticket.url, MORE)
    assert "act-thanks" in client.get(ticket.url).text

    client.post(ticket.url, {"action": "thanks"})

    assert Ticket.objects.get().state == "replied"
    assert "act-thanks" not in client.get(ticket.url).text


@pytest.mark.parametrize(("about", "cycle"), [("thanks", 1), ("not_to_the_point", 2)])
def test_it_asks_what_the_message_does(client, ticket, about, cycle):
    client.post(ticket.url, MORE | {"about": about})

    assert Ticket.objects.get().cycle == cycle


def test_it_says_why_it_cannot_be_taken_up(desk, client):
    ticket = log_ticket(desk, at=timezone.now(), officer=desk.alice)

    response = client.post(ticket.url, MORE | {"about": "not_to_the_point"})

    assert response.status_code == 422
    assert "chưa có trả lời chính thức" in response.text
