"""What no page of a request takes, with what to change and nothing half saved (P5, P8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import Delivery, Reply, Ticket
from requests_desk.tickets.services import intake
from requests_desk.tickets.services.incoming import Asked
from tests.support.cast import Desk, a_request, log_ticket

INTERIM = {
    "action": "reply",
    "channel": "call",
    "call_outcome": "reached",
    "spoke_to": "Chị B",
    "said": "Đang hỏi",
    "reason": "not_ready",
    "done": "Đã gửi phiếu lấy ý kiến.",
    "contact": "Alice, 0261 3 000 000",
}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now() - timedelta(hours=1), officer=desk.alice)


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.bob)
    return client


@pytest.mark.parametrize("days", [-1, -0.1, 40, 4000])
def test_it_takes_no_promise_in_the_past_or_beyond_the_cap(client: Client, ticket: Ticket, days: float) -> None:
    """P5."""
    promised_at = timezone.localtime(timezone.now() + timedelta(days=days))

    page = client.post(f"{ticket.url}?reply=interim", INTERIM | {"promised_at": f"{promised_at:%Y-%m-%dT%H:%M}"})

    assert page.status_code == 422
    form = page.context["reply_form"]
    assert "promised_at" in form.errors
    assert "Đã gửi phiếu lấy ý kiến." in page.text
    assert not Reply.objects.exists() and not Delivery.objects.exists()
    assert Ticket.objects.get(pk=ticket.pk).ledger_seq == ticket.ledger_seq


def itself(desk: Desk, ticket: Ticket) -> Ticket:
    return ticket


def a_stranger_s(desk: Desk, ticket: Ticket) -> Ticket:
    return log_ticket(desk, at=timezone.now(), asked=Asked(name="Ai đó", phones=("0950000009",)))


def another_agency_s(desk: Desk, ticket: Ticket) -> Ticket:
    return intake.log(desk.other_agency, a_request(), by=desk.charlie, at=timezone.now()).ticket


@pytest.mark.parametrize("other", [itself, a_stranger_s, another_agency_s])
def test_it_merges_nothing_that_does_not_belong_together(client: Client, desk: Desk, ticket: Ticket, other) -> None:
    """P8."""
    into = other(desk, ticket)
    before = {row.pk: row.ledger_seq for row in Ticket.objects.all()}

    page = client.post(ticket.url, {"action": "merge", "into": into.code, "reason": "Trùng"})

    (panel,) = [act for act in page.context["acts"] if act.action == "merge"]
    assert (page.status_code, list(panel.form.errors)) == (422, ["into"])
    assert {row.pk: row.ledger_seq for row in Ticket.objects.all()} == before
