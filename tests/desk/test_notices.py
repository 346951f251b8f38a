"""The bell and its page: a count on every page, a list that leads to the requests, read and unread."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from requests_desk.people.models import User
from requests_desk.tickets.models import Notice, Ticket
from requests_desk.tickets.services import cycles
from requests_desk.tickets.services.cycles import Words
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk, later, log_ticket

PAGE, BELL = "/desk/notices/", "/desk/notices/bell/"


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """Give alice a request: one notice of hers."""
    return log_ticket(desk, officer=desk.alice)


@pytest.fixture
def alice(desk: Desk, ticket: Ticket) -> Client:
    return signed_in(desk.alice)


def count(answer: Any) -> str:
    """Return what stands on the bell of a page."""
    found = re.search(r'class="bell-count"[^>]*>(?:<b class="num">([^<]*)</b>)?', answer.text)
    assert found
    return found[1] or ""


@pytest.mark.parametrize("page", ["/desk/", "/desk/tickets/", "/desk/new/", "/desk/away/", PAGE])
def test_it_counts_on_every_page(alice: Client, page: str) -> None:
    assert count(alice.get(page)) == "1"


@pytest.mark.parametrize("page", ["/leadership/", "/settings/", "/desk/sent/"])
def test_it_counts_on_the_pages_of_leaders_too(desk: Desk, ticket: Ticket, page: str) -> None:
    Notice.objects.update(person=desk.leader)

    assert count(signed_in(desk.leader).get(page)) == "1"


def test_it_lists_what_happened_with_the_way_to_the_request(alice: Client, ticket: Ticket) -> None:
    page = alice.get(PAGE)

    assert "Được phân công cho Ông/Bà" in page.text and "do Bob thực hiện" in page.text
    assert f'href="{ticket.url}"' in page.text and "chưa đọc" in page.text


def test_it_is_read_once_the_request_was_looked_at(alice: Client, ticket: Ticket) -> None:
    assert count(alice.get(ticket.url)) == ""
    assert "chưa đọc" not in alice.get(PAGE).text


def test_it_stays_unread_for_a_mere_head_request_and_for_others(desk: Desk, alice: Client, ticket: Ticket) -> None:
    alice.head(ticket.url)
    signed_in(desk.bob).get(ticket.url)

    assert count(alice.get("/desk/")) == "1"


def test_it_marks_all_as_read(alice: Client) -> None:
    assert alice.post(PAGE, {"action": "read"}).status_code == 302
    assert count(alice.get("/desk/")) == ""


def test_it_shows_nothing_of_a_request_that_was_sealed_since(desk: Desk, alice: Client, ticket: Ticket) -> None:
    """P13."""
    Ticket.objects.filter(pk=ticket.pk).update(sealed=True)
    ticket.exclusions.create(user=desk.alice)

    assert ticket.code not in alice.get(PAGE).text
    assert count(alice.get("/desk/")) == ""


def test_it_shows_nobody_else_s(desk: Desk, ticket: Ticket) -> None:
    assert ticket.code not in signed_in(desk.bob).get(PAGE).text


def test_it_pages_through_many(desk: Desk, alice: Client, ticket: Ticket) -> None:
    for number in range(60):
        cycles.message_received(ticket, Words(f"Thêm {number}."), by=None, at=later(minutes=number))

    first = alice.get(PAGE)
    second = alice.get(PAGE + first.context["next_url"])

    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 11)
    assert count(first) == "61"


@pytest.mark.parametrize(("shown", "status"), [("0", 200), ("1", 204)])
def test_it_answers_the_bell_only_with_news(alice: Client, shown: str, status: int) -> None:
    """A count that stays is not swapped: nothing is read out again, and no focus moves."""
    assert alice.get(BELL, {"shown": shown}).status_code == status


def test_it_stops_the_bell_of_who_signed_out(client: Client, db: None) -> None:
    answer = client.get(BELL, {"shown": "1"})

    assert (answer.status_code, answer.content) == (286, b"")


def test_it_asks_a_browser_without_script_for_nothing(alice: Client) -> None:
    assert f'href="{PAGE}"' in alice.get("/desk/").text


def test_it_keeps_the_choice_of_mail(alice: Client, desk: Desk) -> None:
    alice.post(PAGE, {"action": "mail"})
    assert not User.objects.get(pk=desk.alice.pk).mails_notices

    alice.post(PAGE, {"action": "mail", "mails_notices": "on"})
    assert User.objects.get(pk=desk.alice.pk).mails_notices


def test_it_does_nothing_it_does_not_know(alice: Client) -> None:
    assert alice.post(PAGE, {"action": "explode"}).status_code == 400
