"""The queue: what is due next is the first row, and a page costs the same however many there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from requests_desk.tickets.queries import desk as queries
from requests_desk.tickets.services import assignment, closing, replies
from tests.support.cast import Desk, a_reply, later, log_ticket

MANY = 12


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.lan)
    return client


def codes(response: Any) -> list[str]:
    return [row.code for row in response.context["rows"]]


def test_it_puts_first_what_is_due_next(client: Client, desk: Desk) -> None:
    late = log_ticket(desk, at=later(hours=3))
    early = log_ticket(desk)
    wanted = log_ticket(desk, at=later(hours=4), wanted_by=later(hours=6))

    response = client.get("/desk/tickets/")

    assert codes(response) == [wanted.code, early.code, late.code]


def test_it_lists_open_requests_unless_a_state_is_asked_for(client: Client, desk: Desk) -> None:
    ticket, open_ = log_ticket(desk), log_ticket(desk)
    replies.send(ticket, a_reply("answer", "call"), by=desk.alice, at=later(hours=1))
    closing.close(ticket, "answered", by=desk.alice, at=later(hours=2))

    assert codes(client.get("/desk/tickets/")) == [open_.code]
    assert codes(client.get("/desk/tickets/?state=closed")) == [ticket.code]


def test_it_narrows_by_unit_officer_and_channel(client: Client, desk: Desk) -> None:
    mine = log_ticket(desk, channel="zalo")
    assignment.assign(mine, unit=desk.unit, officer=desk.alice, by=desk.lan, at=later(hours=1))
    log_ticket(desk, unit=desk.office)

    for query in (f"unit={desk.unit.pk}", f"officer={desk.alice.pk}", "channel=zalo"):
        assert codes(client.get(f"/desk/tickets/?{query}")) == [mine.code], query


@pytest.mark.parametrize("q", ["go van phat", "GỖ VẠN", "van phat", "0950000001", "000001", "sct-2026-000001", "duan"])
def test_it_finds_with_and_without_marks(client: Client, desk: Desk, q: str) -> None:
    ticket = log_ticket(desk)

    response = client.get("/desk/tickets/", {"q": q})

    assert codes(response) == [ticket.code]


@pytest.mark.parametrize("q", ["khong co", "'; DROP", "& | !", "%%%", "x" * 200])
def test_it_finds_nothing_rather_than_fail(client: Client, desk: Desk, q: str) -> None:
    log_ticket(desk)

    response = client.get("/desk/tickets/", {"q": q})

    assert (response.status_code, codes(response)) == (200, [])


def test_it_pages_by_key_without_a_gap_or_a_repeat(desk: Desk) -> None:
    logged = [log_ticket(desk, at=later(minutes=number // 2)).code for number in range(MANY)]
    seen: list[str] = []
    mark = None

    for _page in range(MANY):
        found = queries.page(desk.lan, queries.Filters(), cursor=mark, limit=5)
        seen += [row.code for row in found.rows]
        mark = found.next
        if mark is None:
            break

    assert seen == logged


@pytest.mark.parametrize("cursor", ["x", "", "e30=", "WzEsMl0=", "\x00", "WyIyMDI2LTAxLTAxIiwgMV0="])
def test_it_starts_again_on_a_mark_it_never_gave(client: Client, desk: Desk, cursor: str) -> None:
    ticket = log_ticket(desk)

    assert codes(client.get("/desk/tickets/", {"cursor": cursor})) == [ticket.code]


def test_it_reads_a_mark_with_an_offset_no_database_knows(client: Client, desk: Desk) -> None:
    log_ticket(desk)

    page = client.get("/desk/tickets/?cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwgMV0=")

    assert page.status_code == 200


def test_it_marks_the_overdue_in_words(client: Client, desk: Desk) -> None:
    log_ticket(desk)

    response = client.get("/desk/tickets/")

    assert "quá hạn" in response.text or "còn" in response.text


def test_it_speaks_english_when_asked(client: Client, desk: Desk) -> None:
    log_ticket(desk)

    response = client.get("/desk/tickets/?lang=en")

    assert response["Content-Language"] == "en"
    assert "Log a request" in response.text
    assert client.get("/desk/tickets/")["Content-Language"] == "en"
