"""Files in public: with the look-up code or the secret link, never with a phone number alone."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import assignment, attachments, replies
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import PHONE, ask, page
from tests.support import files
from tests.support.cast import MORNING, Desk, a_reply, later

LINK = re.compile(r'href="(/files/[^"]+/)"')


@pytest.fixture
def asked(asked: Logged) -> Logged:
    attach(asked.ticket, "câu hỏi.pdf")
    return asked


def attach(ticket: Ticket, name: str) -> None:
    (file,) = attachments.take_in([files.upload(name=name)], [], by=None, at=MORNING).files
    attachments.attach([file], ticket)


def test_the_look_up_code_opens_the_files(client: Client, asked: Logged) -> None:
    said = page(ask(client, asked.ticket.code, lookup=asked.lookup_code))

    answer = client.get(LINK.findall(said)[0])

    assert "câu hỏi.pdf" in said
    assert files.body(answer) == files.PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_secret_link_opens_the_files(client: Client, asked: Logged) -> None:
    said = page(client.get(f"/s/{asked.link_token}/"))

    assert files.body(client.get(LINK.findall(said)[0])) == files.PDF


def test_a_phone_number_opens_no_file(client: Client, asked: Logged) -> None:
    said = page(ask(client, asked.ticket.code, phone=PHONE))

    assert "câu hỏi.pdf" not in said
    assert not LINK.findall(said)


def test_it_shows_files_of_replies_that_arrived_and_never_those_of_notes(
    client: Client, desk: Desk, asked: Logged
) -> None:
    given = [
        attachments.take_in([files.upload(name=n)], [], by=None, at=MORNING).files for n in ("b.pdf", "c.pdf", "d.pdf")
    ]
    replies.send(asked.ticket, a_reply("answer", "call"), by=desk.alice, at=later(hours=1), files=given[0])
    replies.send(asked.ticket, a_reply("answer", "email"), by=desk.alice, at=later(hours=2), files=given[1])
    assignment.note(asked.ticket, "Nội bộ", by=desk.alice, at=later(hours=3), files=given[2])

    said = page(client.get(f"/s/{asked.link_token}/"))

    assert [name in said for name in ("câu hỏi.pdf", "b.pdf", "c.pdf", "d.pdf")] == [True, True, False, False]


@pytest.mark.parametrize("token", ["x", "a:b", "x" * 2000])
def test_a_forged_token_opens_nothing(client: Client, asked: Logged, token: str) -> None:
    assert client.get(f"/files/{token}/").status_code == 404
