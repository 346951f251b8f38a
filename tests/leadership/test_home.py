"""The leader's page: open breaches, who holds each, the button that acknowledges, four lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.services import climbing, reminders
from tests.support.cast import Desk, a_reply, answered_by_call, log_ticket

HOUR = timedelta(hours=1)


@pytest.fixture
def leader(client: Client, desk: Desk) -> Client:
    client.force_login(desk.leader)
    return client


def test_it_sorts_what_is_late_and_what_is_due_by_what_is_owed(leader: Client, desk: Desk) -> None:
    at = timezone.now()
    late, soon, _far = (log_ticket(desk, at=at - hours * HOUR) for hours in (50, 30, 1))
    promised = log_ticket(desk, at=at - 40 * HOUR)
    broken = log_ticket(desk, at=at - 45 * HOUR)
    for ticket, due_in in ((promised, 3), (broken, -2)):
        draft = a_reply("interim", "call", promised_at=at + due_in * HOUR)
        answered_by_call(ticket, by=desk.alice, at=at - 39 * HOUR, draft=draft)

    missed, near = (
        log_ticket(desk, at=at - 10 * HOUR, channel="referral", external_deadline=at + hours * HOUR)
        for hours in (-1, 2)
    )

    lists = leader.get("/leadership/").context["lists"]

    assert [[ticket.code for ticket in rows] for rows in lists] == [
        [late.code],
        [broken.code],
        [missed.code],
        [soon.code],
        [promised.code],
        [near.code],
    ]


def test_it_shows_who_holds_a_breach_and_lets_it_be_acknowledged(leader: Client, desk: Desk) -> None:
    """N2."""
    ticket = log_ticket(desk, at=timezone.now() - 49 * HOUR, officer=desk.alice)
    reminders.sweep(at=timezone.now())
    (row,) = leader.get("/leadership/").context["breaches"]
    assert (row["holder"], row["is_open"], len(row["unheard"])) == ("Alice", True, 1)

    climbing.acknowledge(list(ticket.alerts.all()), by=desk.leader, at=timezone.now())

    page = leader.get("/leadership/")
    assert page.context["breaches"][0]["acknowledged_by"] == desk.leader
    assert "Leader đã xác nhận" in page.text


def test_it_asks_nothing_more_of_a_breach_that_was_answered(leader: Client, desk: Desk) -> None:
    ticket = log_ticket(desk, at=timezone.now() - 49 * HOUR, officer=desk.alice)
    reminders.sweep(at=timezone.now())
    answered_by_call(ticket, by=desk.alice, at=timezone.now())

    page = leader.get("/leadership/")

    assert page.context["breaches"][0]["unheard"] == []
    assert "đã trả lời sau đó" in page.text


@pytest.mark.parametrize(("who", "status"), [("leader", 200), ("chief", 200), ("alice", 403), ("charlie", 403)])
def test_it_opens_to_the_leadership_alone(client: Client, desk: Desk, who: str, status: int) -> None:
    client.force_login(getattr(desk, who))

    assert client.get("/leadership/").status_code == status
