"""Deliveries: found by request, reader, channel and state; what failed goes again (N7)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from notifications.models import Notification
from notifications.results import Result
from requests_desk.tickets.services import replies
from sla.models import Milestone
from tests.support.cast import ASKED, Desk, a_reply, later, log_ticket, mail_is, outbox_row


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.leader)
    return client


@pytest.fixture
def failed(desk: Desk) -> Notification:
    """A reply that its relay refused for good."""
    ticket = log_ticket(desk, officer=desk.alice)
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))
    mail_is(Result.permanent("smtp_550"), outbox_row(reply.key), at=later(hours=2))
    return outbox_row(reply.key)


def found(client: Client, **query: str) -> set[str]:
    page = client.get("/desk/deliveries/", query)
    assert page.status_code == 200
    return {row["cause"] for row in page.context["outbox"]}


def test_it_shows_whether_each_arrived_and_why_not(client: Client, failed: Notification) -> None:
    page = client.get("/desk/deliveries/", {"state": "failed"})

    assert "smtp_550" in page.text
    assert failed.destination in page.text


@pytest.mark.parametrize(
    ("query", "causes"),
    [
        ({}, {"acknowledgement", "notice", "reply", "not_delivered"}),
        ({"state": "failed"}, {"reply"}),
        ({"code": "sct-2026-000001"}, {"acknowledgement", "notice", "reply", "not_delivered"}),
        ({"code": "SCT-2026-999999"}, set()),
        ({"to": "alice@so.example"}, {"notice", "not_delivered"}),
        ({"to": "nobody@so.example"}, set()),
        ({"channel": "sms"}, set()),
        ({"channel": "pigeon"}, {"acknowledgement", "notice", "reply", "not_delivered"}),
    ],
)
def test_it_finds_by_what_is_known(
    client: Client, failed: Notification, query: dict[str, str], causes: set[str]
) -> None:
    assert found(client, **query) == causes


def test_it_finds_a_number_however_it_is_typed(client: Client, desk: Desk) -> None:
    log_ticket(desk, asked=replace(ASKED, email="", phones=("0912345670",)))

    assert found(client, to="091 234 5670") == {"acknowledgement"}


def test_it_sends_a_failed_message_again_under_a_key_of_its_own(
    client: Client, desk: Desk, failed: Notification
) -> None:
    client.post(f"/desk/deliveries/{failed.pk}/resend/")

    again = Notification.objects.get(key=f"{failed.key}:again")
    assert (again.state, again.text, again.destination) == ("pending", failed.text, failed.destination)
    assert again.message_id != failed.message_id
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_it_sends_it_again_once_however_often_the_button_is_pressed(client: Client, failed: Notification) -> None:
    for _ in range(3):
        client.post(f"/desk/deliveries/{failed.pk}/resend/")

    assert Notification.objects.filter(key__endswith=":again").count() == 1


def test_it_shows_every_try_of_a_message(client: Client, failed: Notification) -> None:
    page = client.get(f"/desk/sent/{failed.pk}/?lang=en")

    assert "1 attempt" in page.text
    assert page.text.count("refused for good") == 1


def test_it_writes_who_sent_it_again_into_the_history(client: Client, desk: Desk, failed: Notification) -> None:
    client.post(f"/desk/deliveries/{failed.pk}/resend/")

    event = desk.agency.tickets.get().events.get(kind="resent")
    assert (event.actor, event.facts["of"]) == (desk.leader, failed.pk)


def test_it_lets_a_reply_that_arrives_the_second_time_meet_the_promise(client: Client, failed: Notification) -> None:
    client.post(f"/desk/deliveries/{failed.pk}/resend/")
    again = Notification.objects.get(key=f"{failed.key}:again")

    mail_is(Result.accepted(), again, at=again.created_at)

    assert Milestone.objects.get().met_at == again.created_at


def test_it_refuses_what_has_not_failed(client: Client, failed: Notification) -> None:
    sent = Notification.objects.get(cause="acknowledgement")

    page = client.post(f"/desk/deliveries/{sent.pk}/resend/", follow=True, headers={"accept-language": "en"})

    assert page.redirect_chain[-1][0] == f"/desk/sent/{sent.pk}/"
    assert not Notification.objects.filter(key__endswith=":again").exists()


def test_it_refuses_what_nothing_can_carry(client: Client, failed: Notification, settings: Settings) -> None:
    settings.DESK_DEMO = False

    client.post(f"/desk/deliveries/{failed.pk}/resend/")

    assert not Notification.objects.filter(key__endswith=":again").exists()


@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("charlie", 403), ("root", 302), ("lan", 302)])
def test_it_is_for_those_who_may_see_sent_messages(desk: Desk, failed: Notification, name: str, status: int) -> None:
    client = Client()
    client.force_login(getattr(desk, name))

    assert client.post(f"/desk/deliveries/{failed.pk}/resend/").status_code == status


def test_it_shows_the_proof_on_the_ticket(client: Client, desk: Desk, failed: Notification) -> None:
    notice = Notification.objects.get(cause="not_delivered")
    mail_is(Result.accepted(), notice, at=later(hours=2, minutes=1))

    page = client.get(desk.agency.tickets.get().url)

    (shown,) = [row for row in page.context["notices"] if row["cause"] == "not_delivered"]
    assert (shown["reader"], shown["accepted_at"]) == ("Alice", later(hours=2, minutes=1))
