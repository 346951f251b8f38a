"""Not answered to the point: said on the request's own page, without an account and without a script (P7)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.portal import throttle
from requests_desk.tickets.models import Message, Ticket
from requests_desk.tickets.services import cycles, merging
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import PHONE, QUESTION, ask, logged, page, replied
from tests.support.cast import Desk

REASON = "Anh/chị chưa nói lệ phí là bao nhiêu."


@pytest.fixture
def answered(desk: Desk) -> Logged:
    at = timezone.now() - timedelta(days=1)
    asked = logged(desk, at=at)
    replied(desk, asked, "answer", at=at + timedelta(hours=1))
    return asked


def token_on(answer: Any) -> str:
    found = re.search(r'action="/status/again/[^>]*>\s*<input type="hidden" name="token" value="([^"]+)"', answer.text)
    return found[1] if found else ""


def opened(client: Client, asked: Logged) -> str:
    """Open a request by its secret link and return the token of its page."""
    return token_on(client.get(f"/s/{asked.link_token}/"))


def test_it_takes_the_request_up_again_from_the_secret_link(client: Client, answered: Logged):
    answer = client.post("/status/again/", {"token": opened(client, answered), "reason": REASON})

    ticket = Ticket.objects.get()
    assert (answer.status_code, ticket.cycle, ticket.state) == (200, 2, "assigned")
    assert "Tiếp tục xử lý" in page(answer)
    assert REASON in page(answer)
    assert (Message.objects.get().text, Message.objects.get().channel) == (REASON, "qna")
    assert ticket.events.get(kind="cycle_opened").facts["reason"] == "not_to_the_point"


def test_it_takes_it_up_from_the_page_that_the_look_up_code_opened(client: Client, answered: Logged):
    token = token_on(ask(client, answered.ticket.code, lookup=answered.lookup_code))

    assert client.post("/status/again/", {"token": token, "reason": REASON}).status_code == 200
    assert Ticket.objects.get().cycle == 2


def test_it_is_not_offered_to_whoever_knows_but_the_phone(client: Client, answered: Logged):
    assert token_on(ask(client, answered.ticket.code, phone=PHONE)) == ""


def test_it_is_not_offered_before_an_answer(client: Client, desk: Desk):
    asked = logged(desk, at=timezone.now())

    assert opened(client, asked) == ""


def test_it_is_not_offered_while_the_next_answer_is_owed(client: Client, desk: Desk, answered: Logged):
    cycles.reopen(answered.ticket, REASON, by=desk.lan, at=timezone.now())

    assert opened(client, answered) == ""


def test_it_opens_one_cycle_however_often_it_is_sent(client: Client, answered: Logged):
    token = opened(client, answered)

    answers = [client.post("/status/again/", {"token": token, "reason": REASON}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert (Ticket.objects.get().cycle, Message.objects.count()) == (2, 1)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 5001])
def test_it_asks_for_words_and_loses_none(client: Client, answered: Logged, reason: str):
    answer = client.post("/status/again/", {"token": opened(client, answered), "reason": reason})

    assert (answer.status_code, Ticket.objects.get().cycle) == (422, 1)
    assert reason.strip() in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("token", ["", "nonsense", "WzEsMV0:abc"])
def test_it_opens_nothing_with_a_token_that_is_none(client: Client, answered: Logged, token: str):
    assert client.post("/status/again/", {"token": token, "reason": REASON}).status_code == 404
    assert Ticket.objects.get().cycle == 1


def test_it_becomes_a_new_request_after_thirty_days(client: Client, desk: Desk):
    """P7."""
    at = timezone.now() - timedelta(days=40)
    asked = logged(desk, at=at)
    replied(desk, asked, "answer", at=at + timedelta(hours=1))

    answer = client.post("/status/again/", {"token": opened(client, asked), "reason": REASON})

    new = Ticket.objects.exclude(pk=asked.ticket.pk).get()
    assert new.code in page(answer)
    assert asked.ticket.linked_from.get().ticket == new


def test_it_is_slowed_down(client: Client, answered: Logged):
    token = opened(client, answered)
    sent = [
        client.post("/status/again/", {"token": token, "reason": REASON}) for _ in range(throttle.LIMITS["act"] + 1)
    ]

    assert (sent[-1].status_code, sent[-2].status_code) == (429, 409)
    assert sent[-1]["Retry-After"]


def test_it_leads_from_a_merged_request_to_the_one_it_lives_on_in(client: Client, desk: Desk):
    """P8: by every proof, and with what was asked in both."""
    at = timezone.now() - timedelta(hours=3)
    older, newer = logged(desk, at=at), logged(desk, at=at + timedelta(hours=1), text="Cùng việc ấy: lệ phí?")
    merging.merge(older.ticket, newer.ticket, reason="Trùng", by=desk.bob, at=at + timedelta(hours=2))

    by_link = page(client.get(f"/s/{newer.link_token}/"))
    by_phone = page(ask(client, newer.ticket.code, phone=PHONE))

    assert f'<h1 class="code">{older.ticket.code}</h1>' in by_link
    assert newer.ticket.code in by_link
    assert "Cùng việc ấy: lệ phí?" in by_link and QUESTION in by_link
    assert older.ticket.code in by_phone and QUESTION not in by_phone


def test_it_leads_back_once_the_merge_is_taken_back(client: Client, desk: Desk):
    at = timezone.now() - timedelta(hours=3)
    older, newer = logged(desk, at=at), logged(desk, at=at)
    merging.merge(older.ticket, newer.ticket, reason="Trùng", by=desk.bob, at=at + timedelta(hours=1))
    merging.unmerge(newer.ticket, by=desk.bob, at=at + timedelta(hours=2))

    assert f'<h1 class="code">{newer.ticket.code}</h1>' in page(client.get(f"/s/{newer.link_token}/"))
