"""Files kept, refused, handed over, scanned and swept up."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from notifications.models import Notification
from requests_desk.files.store import FileRefused
from requests_desk.people import identifiers
from requests_desk.tickets.models import Attachment, Ticket
from requests_desk.tickets.services import approval, assignment, attachments, cycles, intake, merging, replies
from requests_desk.tickets.services.cycles import Words
from requests_desk.tickets.services.reply_checks import Refused
from tests.support import clamd, files
from tests.support.cast import MORNING, Desk, a_reply, a_request, later, log_ticket


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


@pytest.fixture
def scanner(settings: Any) -> Iterator[clamd.Clamd]:
    with clamd.running() as server:
        settings.CLAMD_URL = server.url
        yield server


def kept(content: bytes = files.PDF, name: str = "giấy phép.pdf") -> Attachment:
    return attachments.keep(io.BytesIO(content), name, by=None, at=MORNING)


def refusal(content: bytes, name: str = "x.pdf") -> str:
    with pytest.raises(FileRefused) as refused:
        kept(content, name)
    return refused.value.reason


# --- keeping --------------------------------------------------------------------------------------------------


def test_it_keeps_bytes_under_a_name_that_tells_nothing(desk: Desk) -> None:
    file = kept()

    assert Path(default_storage.path(file.place)).read_bytes() == files.PDF
    assert (file.name, file.size, file.content_type) == ("giấy phép.pdf", len(files.PDF), "application/pdf")
    assert "gi" not in file.place.rpartition("/")[2] and len(file.place.rpartition("/")[2]) == 32
    assert Path(default_storage.path(file.place)).stat().st_mode & 0o777 == 0o600


def test_it_stops_reading_where_a_file_is_too_large(desk: Desk, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1000

    assert refusal(files.PDF + b"\0" * 1000) == "too_large"
    assert not Attachment.objects.exists()


def test_it_names_each_refused_file_and_keeps_the_others(desk: Desk) -> None:
    chosen = [files.upload(), files.upload(files.EXE, "../cài đặt.exe"), files.upload(files.DOCX, "đơn.docx")]

    taken = attachments.take_in(chosen, [], by=None, at=MORNING)

    assert [file.name for file in taken.files] == ["giấy phép.pdf", "đơn.docx"]
    assert [(refused.name, refused.reason) for refused in taken.refused] == [("cài đặt.exe", "type")]


def test_it_counts_what_was_kept_before(desk: Desk, settings: Any) -> None:
    settings.ATTACHMENT_MAX_COUNT = 2
    before = attachments.take_in([files.upload()], [], by=None, at=MORNING)
    more = [files.upload(files.DOCX, "a.docx"), files.upload(files.XLSX, "b.xlsx")]

    taken = attachments.take_in(more, [kept.token for kept in before.kept], by=None, at=MORNING)

    assert [file.name for file in taken.files] == ["giấy phép.pdf", "a.docx"]
    assert [refused.reason for refused in taken.refused] == ["too_many"]


def test_it_takes_the_same_file_chosen_again_for_one(desk: Desk) -> None:
    before = attachments.take_in([files.upload()], [], by=None, at=MORNING)

    taken = attachments.take_in([files.upload()], [before.kept[0].token], by=None, at=MORNING)

    assert len(taken.files) == 1


@pytest.mark.parametrize("token", ["", "1", '[1,"ab"]:forged', "x" * 5000])
def test_it_takes_no_token_that_it_did_not_give(desk: Desk, token: str) -> None:
    taken = attachments.take_in([], [token], by=None, at=MORNING)

    assert [refused.reason for refused in taken.refused] == ["gone"]


# --- what they belong to --------------------------------------------------------------------------------------


def test_it_hands_files_to_a_new_request_and_writes_it_down(desk: Desk) -> None:
    file = kept()

    ticket = intake.log(desk.agency, a_request(), by=desk.lan, at=MORNING, files=[file]).ticket

    event = ticket.events.get(kind="file_added")
    assert ticket.files.get() == file
    assert event.facts == {"file": file.pk, "digest": identifiers.text_digest(file.sha256)}


def test_it_hands_files_to_a_message_and_to_a_note(desk: Desk, ticket: Ticket) -> None:
    said = cycles.message_received(ticket, Words("Gửi bổ sung", files=(kept(),)), by=desk.lan, at=later(hours=1))
    note = assignment.note(ticket, "Xem tệp", by=desk.alice, at=later(hours=2), files=[kept(files.DOCX, "a.docx")])

    assert said.message and [file.name for file in said.message.files.all()] == ["giấy phép.pdf"]
    assert [file.name for file in note.files.all()] == ["a.docx"]


def test_it_sends_the_files_of_a_reply_with_its_mail(desk: Desk, ticket: Ticket) -> None:
    file = kept()

    reply = replies.send(ticket, a_reply("answer", "email"), by=desk.alice, at=later(hours=1), files=[file])

    mail = Notification.objects.get(key__startswith=f"{reply.key}:email")
    assert mail.files == [{"place": file.place, "name": "giấy phép.pdf", "content_type": "application/pdf"}]


def test_it_keeps_the_files_of_a_reply_that_waits_for_a_signature(desk: Desk, ticket: Ticket) -> None:
    refusal = a_reply("refusal", "email")
    reply = replies.send(ticket, refusal, by=desk.alice, at=later(hours=1), files=[kept()])

    approval.approve(reply, by=desk.leader, at=later(hours=2))

    assert len(Notification.objects.get(key__startswith=f"{reply.key}:email").files) == 1


def test_it_refuses_more_than_a_mail_may_hold(desk: Desk, ticket: Ticket, settings: Any) -> None:
    settings.ATTACHMENT_MAIL_BYTES = 10

    with pytest.raises(Refused) as refused:
        replies.send(ticket, a_reply("answer", "email"), by=desk.alice, at=later(hours=1), files=[kept()])

    assert "files" in refused.value.fields
    assert not ticket.replies.exists()


def test_it_copies_a_file_that_another_request_has_already(desk: Desk) -> None:
    file = kept()
    first = intake.log(desk.agency, a_request(), by=desk.lan, at=MORNING, files=[file]).ticket

    second = intake.log(desk.agency, a_request(), by=desk.lan, at=MORNING, files=[file]).ticket

    assert first.files.get().place != second.files.get().place
    assert first.files.get().sha256 == second.files.get().sha256


def test_it_moves_the_files_of_a_reply_with_a_merge_and_back(desk: Desk, ticket: Ticket) -> None:
    other = log_ticket(desk, at=later(minutes=5))
    replies.send(other, a_reply("answer", "call"), by=desk.lan, at=later(hours=1), files=[kept()])

    merging.merge(ticket, other, reason="Trùng", by=desk.bob, at=later(hours=2))
    on_survivor = ticket.files.count()
    merging.unmerge(other, by=desk.bob, at=later(hours=3))

    assert (on_survivor, ticket.files.count(), other.files.count()) == (1, 0, 1)


def test_the_database_holds_a_file_to_bytes_or_a_reason(desk: Desk) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.create(name="x", state="refused", added_at=MORNING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.create(name="x", added_at=MORNING)


def test_it_notes_a_file_that_was_not_kept(desk: Desk, ticket: Ticket) -> None:
    line = attachments.note_refused(ticket, FileRefused("x.exe", "type"), at=MORNING)

    assert (line.kind, line.facts["reason"]) == ("file_refused", "type")
    assert ticket.files.get().name == "x.exe"


# --- the public's token ---------------------------------------------------------------------------------------


def test_it_opens_a_file_to_the_public_for_an_hour(desk: Desk) -> None:
    file = kept()
    intake.log(desk.agency, a_request(), by=desk.lan, at=MORNING, files=[file])
    token = attachments.public_token(file, at=MORNING)

    assert attachments.by_public_token(token, at=later(minutes=59)) == file
    with pytest.raises(Attachment.DoesNotExist):
        attachments.by_public_token(token, at=later(minutes=61))


def test_a_staged_file_opens_to_nobody(desk: Desk) -> None:
    file = kept()

    for token in (attachments.public_token(file, at=MORNING), attachments.token_of(file)):
        with pytest.raises(Attachment.DoesNotExist):
            attachments.by_public_token(token, at=MORNING)


# --- the scanner ----------------------------------------------------------------------------------------------


def test_it_sends_every_byte_to_the_scanner(desk: Desk, scanner: clamd.Clamd) -> None:
    content = files.PDF + b"x" * 200_000

    kept(content)

    assert scanner.streams == [content]


def test_it_refuses_what_the_scanner_finds(desk: Desk, scanner: clamd.Clamd) -> None:
    assert refusal(clamd.EICAR, "a.txt") == "infected"


@pytest.mark.parametrize("said", ["INSTREAM size limit exceeded. ERROR", "", "COMMAND READ TIMED OUT"])
def test_it_takes_no_other_word_of_the_scanner_for_clean(desk: Desk, scanner: clamd.Clamd, said: str) -> None:
    scanner.says = said or " "

    assert kept().state == "waiting"


def test_a_file_waits_unopened_while_the_scanner_is_away(desk: Desk, settings: Any) -> None:
    settings.CLAMD_URL = "unix:///nowhere/clamd.ctl"

    file = kept()

    assert (file.state, file.is_open) == ("waiting", False)


def test_it_scans_what_waited_once_the_scanner_is_back(desk: Desk, scanner: clamd.Clamd) -> None:
    scanner.says = "ERROR"
    good, bad = kept(), kept(clamd.EICAR, "a.txt")
    ticket = intake.log(desk.agency, a_request(), by=desk.lan, at=MORNING, files=[good, bad]).ticket
    place, scanner.says = bad.place, ""

    assert attachments.rescan(at=later(hours=1)) == 2

    assert [(file.state, file.reason) for file in ticket.files.order_by("pk")] == [
        ("kept", ""),
        ("refused", "infected"),
    ]
    assert not default_storage.exists(place)
    assert ticket.events.get(kind="file_refused").facts == {"file": bad.pk, "reason": "infected"}


# --- upkeep ---------------------------------------------------------------------------------------------------


def test_it_forgets_files_of_forms_that_were_never_sent(desk: Desk) -> None:
    old, used = kept(), kept()
    intake.log(desk.agency, a_request(), by=desk.lan, at=MORNING, files=[used])

    assert attachments.forget_staged(at=later(days=1)) == 0
    assert attachments.forget_staged(at=later(days=1, seconds=1)) == 1
    assert not default_storage.exists(old.place)
    assert default_storage.exists(used.place)


def test_it_forgets_bytes_that_no_row_names(desk: Desk) -> None:
    file, lost = kept(), kept()
    Attachment.objects.filter(pk=lost.pk).delete()
    for place in (file.place, lost.place):
        os.utime(default_storage.path(place), (MORNING.timestamp(),) * 2)

    attachments.forget_strays(at=MORNING + timedelta(days=2))

    assert default_storage.exists(file.place)
    assert not default_storage.exists(lost.place)
