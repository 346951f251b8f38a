"""Published answers come to the officer: while a call is typed, and into the reply being written."""

from __future__ import annotations

import pytest
from django.test import Client

from requests_desk.library.models import Answer
from requests_desk.library.personal_data import NOBODY
from requests_desk.library.services import answers
from requests_desk.library.services.answers import Texts
from requests_desk.tickets.models import Ticket
from tests.support.cast import Desk, later, log_ticket

TEXTS = Texts("Gia hạn giấy phép bán buôn rượu", "Hồ sơ gia hạn gồm những gì?", "Hồ sơ gồm ba giấy tờ.")
OFFER = "/desk/answers/offer/"


@pytest.fixture
def answer(desk: Desk) -> Answer:
    written = answers.write(desk.agency, TEXTS, by=desk.alice, at=later())
    return answers.publish(written, known=NOBODY, by=desk.bob, at=later())


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk)


@pytest.fixture
def alice(client: Client, desk: Desk) -> Client:
    client.force_login(desk.alice)
    return client


def test_it_offers_what_fits_the_text_being_typed(alice: Client, answer: Answer):
    shown = alice.post(OFFER, {"text": "chi hoi gia han gp ruou"}, headers={"HX-Request": "true"}).content.decode()

    assert TEXTS.title in shown
    assert TEXTS.answer in shown


def test_it_offers_what_fits_the_request_at_hand(alice: Client, answer: Answer, ticket: Ticket):
    shown = alice.get(OFFER, {"ticket": ticket.code}, headers={"HX-Request": "true"}).content.decode()

    assert f'value="published:{answer.pk}"' in shown


@pytest.mark.parametrize(("channel", "box"), [("email", "text"), ("call", "said")])
def test_it_puts_an_answer_behind_what_was_typed(alice: Client, answer: Answer, ticket: Ticket, channel: str, box: str):
    typed = {
        "action": "reply",
        "kind": "answer",
        "channel": channel,
        box: "Kính gửi,",
        "step": f"published:{answer.pk}",
    }

    form = alice.post(ticket.url, typed).context["reply_form"]

    assert form[box].value().startswith("Kính gửi,\n\nHồ sơ gồm ba giấy tờ.\n\n")
    assert form[box].value().endswith(answer.path)


@pytest.mark.parametrize("about", ["0", "x", "9" * 30])
def test_it_puts_nothing_in_of_what_is_not_published(alice: Client, ticket: Ticket, about: str):
    typed = {"action": "reply", "kind": "answer", "channel": "email", "text": "Kính gửi,", "step": f"published:{about}"}

    form = alice.post(ticket.url, typed).context["reply_form"]

    assert form["text"].value() == "Kính gửi,"


def test_it_shows_them_in_the_form_without_a_script(alice: Client, answer: Answer, ticket: Ticket):
    typed = {"action": "reply", "kind": "answer", "channel": "email", "text": "Kính gửi,", "step": "offer"}

    shown = alice.post(ticket.url, typed).content.decode()

    assert f'value="published:{answer.pk}"' in shown
    assert "Kính gửi," in shown


def test_it_looks_up_while_logging_without_a_script(alice: Client, answer: Answer):
    shown = alice.post("/desk/new/", {"look_up": "1", "text": "gia hạn giấy phép rượu"}).content.decode()

    assert TEXTS.title in shown
