"""From a request to an answer for everybody: never a sealed one, never a number on file; given again it counts once."""

from __future__ import annotations

from typing import Any

import pytest

from requests_desk.library.models import Answer
from requests_desk.library.services import answers
from requests_desk.library.services.answers import Texts
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import publishing, refusing, replies, sealing
from tests.support.cast import Desk, a_reply, later, log_ticket

TEXTS = Texts("Gia hạn giấy phép bán buôn rượu", "Hồ sơ gồm những gì?", "Hồ sơ gồm ba giấy tờ.")


def begun(desk: Desk, ticket: Ticket | None = None, **changes: Any) -> Answer:
    texts = Texts(**{**{name: getattr(TEXTS, name) for name in TEXTS.__slots__}, **changes})
    return publishing.begin(ticket or log_ticket(desk), texts, by=desk.alice, at=later(hours=1))


def published(desk: Desk) -> Answer:
    return publishing.publish(begun(desk), looked="", by=desk.bob, at=later(hours=2))


def test_it_refuses_what_is_on_file_of_who_asked(desk: Desk):
    answer = begun(desk, answer="Gỗ VẠN PHÁT SƠN nộp hồ sơ, gọi 095 0000 001.")

    with pytest.raises(answers.StillPersonal) as refused:
        publishing.submit(answer, looked="", by=desk.alice, at=later(hours=2))

    assert [place.text for place in refused.value.places] == ["095 0000 001"]


def test_it_shows_the_name_on_file_for_a_person_to_decide(desk: Desk):
    answer = begun(desk, answer="go van phat son nộp hồ sơ.")

    with pytest.raises(answers.StillPersonal) as refused:
        publishing.publish(answer, looked="", by=desk.bob, at=later(hours=2))

    assert [(place.kind, place.text) for place in refused.value.places] == [("requester", "go van phat son")]


def test_it_makes_nothing_of_a_sealed_request(desk: Desk):
    ticket = sealing.seal(log_ticket(desk), people=[desk.bob], by=desk.leader, at=later(minutes=5))

    with pytest.raises(refusing.NotNow):
        begun(desk, ticket)
    assert not Answer.objects.exists()


def test_it_takes_down_what_came_of_a_request_that_is_sealed(desk: Desk):
    ticket = log_ticket(desk)
    draft = begun(desk, ticket)
    public = publishing.publish(begun(desk, ticket), looked="", by=desk.bob, at=later(hours=2))

    sealing.seal(ticket, people=[desk.bob], by=desk.leader, at=later(hours=3))

    assert set(Answer.objects.filter(pk__in=[draft.pk, public.pk]).values_list("state", flat=True)) == {"withdrawn"}


def test_it_counts_an_answer_given_again_once_its_reply_goes(desk: Desk):
    answer = published(desk)
    text = publishing.text_to_insert(answer)
    ticket = log_ticket(desk)

    replies.send(ticket, a_reply(text=f"{text}\n{text}"), by=desk.alice, at=later(hours=3))

    answer.count.refresh_from_db()
    assert answer.count.reused == 1


@pytest.mark.parametrize(
    "text", ["Không có gì.", "https://desk.example/answers/999999-x/", "/answers/1" + "0" * 30 + "/"]
)
def test_it_counts_nothing_that_was_not_given(desk: Desk, text: str):
    answer = published(desk)

    replies.send(log_ticket(desk), a_reply(text=text), by=desk.alice, at=later(hours=3))

    answer.count.refresh_from_db()
    assert answer.count.reused == 0


def test_it_counts_no_call_that_nobody_took(desk: Desk):
    answer = published(desk)
    missed = a_reply("answer", "call", call_outcome="no_answer", said=publishing.text_to_insert(answer))

    replies.send(log_ticket(desk), missed, by=desk.alice, at=later(hours=3))

    answer.count.refresh_from_db()
    assert answer.count.reused == 0
