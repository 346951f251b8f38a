"""Every deadline of a request on a sheet to print (P11)."""

from __future__ import annotations

import pytest
from django.test import Client

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import deadline_sheet
from requests_desk.tickets.services import cycles, pauses
from sla.policies import DEFAULT_POLICY
from tests.support.cast import Desk, a_reply, answered_by_call, later, log_ticket, open_desk

LIMITED = {**DEFAULT_POLICY, "rule": "W", "statutory_days": 10, "pause_days": 5}


@pytest.fixture
def desk(db: None, settings: object) -> Desk:
    settings.DESK_DEMO = True  # type: ignore[attr-defined]
    return open_desk(policy=LIMITED)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    more = {"external_deadline": later(days=5), "external_number": "12/UBND-KT"}
    ticket = log_ticket(desk, officer=desk.alice, channel="referral", **more)
    draft = a_reply("interim", "call", reason="needs_more")
    answered_by_call(ticket, by=desk.alice, at=later(hours=2), draft=draft)
    return ticket


def test_it_tells_of_each_deadline_what_made_it(desk, ticket):
    found = {one.name: " ".join(one.lines) for one in deadline_sheet.of(ticket)}

    assert set(found) == {"first_reply", "promised", "statutory", "external"}
    assert "48 giờ theo giờ làm việc" in found["first_reply"]
    assert "10 ngày làm việc" in found["statutory"]
    assert "Alice" in found["promised"] and "10:00" in found["promised"]
    assert "12/UBND-KT" in found["external"]


def test_it_ends_each_count_at_what_is_due(desk, ticket):
    """P9: pauses included."""
    pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    for one in deadline_sheet.of(ticket):
        if one.name in ("first_reply", "statutory"):
            assert f"{one.due_at.astimezone():%d/%m/%Y}" in one.lines[-1]
    assert any("tạm dừng" in line for one in deadline_sheet.of(ticket) for line in one.lines)


def test_it_shows_every_cycle(desk, ticket):
    """P7."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=4))
    cycles.reopen(ticket, "Chưa đúng.", by=desk.lan, at=later(hours=5))
    ticket.refresh_from_db()

    assert [one.cycle for one in deadline_sheet.of(ticket)] == [1, 1, 1, 1, 2, 2]


@pytest.mark.parametrize(("language", "said"), [("vi", "Thời hạn luật định"), ("en", "Statutory limit")])
def test_it_is_a_page_in_both_languages(client: Client, desk, ticket, language, said):
    client.force_login(desk.alice)

    page = client.get(f"{ticket.url}deadline/?lang={language}")

    assert page.status_code == 200
    assert said in page.text
    assert f"{ticket.url}deadline/" in client.get(ticket.url).text


def test_it_is_nothing_to_strangers(client: Client, desk, ticket):
    client.force_login(desk.charlie)

    assert client.get(f"{ticket.url}deadline/").status_code == 404
