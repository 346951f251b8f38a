"""What no form of the desk sends and anybody can: it is answered, never with a page of what broke."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.support.cast import Desk, log_ticket

# Longer than Python reads as a number, longer than any key, digits of another script, and no number at all.
NUMBERS = ("9" * 5000, "9" * 30, "٣", "-1", "x")


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.leader)
    return client


@pytest.mark.parametrize(
    ("address", "name", "more"),
    [
        ("/desk/held/", "held", {}),
        ("/desk/alerts/acknowledge/", "alert", {}),
        ("/desk/away/", "pk", {"action": "remove"}),
        ("/desk/new/meeting/", "row-TOTAL_FORMS", {"more": "1"}),
        ("/desk/answers/new/", "unit", {"title": "x", "question": "x", "answer": "x"}),
        ("/desk/requesters/{requester}/", "other", {"reason": "x"}),
        ("/desk/requesters/{requester}/", "other", {"action": "undo"}),
        ("/desk/tickets/{code}/", "documents", {"action": "reply", "kind": "answer", "channel": "email"}),
    ],
)
def test_it_takes_no_number_for_a_row_that_cannot_be_one(
    client: Client, desk: Desk, address: str, name: str, more: dict[str, str]
):
    ticket = log_ticket(desk, at=timezone.now() - timedelta(hours=1), officer=desk.alice)
    place = address.format(requester=ticket.requester_id, code=ticket.code)

    pages = [client.post(place, {name: number, **more}) for number in NUMBERS]

    assert max(page.status_code for page in pages) < 500


@pytest.mark.parametrize(
    ("address", "name", "more"),
    [
        ("/settings/presence/", "pk", {"action": "remove_duty"}),
        ("/settings/rules/", "remove", {}),
        ("/settings/people/{pk}/", "membership", {"action": "take"}),
        ("/settings/policies/first-reply/", "rung-TOTAL_FORMS", {"more": "1"}),
    ],
)
def test_no_setting_breaks_over_a_number_that_names_nothing(
    client: Client, desk: Desk, address: str, name: str, more: dict[str, str]
):
    client.force_login(desk.root)

    pages = [client.post(address.format(pk=desk.alice.pk), {name: number, **more}) for number in NUMBERS]

    assert max(page.status_code for page in pages) < 500


@pytest.mark.parametrize(
    ("address", "sent", "status"),
    [
        ("/desk/triage/", {"code": "\x00"}, 404),
        ("/desk/tickets/assign/", {"code": "\x00"}, 302),
        ("/desk/drafts/drop/", {"draft_place": "\x00"}, 302),
        ("/desk/tickets/views/", {"name": "\x00", "query": "hands=mine"}, 302),
        ("/desk/answers/offer/?ticket=%00", {}, 404),
    ],
)
def test_it_looks_for_nothing_with_a_nul_in_its_name(client: Client, address: str, sent: dict[str, str], status: int):
    page = client.post(address, sent)

    assert page.status_code == status


def test_a_ready_text_has_no_nul_in_its_key(client: Client, desk: Desk):
    client.force_login(desk.root)

    page = client.post("/settings/texts/", {"key": "\x00", "default": "1"})

    assert page.status_code == 302
