"""The page that makes a letter of a reply or an apology, and the panels of the apology."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import apologies, reminders, replies
from tests.support.cast import Desk, a_reply, later, log_ticket

LATE = later(hours=49)


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def late(desk: Desk) -> Ticket:
    ticket = log_ticket(desk, officer=desk.alice)
    reminders.sweep(at=LATE)
    return ticket


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF-"), ("docx", b"PK")])
def test_it_gives_a_reply_as_a_file(desk: Desk, form: str, begins: bytes) -> None:
    ticket = log_ticket(desk, officer=desk.alice)
    # As Word gives it away: its line breaks are vertical tabs.
    answer = a_reply("answer", "call", text="Kính gửi\x0bSở trả lời", said="Kính gửi\x0bSở trả lời\x01")
    reply = replies.send(ticket, answer, by=desk.alice, at=later(hours=1))

    response = client_of(desk.alice).get(f"{ticket.url}letters/reply/{reply.pk}/?form={form}&about=V/v%0Bđất%01")

    assert response.content.startswith(begins)
    assert response["Content-Disposition"] == f'attachment; filename="cong-van-{ticket.code}.{form}"'


def test_it_shows_the_letter_before_it_is_taken(desk: Desk) -> None:
    ticket = log_ticket(desk, officer=desk.alice)
    reply = replies.send(ticket, a_reply("answer", "call"), by=desk.alice, at=later(hours=1))

    page = client_of(desk.alice).get(f"{ticket.url}letters/reply/{reply.pk}/?about=gia hạn&sign=director").text

    assert "V/v gia hạn" in page
    assert "Độc lập - Tự do - Hạnh phúc" in page


@pytest.mark.parametrize("query", ["sign=king", "on=31/02/2026", "about="])
def test_it_says_what_is_wrong_with_a_choice(desk: Desk, query: str) -> None:
    ticket = log_ticket(desk, officer=desk.alice)
    reply = replies.send(ticket, a_reply("answer", "call"), by=desk.alice, at=later(hours=1))

    response = client_of(desk.alice).get(f"{ticket.url}letters/reply/{reply.pk}/?{query}&form=pdf")

    assert response.status_code == 422
    assert "aria-invalid" in response.text


def test_it_makes_no_letter_of_another_requests_reply(desk: Desk) -> None:
    ticket, other = log_ticket(desk, officer=desk.alice), log_ticket(desk, officer=desk.alice)
    reply = replies.send(other, a_reply("answer", "call"), by=desk.alice, at=later(hours=1))

    assert client_of(desk.alice).get(f"{ticket.url}letters/reply/{reply.pk}/").status_code == 404
    assert client_of(desk.charlie).get(f"{other.url}letters/reply/{reply.pk}/").status_code == 404


def test_it_is_written_by_the_officer_and_signed_by_the_leader(desk: Desk, late: Ticket) -> None:
    with time_machine.travel(LATE, tick=False):
        page = client_of(desk.alice).get(f"{late.url}?act=apologise")
        form = next(act.form for act in page.context["acts"] if act.action == "apologise")
        text = form["text"].value().replace(apologies.GAP, "đã rõ")
        client_of(desk.alice).post(late.url, {"action": "apologise", "text": text})

        apology = late.apologies.get()
        assert "chân thành xin lỗi" in client_of(desk.leader).get(late.url).text
        client_of(desk.leader).post(late.url, {"action": "sign_apology", "apology": apology.pk, "number": ""})

    apology.refresh_from_db()
    assert apology.signed_by == desk.leader
    assert client_of(desk.alice).get(f"{late.url}letters/apology/{apology.pk}/?form=pdf").status_code == 200


def test_it_offers_no_apology_where_nothing_was_late(desk: Desk) -> None:
    ticket = log_ticket(desk, officer=desk.alice)

    acts = client_of(desk.alice).get(ticket.url).context["acts"]

    assert "apologise" not in [act.action for act in acts]
