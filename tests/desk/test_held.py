"""What the public form held back, at the desk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from notifications.models import Notification
from requests_desk.tickets.models import Held, Notice, Ticket
from requests_desk.tickets.services import asking, attachments, notices
from requests_desk.tickets.services.asking import Sign
from tests.support import files
from tests.support.cast import Desk, a_request, open_desk


def held(desk: Desk, **changes: Any) -> Held:
    at = timezone.now()
    taken = attachments.take_in([files.upload()], [], by=None, at=at)
    request = a_request(channel="qna", **changes)
    sent = asking.send(
        desk.agency, request, nonce="n", issued_date=at.date(), signs=[Sign.TOO_FAST], files=taken.files, at=at
    )
    assert sent.held
    return sent.held


@pytest.fixture
def lan(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.lan)
    return client


def test_today_tells_of_it(lan: Client, desk: Desk) -> None:
    held(desk)

    assert "/desk/held/" in lan.get("/desk/").text
    assert "gia hạn giấy phép" in lan.get("/desk/held/").text


def test_released_it_is_a_request_received_when_it_was_sent(lan: Client, desk: Desk) -> None:
    one = held(desk)

    lan.post("/desk/held/", {"held": one.pk, "release": "1"})

    ticket = Ticket.objects.get()
    one.refresh_from_db()
    assert (ticket.received_at, ticket.channel, one.ticket, one.settled_by) == (
        one.received_at,
        "qna",
        ticket,
        desk.lan,
    )
    assert ticket.files.get().name == "giấy phép.pdf"
    assert ticket.requester.email == "duan@vps.example"


def test_dropped_it_keeps_the_reason(lan: Client, desk: Desk) -> None:
    one = held(desk)

    without = lan.post("/desk/held/", {"held": one.pk, "drop": "1"})
    lan.post("/desk/held/", {"held": one.pk, "drop": "1", "reason": "Quảng cáo"})

    one.refresh_from_db()
    assert without.status_code == 422
    assert (one.reason, one.settled_by, one.ticket) == ("Quảng cáo", desk.lan, None)
    assert lan.post("/desk/held/", {"held": one.pk, "release": "1"}).status_code == 404


def test_sent_again_after_its_release_it_is_the_same_request(desk: Desk) -> None:
    one = held(desk)
    ticket = asking.release(one, by=desk.lan, at=timezone.now())

    request = a_request(channel="qna")
    at = timezone.now()
    taken = attachments.take_in([files.upload()], [], by=None, at=at)
    sent = asking.send(desk.agency, request, nonce="m", issued_date=at.date(), signs=[], files=taken.files, at=at)

    assert (sent.ticket, sent.link_token) == (ticket, "")


def test_a_sealed_one_is_for_the_leadership_alone(lan: Client, desk: Desk) -> None:
    one = held(desk, kind="harassment")
    leader = Client()
    leader.force_login(desk.leader)

    assert "gia hạn" not in lan.get("/desk/held/").text
    assert lan.post("/desk/held/", {"held": one.pk, "release": "1"}).status_code == 404
    assert "gia hạn" in leader.get("/desk/held/").text


def test_another_department_sees_none_of_it(desk: Desk) -> None:
    held(desk)
    client = Client()
    client.force_login(desk.charlie)

    assert "gia hạn" not in client.get("/desk/held/").text


def test_the_same_held_form_at_the_same_moment_is_one_row(transactional_db: None) -> None:
    desk = open_desk()
    at = timezone.now()

    def send() -> None:
        try:
            request = a_request(channel="qna")
            asking.send(desk.agency, request, nonce="n", issued_date=at.date(), signs=[Sign.TOO_FAST], files=(), at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for sent in [pool.submit(send) for _time in range(8)]:
            sent.result()

    assert Held.objects.get().times >= 1


def test_the_same_form_at_the_same_moment_is_one_ticket(transactional_db: None) -> None:
    desk = open_desk()
    at = timezone.now()

    def send() -> str:
        try:
            request = a_request(channel="qna")
            sent = asking.send(desk.agency, request, nonce="n", issued_date=at.date(), signs=[], files=(), at=at)
            return sent.link_token
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tokens = {sent.result() for sent in [pool.submit(send) for _time in range(8)]}

    assert Ticket.objects.count() == 1
    assert len(tokens) == 1 and "" not in tokens


def test_it_rings_once_for_all_that_nobody_has_looked_at_and_gathers_its_mail(lan: Client, desk: Desk) -> None:
    """N4."""
    first = held(desk)
    held(desk, text="Một câu hỏi khác về giá điện?")

    (notice,) = Notice.objects.filter(person=desk.lan)
    assert (notice.kind, notice.held) == ("held", first)
    assert notice.mail_at > notice.at
    notices.mail_due(at=notice.mail_at)
    mail = Notification.objects.get(cause="notice", recipient=f"user:{desk.lan.pk}")
    assert "/desk/held/" in mail.text
    assert "gia hạn" not in mail.text
    assert "/desk/held/" in lan.get("/desk/notices/").text

    lan.get("/desk/held/")
    assert not Notice.objects.filter(person=desk.lan, read_at=None).exists()
    held(desk, text="Câu hỏi thứ ba?")
    assert Notice.objects.filter(person=desk.lan, read_at=None).count() == 1


def test_it_rings_for_a_sealed_kind_with_the_leadership_alone(desk: Desk) -> None:
    """P13."""
    held(desk, kind="harassment")

    assert list(Notice.objects.values_list("person", flat=True)) == [desk.leader.pk]
