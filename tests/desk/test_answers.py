"""Answers for everybody at the desk: from a request in one flow, who may publish, what is refused and where."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from requests_desk.library.models import Answer
from requests_desk.people.models import User
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import sealing
from tests.portal.cast import page
from tests.support.cast import Desk, answered_by_call, later, log_ticket

TYPED = {"title": "Gia hạn giấy phép rượu", "question": "Hồ sơ gồm những gì?", "answer": "Gồm ba giấy tờ."}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    ticket = log_ticket(desk)
    answered_by_call(ticket, by=desk.alice, at=later(hours=1))
    return Ticket.objects.get(pk=ticket.pk)


def as_(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def send(client: Client, path: str, do: str, **changes: Any) -> Any:
    return client.post(path, TYPED | {"do": do} | changes)


def only() -> Answer:
    return Answer.objects.get()


def test_it_begins_with_what_was_asked_and_told(client: Client, desk: Desk, ticket: Ticket):
    form = as_(client, desk.alice).get(f"{ticket.url}publish/").context["form"]

    assert form["question"].value() == ticket.text
    assert form["answer"].value() == "Hồ sơ gồm ba giấy tờ."
    assert f'href="{ticket.url}publish/"' in page(client.get(ticket.url))


def test_it_goes_from_a_request_to_everybody_by_two_pairs_of_hands(client: Client, desk: Desk, ticket: Ticket):
    send(as_(client, desk.alice), f"{ticket.url}publish/", "submit", unit=desk.unit.pk)
    assert only().state == "submitted"

    path = f"/desk/answers/{only().pk}/"
    assert send(client, path, "publish").status_code == 403
    assert 'href="/desk/answers/?state=submitted"' in page(as_(client, desk.bob).get("/desk/"))
    send(client, path, "publish", seen=only().version)

    assert only().is_public
    assert only().publication.ticket_id == ticket.pk


def test_it_refuses_what_still_holds_a_phone_and_shows_where(client: Client, desk: Desk, ticket: Ticket):
    held = send(as_(client, desk.bob), f"{ticket.url}publish/", "publish", answer="Gọi 0912 345 678 để hỏi.")

    assert held.status_code == 422
    assert "Gọi <mark>0912 345 678</mark> để hỏi." in page(held)
    assert held.context["form"]["answer"].value() == "Gọi 0912 345 678 để hỏi."
    assert not Answer.objects.exists()


def test_it_asks_a_person_about_what_looks_like_a_name(client: Client, desk: Desk, ticket: Ticket):
    named = {"question": "Bà Lê Thị C hỏi gì?"}
    path = f"{ticket.url}publish/"

    held = send(as_(client, desk.bob), path, "publish", **named)
    send(client, path, "publish", looked=held.context["mark"], **named)

    assert held.status_code == 422
    assert only().is_public


def test_it_makes_nothing_of_a_sealed_request(client: Client, desk: Desk, ticket: Ticket):
    sealing.seal(ticket, people=[desk.bob], by=desk.leader, at=later(hours=2))

    held = send(as_(client, desk.leader), f"{ticket.url}publish/", "publish")

    assert held.status_code == 422
    assert not Answer.objects.exists()
    assert f'href="{ticket.url}publish/"' not in page(client.get(ticket.url))


def test_it_shows_no_draft_of_a_request_that_was_sealed(client: Client, desk: Desk, ticket: Ticket):
    send(as_(client, desk.alice), f"{ticket.url}publish/", "save")
    Ticket.objects.filter(pk=ticket.pk).update(sealed=True)

    assert TYPED["title"] not in page(client.get("/desk/answers/"))
    assert client.get(f"/desk/answers/{only().pk}/").status_code == 404


def test_it_is_written_from_scratch_and_listed(client: Client, desk: Desk):
    send(as_(client, desk.lan), "/desk/answers/new/", "save")

    for query, is_there in (("", True), ("?state=draft", True), ("?state=published", False), ("?q=giay+to", True)):
        assert (TYPED["title"] in page(client.get(f"/desk/answers/{query}"))) == is_there
    assert TYPED["title"] not in page(as_(client, desk.charlie).get("/desk/answers/"))


def test_it_is_put_right_returned_and_taken_down(client: Client, desk: Desk):
    send(as_(client, desk.bob), "/desk/answers/new/", "publish")
    path = f"/desk/answers/{only().pk}/"

    assert send(client, path, "correct", answer="Gồm bốn giấy tờ.").status_code == 422  # without a word of what
    send(client, path, "correct", answer="Gồm bốn giấy tờ.", note="Thêm một giấy tờ.")
    assert only().answer == "Gồm bốn giấy tờ."
    assert client.post(path, {"do": "withdraw", "reason": ""}).status_code == 422
    client.post(path, {"do": "withdraw", "reason": "Hết hiệu lực."})
    assert only().state == "withdrawn"
    send(client, path, "submit")
    client.post(path, {"do": "return", "reason": "Viết gọn hơn."})
    assert (only().state, only().return_reason) == ("draft", "Viết gọn hơn.")


def test_it_overwrites_nothing_that_somebody_else_wrote_meanwhile(client: Client, desk: Desk):
    send(as_(client, desk.bob), "/desk/answers/new/", "save")
    path, seen = f"/desk/answers/{only().pk}/", only().version
    send(client, path, "save", answer="Khác.", seen=seen)

    assert send(client, path, "save", answer="Cũ.", seen=seen).status_code == 409
    assert only().answer == "Khác."


def test_it_lets_a_head_of_unit_publish_what_is_of_the_unit_alone(client: Client, desk: Desk):
    send(as_(client, desk.lan), "/desk/answers/new/", "save", unit=desk.office.pk)

    assert send(as_(client, desk.bob), f"/desk/answers/{only().pk}/", "publish").status_code == 403
