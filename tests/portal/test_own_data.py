"""Rights over one's data: seen, taken away, asked to be erased, behind the page of a request and a one-time code."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.models import Notification
from requests_desk.tickets.models import OneTimeCode, Ticket
from requests_desk.tickets.services import closing, data_rights, one_time, refusing
from requests_desk.tickets.services.incoming import Asked
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import QUESTION, logged, page
from tests.portal.test_acts import token_on
from tests.support.cast import ASKED, Desk, later


@pytest.fixture
def token(client: Client, asked: Logged) -> str:
    return token_on(client.get(f"/s/{asked.link_token}/"))


def sent_code() -> str:
    found = re.search(r"^\d{6}$", Notification.objects.filter(key__startswith="one-time-code:").latest("pk").text, re.M)
    assert found
    return found[0]


def opened(client: Client, token: str) -> Any:
    client.post("/status/data/", {"token": token, "channel": "email"})
    return client.post("/status/data/", {"token": token, "code": sent_code()})


def data_token(answer: Any) -> str:
    found = re.search(r'name="data" value="([^"]+)"', answer.text)
    assert found
    return found[1]


def test_it_sends_a_code_to_the_address_on_record_and_shows_what_is_held(client: Client, asked: Logged, token: str):
    offered = page(client.post("/status/data/", {"token": token}))
    answer = opened(client, token)

    assert "d•••@vps.example" in offered and ASKED.email not in offered
    assert Notification.objects.get(key__startswith="one-time-code:").destination == ASKED.email
    shown = page(answer)
    assert all(said in shown for said in (ASKED.name, ASKED.organisation, ASKED.email, "0950000001", QUESTION))
    assert asked.ticket.events.filter(kind="data_shown", actor=None).count() == 1


def test_it_shows_every_request_of_theirs_but_no_sealed_one(client: Client, desk: Desk, asked: Logged, token: str):
    """P13: a firm's address has many readers."""
    other, sealed = logged(desk, text="Việc khác?"), logged(desk, kind="harassment", text="Chuyện kín.")
    stranger = logged(desk, asked=Asked(name="Ai đó", phones=("0950000002",)), text="Của người khác.")
    shown = page(opened(client, token))

    assert other.ticket.code in shown and "Việc khác?" in shown
    assert sealed.ticket.code not in shown and "Chuyện kín." not in shown
    assert stranger.ticket.code not in shown


@pytest.mark.parametrize("typed", ["000000", "", "abc", "9" * 16])
def test_it_opens_nothing_with_a_wrong_code(client: Client, token: str, typed: str):
    client.post("/status/data/", {"token": token, "channel": "email"})
    OneTimeCode.objects.update(digest="0" * 64)

    answer = client.post("/status/data/", {"token": token, "code": typed})

    assert (answer.status_code, ASKED.organisation in answer.text) == (422, False)


def test_it_takes_each_code_once_and_only_five_guesses(asked: Logged):
    at = timezone.now()
    one_time.send(asked.ticket, "email", at=at)
    first = sent_code()
    for _guess in range(one_time.TRIES):
        with pytest.raises(one_time.Wrong):
            one_time.check(asked.ticket, "x", at=at)
    with pytest.raises(one_time.Wrong):
        one_time.check(asked.ticket, first, at=at)
    one_time.send(asked.ticket, "email", at=at)
    one_time.check(asked.ticket, sent_code(), at=at)
    with pytest.raises(one_time.Wrong):
        one_time.check(asked.ticket, sent_code(), at=at)


def test_it_holds_for_a_quarter_of_an_hour_and_sends_three_an_hour(asked: Logged):
    at = timezone.now()
    for minute in range(one_time.SENT_AN_HOUR):
        one_time.send(asked.ticket, "email", at=at + timedelta(minutes=minute))
    with pytest.raises(refusing.NotNow):
        one_time.send(asked.ticket, "email", at=at + timedelta(minutes=5))
    with pytest.raises(one_time.Wrong):
        one_time.check(asked.ticket, sent_code(), at=at + timedelta(minutes=18))


