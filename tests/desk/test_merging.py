"""Merging from a request's page (P8)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import Ticket
from tests.support.cast import Desk, log_ticket


@pytest.fixture
def two(desk: Desk) -> list[Ticket]:
    return [log_ticket(desk, at=timezone.now(), text=text, officer=desk.alice) for text in ("Câu thứ nhất", "Câu hai")]


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.bob)
    return client


def merge(client: Client, two: list[Ticket], into: str = "") -> object:
    typed = {"action": "merge", "into": into or two[0].code.lower(), "reason": "Cùng một việc."}
    return client.post(two[1].url, typed, follow=True)


def test_it_shows_both_stories_on_the_survivor(client, two):
    merge(client, two)

    page = client.get(two[0].url)

    assert "Câu thứ nhất" in page.text
    assert "Câu hai" in page.text
    assert [(one["link"], one["ticket"]) for one in page.context["relatives"]] == [("merged_from", two[1])]


def test_it_is_taken_back_from_the_absorbed_one(client, two):
    page = merge(client, two)
    assert "act-unmerge" in page.text

    client.post(two[1].url, {"action": "unmerge"})

    assert Ticket.objects.get(pk=two[1].pk).state == "assigned"


@pytest.mark.parametrize("into", ["SCT-2026-999999", "self"])
def test_it_says_why_not(client, two, into):
    response = merge(client, two, two[1].code if into == "self" else into)

    assert response.status_code == 422
    (panel,) = [act for act in response.context["acts"] if act.action == "merge"]
    assert panel.form.errors["into"]


def test_it_knows_no_request_of_another_agency(desk, client, two):
    Ticket.objects.filter(pk=two[0].pk).update(agency=desk.other_agency)

    assert merge(client, two).status_code == 422
