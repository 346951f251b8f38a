"""Correcting the time of receipt on a request's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import Ticket
from tests.support.cast import Desk, log_ticket


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), officer=desk.alice)


def client_of(user: object) -> Client:
    client = Client()
    client.force_login(user)
    return client


def earlier(ticket: Ticket, **by: int) -> str:
    return timezone.localtime(ticket.received_at - timedelta(**by)).strftime("%Y-%m-%dT%H:%M")


def test_it_is_offered_to_a_head_of_unit_alone(desk, ticket):
    assert "act-correct" in client_of(desk.bob).get(ticket.url).text
    assert "act-correct" not in client_of(desk.alice).get(ticket.url).text


def test_it_moves_the_deadline_and_says_so(desk, ticket):
    client = client_of(desk.bob)
    typed = {"action": "correct", "received_at": earlier(ticket, hours=3), "reason": "Sổ trực ghi giờ khác."}

    page = client.post(ticket.url, typed, follow=True)

    ticket.refresh_from_db()
    assert ticket.next_due_at - ticket.received_at == timedelta(hours=48)
    assert "Sửa thời điểm tiếp nhận từ" in " ".join(line.sentence for line in page.context["timeline"])


def test_it_keeps_what_was_typed_when_something_is_missing(desk, ticket):
    response = client_of(desk.bob).post(ticket.url, {"action": "correct", "received_at": earlier(ticket, hours=3)})

    assert response.status_code == 422
    (panel,) = [act for act in response.context["acts"] if act.action == "correct"]
    assert panel.form.errors["reason"]
    assert earlier(ticket, hours=3) in response.text


def test_it_refuses_who_may_not(desk, ticket):
    typed = {"action": "correct", "received_at": earlier(ticket, hours=3), "reason": "x"}

    assert client_of(desk.alice).post(ticket.url, typed).status_code == 403