def test_it_says_whom_to_call_where_no_code_can_be_sent(client: Client, desk: Desk):
    asked = logged(desk, asked=Asked(name="Ông Không Số"))
    token = token_on(client.get(f"/s/{asked.link_token}/"))

    assert "đường dây nóng" in page(client.post("/status/data/", {"token": token}))


def test_it_hands_everything_out_to_keep(client: Client, asked: Logged, token: str):
    data = data_token(opened(client, token))

    as_json = client.post("/status/data/take/", {"data": data, "form": "json"})
    as_page = client.post("/status/data/take/", {"data": data, "form": "html"})

    held = json.loads(as_json.content)
    assert (held["who"]["email"], held["requests"][0]["code"]) == (ASKED.email, asked.ticket.code)
    assert QUESTION in as_page.text and "attachment" in as_page["Content-Disposition"]
    assert asked.ticket.events.filter(kind="data_taken").count() == 2


@pytest.mark.parametrize("wrong", ["", "nonsense"])
def test_it_hands_nothing_out_without_the_token_of_its_page(client: Client, asked: Logged, wrong: str):
    for name in ("take", "ask"):
        assert client.post(f"/status/data/{name}/", {"data": wrong, "text": "?"}).status_code == 404


def test_it_logs_the_wish_to_be_forgotten_once(client: Client, asked: Logged, token: str):
    data = data_token(opened(client, token))

    answers = [client.post("/status/data/ask/", {"data": data, "text": "Xin xóa hết."}) for _time in range(2)]

    wish = Ticket.objects.get(kind="personal_data")
    assert wish.requester_id == asked.ticket.requester_id and wish.text == "Xin xóa hết."
    assert all(wish.code in page(answer) for answer in answers)
    assert "Mã tra cứu" in page(answers[0]) and client.post("/status/data/ask/", {"data": data}).status_code == 422


def test_it_carries_the_wish_out_and_keeps_what_must_stay(client: Client, desk: Desk, asked: Logged):
    running = logged(desk)
    wish = data_rights.ask(asked.ticket, "Xin xóa hết.", at=later(hours=2)).ticket
    closing.close(asked.ticket, "withdrawn", note="Thôi", by=desk.lan, at=later(hours=3))
    Notification.objects.filter(state="pending").update(
        state="sent", next_attempt_at=None, accepted_at=later(), outcome_at=later(), settled_at=later()
    )
    client.force_login(desk.chief)
    plan = page(client.get(f"{wish.url}acts/erase/"))
    client.post(wish.url, {"action": "erase"})

    assert f"{running.ticket.code}: giữ lại" in plan
    assert str(Ticket.objects.get(pk=asked.ticket.pk).requester) == "Đã xóa"
    assert str(Ticket.objects.get(pk=running.ticket.pk).requester) == ASKED.organisation
    assert wish.state != "closed" and asked.ticket.events.get(kind="erased").facts["why"] == "request"


def test_it_is_for_heads_alone_to_erase(client: Client, desk: Desk, asked: Logged):
    wish = data_rights.ask(asked.ticket, "Xin xóa hết.", at=later(hours=2)).ticket
    Ticket.objects.filter(pk=wish.pk).update(unit=desk.unit, officer=desk.alice)
    client.force_login(desk.alice)

    assert client.post(wish.url, {"action": "erase"}).status_code == 403


def test_it_shows_a_forgotten_request_as_forgotten(client: Client, desk: Desk, asked: Logged):
    Ticket.objects.filter(pk=asked.ticket.pk).update(text="", erased_at=later(hours=1), erased_why="retention")
    shown = client.get(f"/s/{asked.link_token}/")
    client.force_login(desk.chief)

    assert "Đã xóa theo thời hạn lưu" in page(shown) and 'id="add"' not in shown.text
    assert "Đã xóa theo thời hạn lưu" in client.get(asked.ticket.url).text
    assert "Đã xóa theo thời hạn lưu" in client.get("/desk/tickets/").text
