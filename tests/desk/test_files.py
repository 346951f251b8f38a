"""Files at the desk: sent with forms, shown on the page, opened by whom they concern."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import Attachment, Exclusion, Ticket
from requests_desk.tickets.services import attachments
from tests.support import files
from tests.support.cast import Desk, log_ticket


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), officer=desk.alice)


def as_(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def a_file(ticket: Ticket, content: bytes = files.PDF, name: str = "giấy phép.pdf") -> Attachment:
    (file,) = attachments.take_in([files.upload(content, name)], [], by=None, at=timezone.now()).files
    attachments.attach([file], ticket)
    return file


def test_it_only_ever_downloads_a_file(desk: Desk, ticket: Ticket) -> None:
    file = a_file(ticket)

    answer = as_(desk.alice).get(file.url)

    assert files.body(answer) == files.PDF
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''gi%E1%BA%A5y%20ph%C3%A9p.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"].startswith("no-store, private")


def test_it_hides_a_file_from_strangers(desk: Desk, ticket: Ticket) -> None:
    file = a_file(ticket)

    assert as_(desk.charlie).get(file.url).status_code == 404
    assert Client().get(file.url).status_code == 302


def test_it_hides_a_sealed_file_from_those_it_names(desk: Desk) -> None:
    ticket = log_ticket(desk, at=timezone.now(), kind="harassment", unit=None)
    Exclusion.objects.create(ticket=ticket, user=desk.chief)
    file = a_file(ticket)

    assert as_(desk.alice).get(file.url).status_code == 404
    assert as_(desk.chief).get(file.url).status_code == 404
    assert files.body(as_(desk.leader).get(file.url)) == files.PDF


@pytest.mark.parametrize("state", ["waiting", "refused"])
def test_it_opens_no_file_that_was_not_scanned_or_not_kept(desk: Desk, ticket: Ticket, state: str) -> None:
    file = a_file(ticket)
    gone = {"place": "", "reason": "infected"} if state == "refused" else {}
    Attachment.objects.filter(pk=file.pk).update(state=state, **gone)

    client = as_(desk.alice)

    assert client.get(file.url).status_code == 404
    assert "giấy phép.pdf" in client.get(ticket.url).text


def test_it_sends_files_with_a_reply(desk: Desk, ticket: Ticket) -> None:
    said = {"action": "reply", "channel": "email", "text": "Kính gửi.", "files": [files.upload()]}

    answer = as_(desk.alice).post(f"{ticket.url}?reply=answer", said)

    assert answer.status_code == 302
    assert [file.name for file in ticket.replies.get().files.all()] == ["giấy phép.pdf"]
    assert "giấy phép.pdf" in as_(desk.alice).get(ticket.url).text


def test_a_refused_file_costs_neither_the_text_nor_the_other_files(desk: Desk, ticket: Ticket) -> None:
    client = as_(desk.alice)
    chosen = [files.upload(), files.upload(files.EXE, "cài.exe")]
    said = {"action": "reply", "channel": "email", "text": "Kính gửi Quý Công ty."}

    page = client.post(f"{ticket.url}?reply=answer", said | {"files": chosen})
    (kept,) = page.context["reply_form"].taken.kept
    again = client.post(f"{ticket.url}?reply=answer", said | {"kept": kept.token})

    assert page.status_code == 422
    assert "cài.exe: Không nhận loại tệp này" in page.text
    assert "Kính gửi Quý Công ty." in page.text and kept.token in page.text
    assert again.status_code == 302
    assert [file.name for file in ticket.replies.get().files.all()] == ["giấy phép.pdf"]


def test_it_keeps_files_with_notes_messages_and_new_requests(desk: Desk, ticket: Ticket) -> None:
    alice, lan = as_(desk.alice), as_(desk.lan)

    alice.post(ticket.url, {"action": "note", "text": "Xem tệp", "files": [files.upload(name="a.pdf")]})
    told = {"action": "message", "about": "more", "channel": "zalo", "text": "Gửi thêm"}
    alice.post(ticket.url, told | {"files": [files.upload(files.PNG, "b.png")]})
    call = {"channel": "letter", "text": "Hỏi", "phone": "0950000009", "kind": "information"}
    lan.post("/desk/new/", call | {"files": [files.upload(files.JPG, "c.jpg")]})

    names = list(Attachment.objects.filter(ticket__isnull=False).order_by("pk").values_list("name", flat=True))
    assert names == ["a.pdf", "b.png", "c.jpg"]


def test_it_reads_no_upload_further_than_its_limit(desk: Desk, ticket: Ticket, settings: object) -> None:
    settings.ATTACHMENT_MAX_BYTES = 100_000  # type: ignore[attr-defined]
    large = files.upload(files.PDF + b"\0" * 3_000_000, "lớn.pdf")

    page = as_(desk.alice).post(ticket.url, {"action": "note", "text": "Xem", "files": [large]})

    assert page.status_code == 422
    assert "lớn.pdf: Tệp có dung lượng quá lớn." in page.text
