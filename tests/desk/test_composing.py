"""The composer of replies: one form for four kinds, looked at before it goes, taken back while it waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from notifications.models import Notification
from requests_desk.tickets.models import Attachment, Event, Reply, Ticket
from requests_desk.tickets.services import replies
from tests.support import files
from tests.support.cast import Desk, a_reply, later, log_ticket

ANSWER = {"action": "reply", "kind": "answer", "channel": "email", "text": "Hồ sơ gồm ba giấy tờ."}


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), officer=desk.alice)


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.alice)
    return client


def test_what_another_kind_needs_is_passed_over_and_stays_typed(client: Client, ticket: Ticket) -> None:
    typed = ANSWER | {"text": "", "promised_at": "mai", "ground": "Điều 6"}

    page = client.post(ticket.url, typed)

    assert set(page.context["reply_form"].errors) == {"text"}
    assert 'value="mai"' in page.text and 'value="Điều 6"' in page.text


# --- looked at first ----------------------------------------------------------------------------------------------


def test_the_preview_is_the_mail_that_goes(client: Client, ticket: Ticket) -> None:
    chosen = ANSWER | {"files": [files.upload()]}

    page = client.post(ticket.url, chosen | {"step": "preview"})
    seen, typed = page.context["preview"].mail, page.context["typed"]
    client.post(ticket.url, dict(typed))
    sent = Notification.objects.get(cause="reply")

    assert (seen.title, seen.text, seen.html) == (sent.title, sent.text, sent.html)
    assert f'srcdoc="{escape(sent.html)}"' in page.text
    assert list(seen.files) == sent.files and len(sent.files) == 1


def test_it_shows_the_sms_of_progress_and_what_the_status_page_will_say(client: Client, ticket: Ticket) -> None:
    promised = {"reason": "not_ready", "done": "Đã hỏi.", "contact": "Alice", "promised_at": in_days(3)}
    chosen = ANSWER | promised | {"kind": "interim", "channel": "sms"}

    page = client.post(ticket.url, chosen | {"step": "preview"})
    client.post(ticket.url, dict(page.context["typed"]))

    sent = Notification.objects.get(cause="reply")
    assert (sent.channel, page.context["preview"].mail.text) == ("sms", sent.text)
    assert sent.text in page.text and ANSWER["text"] in page.text
    assert ANSWER["text"] not in sent.text


def in_days(days: int) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def test_a_preview_writes_nothing(client: Client, ticket: Ticket) -> None:
    before = Event.objects.count(), Notification.objects.count()

    page = client.post(ticket.url, ANSWER | {"step": "preview"})

    assert "chưa gửi gì" in page.text
    assert (Event.objects.count(), Notification.objects.count()) == before and not Reply.objects.exists()


def test_it_leads_back_with_everything_kept(client: Client, ticket: Ticket) -> None:
    page = client.post(ticket.url, ANSWER | {"step": "preview", "files": [files.upload()], "contact": "Chị An"})

    back = client.post(ticket.url, dict(page.context["typed"]) | {"step": "back"})

    form = back.context["reply_form"]
    assert (form["text"].value(), form["contact"].value(), form.errors) == (ANSWER["text"], "Chị An", {})
    assert [kept.file.name for kept in form.taken.kept] == ["giấy phép.pdf"]


def test_it_previews_nothing_that_could_not_be_sent(client: Client, ticket: Ticket) -> None:
    page = client.post(ticket.url, ANSWER | {"step": "preview", "kind": "refusal"})

    assert page.status_code == 422
    assert "ground" in page.context["reply_form"].errors


def test_it_shows_a_letter_as_the_sheet_it_becomes(client: Client, ticket: Ticket) -> None:
    letter = {"channel": "letter", "document_number": "12/SCT-QLTM", "step": "preview"}

    page = client.post(ticket.url, ANSWER | letter)

    assert "Độc lập - Tự do - Hạnh phúc" in page.text and "12/SCT-QLTM" in page.text


# --- taken back, or sent later ------------------------------------------------------------------------------------


def test_it_takes_a_reply_back_into_its_form(client: Client, ticket: Ticket, settings: Any) -> None:
    settings.UNDO_SECONDS = 10
    sent = client.post(ticket.url, ANSWER | {"files": [files.upload()]}, follow=True)
    assert "Hoàn tác" in sent.text

    undone = client.post(ticket.url, {"action": "undo", "reply": Reply.objects.get().pk}, follow=True)

    assert undone.context["reply_form"]["text"].value() == ANSWER["text"]
    assert [file.name for file in undone.context["attached"]] == ["giấy phép.pdf"]
    assert not Notification.objects.filter(cause="reply").exists()


def test_it_says_when_it_is_too_late_to_take_back(client: Client, ticket: Ticket, desk: Desk) -> None:
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=timezone.now())

    page = client.post(ticket.url, {"action": "undo", "reply": reply.pk})

    assert page.status_code == 422 and "Đã quá muộn" in page.text


@pytest.mark.parametrize(
    ("moment", "is_offered"),
    [(datetime(2026, 11, 23, 8, 0, tzinfo=UTC), False), (datetime(2026, 11, 24, 13, 0, tzinfo=UTC), True)],
)
def test_it_offers_the_opening_while_the_office_is_closed(desk: Desk, moment: datetime, is_offered: bool) -> None:
    ticket = log_ticket(desk, officer=desk.alice)

    with time_machine.travel(moment, tick=False):
        client = Client()
        client.force_login(desk.alice)
        page = client.get(ticket.url)
        client.post(ticket.url, ANSWER | {"send_at": "opening"})
        today = client.get("/desk/")

    assert ("send_at" in page.context["reply_form"].fields) == is_offered
    assert Reply.objects.get().goes_at == (later(hours=47, minutes=30) if is_offered else None)
    assert ("07:30 25/11/2026" in today.text) == is_offered


# --- ready texts and scripts ----------------------------------------------------------------------------------------


def test_it_puts_a_ready_text_behind_what_is_typed_with_its_blanks_filled_in(client: Client, ticket: Ticket) -> None:
    typed = ANSWER | {"kind": "interim", "step": "ready", "ready": "interim_compile", "promised_at": "2026-12-04T16:30"}

    form = client.post(ticket.url, typed).context["reply_form"]

    text = form["text"].value()
    assert text.startswith(ANSWER["text"]) and "Phòng Quản lý thương mại đang tổng hợp" in text
    assert text.endswith("trước 16:30 04/12/2026.") and form.kind == "interim"


def test_it_marks_what_a_ready_text_still_waits_for(client: Client, ticket: Ticket) -> None:
    typed = ANSWER | {"text": "", "step": "ready", "ready": "interim_more", "promised_at": ""}

    page = client.post(ticket.url, typed)

    assert page.context["unfilled"] == ["Dòng 1: …… chưa được điền.", "Dòng 2: {promised} chưa được điền."]


def test_it_sends_nothing_with_a_blank_and_says_where_it_is(client: Client, ticket: Ticket) -> None:
    page = client.post(ticket.url, ANSWER | {"text": "Mã {code}\nCăn cứ: ……\n{mau}"})

    assert page.context["reply_form"].errors["text"] == ["Dòng 2: …… chưa được điền.", "Dòng 3: {mau} chưa được điền."]
    assert not Reply.objects.exists()


def test_it_fills_in_as_it_sends(client: Client, ticket: Ticket) -> None:
    client.post(ticket.url, ANSWER | {"text": "Mã {ma}."})

    assert Reply.objects.get().text == f"Mã {ticket.code}."


def test_the_script_of_a_call_says_what_is_typed(client: Client, ticket: Ticket) -> None:
    typed = ANSWER | {"channel": "call", "step": "script"}

    page = client.post(ticket.url, typed)

    (script,) = [text for kind, _name, text in page.context["scripts"] if kind == "answer"]
    assert "Tôi là Alice, Phòng Quản lý thương mại" in script and ticket.code in script and ANSWER["text"] in script


def test_it_counts_the_calls_nobody_took(desk: Desk) -> None:
    """P3: three, two hours apart in office time; a message left counts as no answer."""
    ticket = log_ticket(desk, officer=desk.alice)
    for hours, outcome in ((1, "no_answer"), (1.5, "voicemail"), (3, "voicemail")):
        call = a_reply("answer", "call", call_outcome=outcome, spoke_to="", said="")
        replies.send(ticket, call, by=desk.alice, at=later(hours=hours))

    with time_machine.travel(later(hours=3, minutes=5), tick=False):
        client = Client()
        client.force_login(desk.alice)
        page = client.get(ticket.url)

    assert page.context["tried"] == (2, later(hours=7))
    assert "2/3" in page.text


# --- bad input ----------------------------------------------------------------------------------------------------


def test_the_fifth_of_five_files_costs_neither_the_four_nor_the_text(
    client: Client, ticket: Ticket, settings: Any
) -> None:
    settings.ATTACHMENT_MAX_BYTES = 2_000
    four = [files.upload(files.PDF + b"%" + str(n).encode(), f"{n}.pdf") for n in range(1, 5)]
    fifth = files.upload(files.PDF + b" " * 2_000, "ban-ve.pdf")

    page = client.post(ticket.url, ANSWER | {"files": [*four, fifth]})

    form = page.context["reply_form"]
    assert page.status_code == 422 and "ban-ve.pdf: " in page.text and ANSWER["text"] in page.text
    assert [kept.file.name for kept in form.taken.kept] == ["1.pdf", "2.pdf", "3.pdf", "4.pdf"]
    assert not Reply.objects.exists() and Attachment.objects.filter(ticket=None).count() == 4
