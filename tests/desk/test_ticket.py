"""A request's page: what can be done there, and what it says when it cannot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.results import Result
from requests_desk.tickets.models import Message, Reply, Ticket
from requests_desk.tickets.queries import ticket_page
from requests_desk.tickets.services import cooperation, links, replies
from sla.models import Breach, Milestone
from tests.support.cast import Desk, a_reply, log_ticket, mail_is, outbox_row

ANSWER = {
    "action": "reply",
    "channel": "call",
    "call_outcome": "reached",
    "spoke_to": "chị Ba",
    "said": "Nộp ba giấy tờ.",
}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), officer=desk.alice)


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.alice)
    return client


def test_it_shows_the_request_its_clock_and_its_history(client: Client, ticket: Ticket) -> None:
    page = client.get(ticket.url)

    assert "gia hạn giấy phép" in page.text
    assert page.context["clock"].rule == "A"
    assert [line.sentence.split(":")[0] for line in page.context["timeline"]][-1] == "Ghi nhận yêu cầu"
    assert page.context["clock"].explanation


def test_it_says_that_a_request_is_urgent(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk, at=timezone.now(), officer=desk.alice, priority="urgent")

    assert "Khẩn" in client.get(ticket.url).text


def test_it_shows_what_went_out_by_itself_and_how_it_fared(client: Client, ticket: Ticket) -> None:
    mail_is(Result.temporary("451"), ack := outbox_row(f"ack:{ticket.pk}"), at=timezone.now())

    page = client.get(ticket.url)

    # In office hours its officer was told at once too.
    assert [one["attempts"] for one in page.context["notices"] if one["cause"] == "acknowledgement"] == [1]
    assert ack.destination in page.text
    assert "1 lần gửi" in page.text


def test_it_records_a_call_and_meets_the_promise(client: Client, ticket: Ticket) -> None:
    response = client.post(f"{ticket.url}?reply=answer", ANSWER, follow=True)

    assert response.status_code == 200
    assert Ticket.objects.get().state == "replied"
    assert "Nộp ba giấy tờ." in response.text


def test_it_sends_an_interim_by_mail_with_all_it_needs(client: Client, ticket: Ticket) -> None:
    tomorrow = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    interim = {"reason": "not_ready", "done": "Đã hỏi", "promised_at": tomorrow, "contact": "Alice", "text": "Kính gửi"}

    client.post(f"{ticket.url}?reply=interim", {"action": "reply", "channel": "email"} | interim)

    assert Reply.objects.get().kind == "interim"
    assert "chờ" in client.get(ticket.url).text.lower()


@pytest.mark.parametrize(
    ("kind", "field"), [("interim", "promised_at"), ("refusal", "ground"), ("transfer", "receiving_body")]
)
def test_it_says_what_a_reply_lacks_and_keeps_the_rest(client: Client, ticket: Ticket, kind: str, field: str) -> None:
    response = client.post(f"{ticket.url}?reply={kind}", ANSWER)

    assert response.status_code == 422
    assert response.context["reply_form"].errors[field]
    assert "Nộp ba giấy tờ." in response.text
    assert not Reply.objects.exists()


def test_it_tells_the_second_of_two_officers(client: Client, ticket: Ticket, desk: Desk) -> None:
    seen = ticket.ledger_seq
    replies.send(ticket, a_reply("answer", "call"), by=desk.bob, at=timezone.now())

    response = client.post(f"{ticket.url}?reply=answer", ANSWER | {"seen_seq": seen})

    assert response.status_code == 409
    assert "Bob" in response.text
    assert "Nộp ba giấy tờ." in response.text
    assert Reply.objects.count() == 1


def test_whoever_saw_what_a_colleague_did_may_send_all_the_same(client: Client, ticket: Ticket, desk: Desk) -> None:
    seen = ticket.ledger_seq
    replies.send(
        ticket, a_reply("interim", promised_at=timezone.now() + timedelta(days=1)), by=desk.bob, at=timezone.now()
    )
    page = client.post(f"{ticket.url}?reply=answer", ANSWER | {"seen_seq": seen})

    again = ANSWER | {"seen_seq": page.context["reply_form"]["seen_seq"].value()}

    assert page.status_code == 409
    assert client.post(f"{ticket.url}?reply=answer", again).status_code == 302


def test_it_does_not_close_without_a_delivered_reply(client: Client, ticket: Ticket) -> None:
    response = client.post(ticket.url, {"action": "close", "ending": "answered"})

    assert response.status_code == 422
    (panel,) = [act for act in response.context["acts"] if act.action == "close"]
    assert panel.form.non_field_errors() and panel.is_open
    assert Ticket.objects.get().state != "closed"


def test_it_closes_once_the_answer_arrived(client: Client, ticket: Ticket) -> None:
    client.post(f"{ticket.url}?reply=answer", ANSWER)

    client.post(ticket.url, {"action": "close", "ending": "answered"})

    assert Ticket.objects.get().ending == "answered"


def test_it_assigns_within_the_agency_alone(desk: Desk, ticket: Ticket) -> None:
    client = Client()
    client.force_login(desk.lan)

    refused = client.post(ticket.url, {"action": "assign", "unit": desk.other_unit.pk})
    client.post(ticket.url, {"action": "assign", "unit": desk.office.pk, "officer": desk.lan.pk})

    (panel,) = [act for act in refused.context["acts"] if act.action == "assign"]
    assert panel.form.errors["unit"] and panel.is_open
    assert Ticket.objects.get().officer == desk.lan


def test_it_keeps_a_note_from_the_requester(client: Client, ticket: Ticket) -> None:
    client.post(ticket.url, {"action": "note", "text": "Hỏi lại phòng quy hoạch."})

    assert ticket.messages.get().direction == "note"


def test_it_shows_a_new_look_up_code_once(client: Client, ticket: Ticket) -> None:
    shown = client.post(ticket.url, {"action": "lookup"}, follow=True)

    assert "Mã tra cứu mới" in shown.text
    assert "Mã tra cứu mới, chỉ hiện một lần" not in client.get(ticket.url).text


@pytest.mark.parametrize("action", ["", "explode"])
def test_it_does_nothing_it_does_not_know(client: Client, ticket: Ticket, action: str) -> None:
    assert client.post(ticket.url, {"action": action}).status_code == 400


@pytest.mark.parametrize("count", [3, 200])
def test_it_costs_as_much_with_a_long_story(
    client: Client, ticket: Ticket, desk: Desk, count: int, django_assert_max_num_queries: Any
) -> None:
    for _time in range(3):
        replies.send(ticket, a_reply("answer"), by=desk.bob, at=timezone.now())
    Message.objects.bulk_create(
        Message(
            ticket=ticket, direction="in", channel="email", text=f"Nội dung {n}.", author=desk.bob, at=timezone.now()
        )
        for n in range(count)
    )
    client.get(ticket.url)  # versions of rules are read once

    with django_assert_max_num_queries(9):
        page = client.get(ticket.url)

    assert page.context["has_earlier"] == (count > 30)
    assert len(page.content) < 70_000


@pytest.mark.parametrize("who", ["alice", "leader"])
def test_it_costs_little_more_with_something_of_everything(
    desk: Desk, who: str, django_assert_max_num_queries: Any
) -> None:
    at = timezone.now()
    ticket = log_ticket(desk, at=at, officer=desk.alice, text="1. Quy hoạch?\n2. Giá điện?", field="cap_phep")
    links.tie(ticket, log_ticket(desk, at=at), by=desk.bob, at=at)
    part = {"unit": desk.office, "question": "Giá nào?", "due_at": at + timedelta(hours=2)}
    cooperation.ask(ticket, **part, by=desk.alice, at=at)
    replies.send(ticket, a_reply("interim", "call", promised_at=at + timedelta(days=1)), by=desk.alice, at=at)
    milestone = Milestone.objects.get(name="first_reply", clock__ticket_clock__ticket=ticket)
    Breach.objects.create(milestone=milestone, due_at=milestone.due_at, recorded_at=milestone.due_at)
    reader = Client()
    reader.force_login(getattr(desk, who))
    ticket_page.clock(ticket)  # versions of rules are read once

    with django_assert_max_num_queries(12):
        page = reader.get(ticket.url)

    shown = page.context
    assert [len(shown[name]) for name in ("relatives", "parts", "breaches", "questions")] == [1, 1, 1, 2]
    assert "apologise" in [act.action for act in shown["acts"]]


def test_it_folds_what_was_said_long_ago_and_opens_it_on_demand(client: Client, ticket: Ticket) -> None:
    at = timezone.now()
    Message.objects.bulk_create(
        Message(ticket=ticket, direction="in", channel="email", text=f"Lời {n}.", at=at + timedelta(seconds=n))
        for n in range(40)
    )

    page, whole = client.get(ticket.url), client.get(f"{ticket.url}?thread=all")

    assert [said.text for said in page.context["thread"]] == [ticket.text, *(f"Lời {n}." for n in range(10, 40))]
    assert "?thread=all#thread-title" in page.text
    assert len(whole.context["thread"]) == 41 and "?thread=all#" not in whole.text
