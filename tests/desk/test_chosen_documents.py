"""Published documents that go with a reply: found and chosen in its form, linked and carried by its mail."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from notifications.models import Notification
from notifications.results import Result
from requests_desk.library.models import Document
from requests_desk.library.services import documents
from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.queries import proofs, whereabouts
from requests_desk.tickets.services import approval, replies
from requests_desk.tickets.services.reply_checks import Refused
from tests.library.cast import a_document
from tests.support.cast import Desk, a_reply, later, log_ticket, mail_is, outbox_row

TYPED = {"action": "reply", "kind": "answer", "channel": "email", "text": "Kính gửi Quý Công ty"}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


@pytest.fixture
def document(desk: Desk) -> Document:
    return a_document(desk)


def post(desk: Desk, ticket: Ticket, **more: Any) -> Any:
    client = Client()
    client.force_login(desk.alice)
    return client.post(ticket.url, TYPED | more)


def test_it_is_found_and_chosen_and_taken_away_without_losing_a_word(
    desk: Desk, ticket: Ticket, document: Document
) -> None:
    found = post(desk, ticket, step="document_find", document_words="lai suat")
    chosen = post(desk, ticket, step=f"document_add:{document.pk}", document_words="lai suat")
    dropped = post(desk, ticket, step=f"document_drop:{document.pk}", documents=str(document.pk))

    assert f'value="document_add:{document.pk}"' in found.text
    assert f'name="documents" value="{document.pk}"' in chosen.text and "document_drop" in chosen.text
    assert "document_drop" not in dropped.text
    assert all("Kính gửi Quý Công ty</textarea>" in page.text for page in (found, chosen, dropped))


def test_the_mail_links_to_it_and_carries_its_file(desk: Desk, ticket: Ticket, document: Document) -> None:
    answer = post(desk, ticket, documents=str(document.pk), send_at="now", seen_seq=ticket.ledger_seq)

    reply = Reply.objects.get()
    replies.carry(ticket, reply, by=desk.alice, at=later(hours=1)) if reply.state == "waiting" else None
    mail = Notification.objects.get(cause="reply")
    assert answer.status_code == 302 and reply.documents == [document.pk]
    assert f"{document}: {document.abstract}" in mail.text and document.url in mail.text
    assert [file["name"] for file in mail.files] == ["quyet-dinh.pdf"]


def test_a_file_beyond_a_mails_limit_is_linked_alone(
    desk: Desk, ticket: Ticket, document: Document, settings: Any
) -> None:
    settings.ATTACHMENT_MAIL_BYTES = 10

    reply = replies.send(ticket, a_reply(documents=(document.pk,)), by=desk.alice, at=later(hours=1))

    row = outbox_row(reply.key)
    assert (row.files, document.url in row.text) == ([], True)


def test_its_reader_finds_it_on_the_status_page(desk: Desk, ticket: Ticket, document: Document) -> None:
    reply = replies.send(ticket, a_reply(documents=(document.pk,)), by=desk.alice, at=later(hours=1))
    mail_is(Result.accepted(delivered=True), outbox_row(reply.key), at=later(hours=1))

    seen = whereabouts.of(proofs.Opened(ticket, None), at=later(hours=2))

    assert [one.url for one in seen.replies[0].documents] == [document.url]


def test_what_was_taken_off_meanwhile_does_not_go(desk: Desk, ticket: Ticket, document: Document) -> None:
    desk.unit.approves_answers = True
    desk.unit.save()
    waiting = replies.send(ticket, a_reply(documents=(document.pk,)), by=desk.alice, at=later(hours=1))
    documents.withdraw(document, reason="Đăng nhầm", by=desk.bob, at=later(hours=2))

    with pytest.raises(Refused) as sent:
        replies.send(ticket, a_reply(documents=(document.pk, 999)), by=desk.alice, at=later(hours=3))
    with pytest.raises(Refused) as signed:
        approval.approve(waiting, by=desk.bob, at=later(hours=3))

    assert list(sent.value.fields) == list(signed.value.fields) == ["documents"]
