"""What a mail becomes, each read by the real child and taken in by the real stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from notifications.results import Result
from requests_desk.doors.mail import pipeline
from requests_desk.doors.mail.bounded import Reader
from requests_desk.tickets import access
from requests_desk.tickets.models import Mail, Mailbox, Message, Reply, Ticket, TicketLink
from requests_desk.tickets.services import mails, reminders, replies, reply_address, sealing
from tests.support.cast import MORNING, Desk, a_reply, later, log_ticket, mail_is, outbox_row
from tests.support.files import PDF, packed
from tests.support.mail import BUSINESS, OURS, VOUCHED, a_mail, a_mailbox, a_report, signed_address, take, with_file

STRANGER = "la@khac.example"


@dataclass
class Door:
    """The e-mail door of the cast's department."""

    desk: Desk
    mailbox: Mailbox
    child: Reader

    def take(self, raw: bytes, **more: Any) -> Mail:
        return take(self.mailbox, raw, self.child, **more)


@pytest.fixture(scope="module")
def child() -> Iterator[Reader]:
    with Reader() as running:
        yield running


@pytest.fixture
def door(desk: Desk, child: Reader) -> Door:
    return Door(desk, a_mailbox(desk.agency), child)


def receipts() -> list[Notification]:
    return list(Notification.objects.filter(cause="acknowledgement").order_by("pk"))


# --- a new request --------------------------------------------------------------------------------------------------


def test_it_makes_a_request_of_a_mail(door):
    mail = door.take(a_mail("Xin hỏi về hồ sơ."), received_at=later(hours=-3))

    assert mail.state == "done"
    ticket = mail.ticket
    assert (ticket.channel, ticket.received_at, ticket.logged_at) == ("email", later(hours=-3), MORNING)
    assert ticket.text == "Hoi ve giay phep\n\nXin hỏi về hồ sơ."
    assert (ticket.requester.email, ticket.requester.name) == (BUSINESS, "Tran Thi B")


def test_it_acknowledges_to_the_sender_alone_and_says_none_of_their_words(door):
    door.take(a_mail("CHỮ CỦA NGƯỜI LẠ", Message_ID="<q1@vps.example>", Cc="nhieu@nguoi.example"))

    (receipt,) = receipts()
    assert receipt.destination == BUSINESS
    assert "CHỮ CỦA" not in receipt.text + receipt.html and "Tran Thi B" not in receipt.text + receipt.html
    assert receipt.headers["In-Reply-To"] == "<q1@vps.example>"
    assert receipt.headers["Reply-To"].startswith("hotro+sct-2026-000001.")


def test_it_stays_silent_to_an_address_that_has_had_enough(door):
    for number in range(8):
        door.take(a_mail(f"Câu hỏi số {number}", Subject=f"Hoi {number}"))

    assert Ticket.objects.count() == 8
    assert len(receipts()) == 5


def test_it_answers_an_english_mail_in_english(door):
    mail = door.take(a_mail("Dear Sir, we would like to ask for the list of documents. Kind regards, Jane"))

    assert mail.ticket.language == "en"


def test_it_gives_the_request_to_the_unit_of_the_mailbox(door):
    Mailbox.objects.update(unit=door.desk.unit)

    assert door.take(a_mail()).ticket.unit == door.desk.unit


def test_it_keeps_a_file_that_is_what_it_says(door):
    mail = door.take(with_file("don.pdf", PDF))

    (file,) = mail.ticket.files.all()
    assert (file.name, file.state, file.content_type) == ("don.pdf", "kept", "application/pdf")


def test_it_notes_a_file_it_does_not_keep(door):
    mail = door.take(with_file("../../chay.exe", b"MZ" + b"\0" * 200))

    (file,) = mail.ticket.files.all()
    assert (file.state, "/" in file.name) == ("refused", False)


def test_it_unpacks_no_bomb(door, settings):
    settings.ATTACHMENT_MAX_UNPACKED_BYTES = 1_000_000
    bomb = packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"\0" * 5_000_000})

    mail = door.take(with_file("bom.docx", bomb))

    (file,) = mail.ticket.files.all()
    assert (mail.state, file.state) == ("done", "refused")
    assert file.reason == "unpacked"


# --- the same mail once more ----------------------------------------------------------------------------------------


def test_it_takes_a_mail_delivered_twice_for_one(door):
    raw = a_mail("Một câu hỏi.")
    first = door.take(raw)

    second = door.take(b"Received: by mx2.so.example; Mon, 23 Nov 2026 08:00:00 +0700\r\n" + raw)

    assert (second.state, second.reason, second.duplicate_of) == ("done", "duplicate", first)
    assert Ticket.objects.count() == 1 and len(receipts()) == 1


def test_it_stores_the_very_same_bytes_once(door):
    raw = a_mail()
    first, is_new = mails.store(door.mailbox, raw, received_at=MORNING, at=MORNING)

    assert (mails.store(door.mailbox, raw, received_at=MORNING, at=MORNING), is_new) == ((first, False), True)


def test_it_takes_two_mails_without_a_message_id_for_two(door):
    door.take(a_mail("Câu một.", Message_ID=None))
    door.take(a_mail("Câu hai.", Message_ID="<>"))

    assert Ticket.objects.count() == 2


def test_it_takes_the_same_words_from_another_for_another(door):
    door.take(a_mail("Câu hỏi.", Message_ID="<same@x.example>"))
    door.take(a_mail("Câu hỏi.", Message_ID="<same@x.example>", From=STRANGER))

    assert Ticket.objects.count() == 2


# --- which request it belongs to ------------------------------------------------------------------------------------


def test_it_adds_what_comes_to_a_signed_address(door):
    ticket = door.take(a_mail()).ticket
    address = signed_address(door.desk, reply_address.token(ticket))

    mail = door.take(a_mail("Bổ sung.", To=address, From=STRANGER), at=later(hours=1))

    assert (mail.ticket, mail.said.text) == (ticket, "Bổ sung.")
    assert len(receipts()) == 1


def test_it_adds_what_answers_a_mail_of_ours(door):
    ticket = door.take(a_mail()).ticket

    mail = door.take(a_mail("Bổ sung.", In_Reply_To=receipts()[0].message_id), at=later(hours=1))

    assert mail.ticket == ticket and mail.said


@pytest.mark.parametrize("pointer", [{"References": "<q1@vps.example>"}, {"Subject": "Re: [SCT-2026-000001]"}])
def test_it_lets_the_requester_point_at_the_request(door, pointer):
    ticket = door.take(a_mail(Message_ID="<q1@vps.example>")).ticket

    mail = door.take(a_mail("Bổ sung.", **pointer), at=later(hours=1))

    assert mail.ticket == ticket and mail.said


@pytest.mark.parametrize("pointer", [{"References": "<q1@vps.example>"}, {"Subject": "Re: [SCT-2026-000001]"}])
def test_it_gives_a_stranger_who_points_at_it_a_request_of_their_own(door, pointer):
    ticket = door.take(a_mail(Message_ID="<q1@vps.example>")).ticket

    mail = door.take(a_mail("Cho tôi xem.", From=STRANGER, **pointer), at=later(hours=1))

    assert mail.ticket != ticket
    assert TicketLink.objects.get().kind == "possibly_about"
    assert not Message.objects.filter(ticket=ticket).exists()


@pytest.mark.parametrize("pointer", [{"References": "<q1@vps.example>"}, {"Subject": "Re: [SCT-2026-000001]"}])
def test_it_seals_what_a_stranger_writes_about_a_sealed_request_from_the_same_people(door, pointer):
    """P13: linked to one that anybody reads, the sealed one's code would stand in its history."""
    ticket = door.take(a_mail(Message_ID="<q1@vps.example>")).ticket
    sealing.seal(ticket, units=[door.desk.office], by=door.desk.leader, at=MORNING)

    new = door.take(a_mail("Cho tôi xem.", From=STRANGER, **pointer), at=later(hours=1)).ticket

    assert new != ticket and new.sealed
    assert sealing.hidden(new) == sealing.hidden(ticket)
    assert TicketLink.objects.get().ticket == new


def test_it_locks_the_request_pointed_at_before_a_code_is_taken(door):
    """Who follows up on a request holds it and then takes a code: the other way round the two wait for each other."""
    door.take(a_mail(Message_ID="<q1@vps.example>"))

    with CaptureQueriesContext(connection) as asked:
        door.take(a_mail("Cho tôi xem.", From=STRANGER, Subject="Re: [SCT-2026-000001]"), at=later(hours=1))

    said = [query["sql"] for query in asked]
    (locked,) = [place for place, sql in enumerate(said) if 'FROM "tickets_ticket"' in sql and "FOR UPDATE" in sql]
    (code,) = [place for place, sql in enumerate(said) if "INSERT INTO tickets_codecounter" in sql]
    assert locked < code


def test_it_gives_a_forged_sender_a_request_of_its_own(door):
    ticket = door.take(a_mail()).ticket

    forged = a_mail(Subject=f"Re {ticket.code}", Authentication_Results="mx.so.example; dmarc=fail")

    assert door.take(forged, at=later(hours=1)).ticket != ticket


def test_it_does_not_take_a_bent_signature_for_one(door):
    ticket = door.take(a_mail()).ticket
    bent = reply_address.token(ticket)[:-1] + "a"

    assert door.take(a_mail(To=signed_address(door.desk, bent), From=STRANGER)).ticket != ticket


def test_it_starts_a_new_round_with_a_mail_after_the_answer(door):
    """P7."""
    ticket = door.take(a_mail()).ticket
    reply = replies.send(ticket, a_reply(), by=door.desk.lan, at=later(hours=1))
    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=1))

    mail = door.take(a_mail("Chưa rõ.", In_Reply_To=outbox_row(reply.key).message_id), at=later(hours=5))

    mail.ticket.refresh_from_db()
    assert (mail.ticket, mail.ticket.cycle) == (ticket, 2)


# --- machines -------------------------------------------------------------------------------------------------------

AWAY = {"Auto_Submitted": "auto-replied", "Subject": "Automatic reply"}


def test_it_adds_an_automatic_reply_and_starts_nothing_with_it(door):
    ticket = door.take(a_mail()).ticket

    mail = door.take(a_mail("Tôi vắng mặt.", In_Reply_To=receipts()[0].message_id, **AWAY), at=later(hours=1))

    ticket.refresh_from_db()
    assert (mail.ticket, mail.nature, ticket.cycle) == (ticket, "auto_reply", 1)
    assert len(receipts()) == 1


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (AWAY, "auto_reply"),
        ({"Subject": "Trả lời tự động: nghỉ phép"}, "auto_reply"),
        ({"X_Autoreply": "yes"}, "auto_reply"),
        ({"List_Id": "<tin.example>"}, "list"),
        ({"Precedence": "bulk"}, "list"),
        ({"X_Desk_Key": "ack:1:email"}, "loop"),
        ({"From": OURS}, "loop"),
        ({"From": "MAILER-DAEMON@x.example", "Return_Path": "<>"}, "bounce"),
    ],
)
def test_it_parks_what_no_person_wrote(door, headers, reason):
    mail = door.take(a_mail(**headers))

    assert (mail.state, mail.reason, mail.ticket) == ("parked", reason, None)
    assert receipts() == []


def test_it_makes_a_request_of_what_a_form_elsewhere_sent_and_stays_silent(door):
    mail = door.take(a_mail(Auto_Submitted="auto-generated"))

    assert mail.ticket and receipts() == []


def test_it_makes_a_request_of_a_parked_mail_when_somebody_says_so(door):
    mail = door.take(a_mail(List_Id="<tin.example>"))

    mails.retry(mail.pk, as_request=True, by=door.desk.lan, at=later(minutes=5))
    pipeline.take_all(door.child, clock=lambda: later(minutes=6))

    mail.refresh_from_db()
    assert (mail.state, mail.ticket.received_at) == ("done", MORNING)


# --- a mail of ours comes back --------------------------------------------------------------------------------------


@pytest.fixture
def sent(door: Door) -> Reply:
    ticket = log_ticket(door.desk, officer=door.desk.alice)
    reply = replies.send(ticket, a_reply(), by=door.desk.alice, at=later(hours=1))
    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=1))
    return reply


def test_it_voids_the_delivery_of_what_came_back(door, sent):
    """P4."""
    mail = door.take(a_report(outbox_row(sent.key).message_id), at=later(hours=2))

    sent.refresh_from_db()
    assert (mail.state, mail.reason, mail.ticket) == ("done", "reported", sent.ticket)
    assert sent.reached_at is None
    assert outbox_row(sent.key).reason == "5.1.1"


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_it_voids_nothing_for_a_report_that_is_no_failure(door, sent, action):
    door.take(a_report(outbox_row(sent.key).message_id, action=action, status="4.4.1"), at=later(hours=2))

    sent.refresh_from_db()
    assert sent.reached_at == later(hours=1)


def test_it_voids_by_a_report_in_prose(door, sent):
    prose = f"I could not deliver {outbox_row(sent.key).message_id}: 550 5.1.1 no such user"

    door.take(a_mail(prose, From="postmaster@vps.example", Return_Path="<>"), at=later(hours=2))

    sent.refresh_from_db()
    assert sent.reached_at is None


def test_it_voids_nothing_for_a_guess(door, sent):
    mail = door.take(a_report(f"<{'0' * 32}@localhost>"), at=later(hours=2))

    sent.refresh_from_db()
    assert (mail.reason, sent.reached_at) == ("bounce", later(hours=1))


# --- staff ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def handled(door: Door) -> Ticket:
    return log_ticket(door.desk, officer=door.desk.alice)


def from_alice(door: Door, ticket: Ticket, text: str, **headers: str | None) -> bytes:
    address = signed_address(door.desk, reply_address.token(ticket, door.desk.alice.pk))
    usual: dict[str, str | None] = {
        "From": "Alice <alice@so.example>",
        "To": address,
        "Authentication-Results": VOUCHED,
    }
    return a_mail(text, **{**usual, **headers})


def test_it_sends_what_staff_answer_by_mail(door, handled):
    text = "Trả lời\nHồ sơ gồm ba giấy tờ.\n\n> Nhắc việc nội bộ\n> bí mật"

    door.take(from_alice(door, handled, text), at=later(hours=1))

    reply = handled.replies.get()
    assert (reply.kind, reply.author, reply.text) == ("answer", door.desk.alice, "Hồ sơ gồm ba giấy tờ.")
    assert outbox_row(reply.key).destination == BUSINESS


def test_it_keeps_what_staff_write_without_saying_that_it_answers(door, handled):
    door.take(from_alice(door, handled, "Tôi sẽ gọi lại chiều nay."), at=later(hours=1))

    assert handled.messages.get().direction == "note"
    assert not handled.replies.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"From": "alice@khac.example"},
        {"Authentication-Results": None},
        {"Authentication-Results": "mx.khac.example; dmarc=pass"},
        {"Authentication-Results": "mx.so.example; dmarc=fail"},
        {"From": '"alice@so.example" <ke-xau@khac.example>'},
        {"From": "=?utf-8?q?alice=40so.example?= <ke-xau@khac.example>"},
    ],
)
def test_it_parks_what_might_not_be_from_staff(door, handled, changes):
    mail = door.take(from_alice(door, handled, "Trả lời\nChuyển khoản cho tôi.", **changes), at=later(hours=1))

    assert (mail.state, mail.reason) == ("parked", "staff_unverified")
    assert not handled.replies.exists() and not handled.messages.exists()


def test_it_keeps_the_absence_note_of_staff_and_troubles_nobody_with_it(door, handled):
    mail = door.take(from_alice(door, handled, "Trả lời\nTôi nghỉ phép.", **{"Auto-Submitted": "auto-replied"}))

    assert (mail.state, mail.reason) == ("done", "staff")
    assert not handled.replies.exists() and not handled.messages.exists()


def test_it_parks_an_answer_to_an_alert_without_the_signed_address(door, handled):
    reminders.sweep(at=later(hours=41))
    alert = Notification.objects.get(recipient=f"user:{door.desk.alice.pk}", channel="email", cause="alert:reminder")
    headers = {"In-Reply-To": alert.message_id, "Authentication-Results": VOUCHED}

    mail = door.take(a_mail("Trả lời\nXong.", From="alice@so.example", **headers), at=later(hours=42))

    assert mail.reason == "staff_unverified"


def test_it_gives_alerts_an_address_signed_for_their_reader(door, handled):
    reminders.sweep(at=later(hours=41))

    alert = Notification.objects.get(recipient=f"user:{door.desk.alice.pk}", channel="email", cause="alert:reminder")
    assert f".s{door.desk.alice.pk}." in alert.headers["Reply-To"]
    assert 'dòng đầu ghi "Trả lời"' in alert.text


def test_it_parks_an_answer_that_cannot_be_sent(door, handled):
    handled.requester.email = ""
    handled.requester.save(update_fields=["email"])

    mail = door.take(from_alice(door, handled, "Trả lời\nXong."), at=later(hours=1))

    assert (mail.state, mail.reason, mail.ticket) == ("parked", "staff_refused", handled)


# --- who may add ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "proof", "is_authentic", "may"),
    [
        (BUSINESS, "subject", None, True),
        (BUSINESS, "references", True, True),
        (BUSINESS, "subject", False, False),
        (STRANGER, "subject", True, False),
        ("", "references", None, False),
        (STRANGER, "reply_address", None, True),
        (STRANGER, "message_id", False, True),
    ],
)
def test_it_decides_who_may_add(door, sender, proof, is_authentic, may):
    ticket = log_ticket(door.desk)

    assert access.may_add(ticket, sender, access.Proof(proof), is_authentic=is_authentic) is may


# --- what is odd ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "oddity"),
    [
        (lambda: a_mail(From='"minh@so.gov.vn" <evil@x.example>'), "deceptive_name"),
        (lambda: a_mail(From="=?utf-8?b?YWxpY2VAc28uZXhhbXBsZQ==?="), "no_sender"),
        (lambda: a_mail(To=", ".join(f"u{n}@x.example" for n in range(5_000))), "many_recipients"),
        (lambda: a_mail("", Subject=""), "no_text"),
        (lambda: a_mail(From="a@x.example, b@x.example"), "many_senders"),
    ],
)
def test_it_takes_an_odd_mail_in_and_says_what_is_odd(door, raw, oddity):
    mail = door.take(raw())

    assert mail.ticket and oddity in mail.oddities


def test_it_never_writes_to_five_thousand(door):
    door.take(a_mail(To=", ".join(f"u{n}@x.example" for n in range(5_000))))

    assert receipts() == []


def test_it_keeps_a_mail_of_many_words_whole_beside_the_request(door):
    mail = door.take(a_mail("Một dòng dài. " * 6_000))

    assert len(mail.ticket.text) < 50_000 < len(mail.text)


def test_it_takes_nul_bytes_and_half_letters(door):
    raw = a_mail("một\x00hai").replace(b"hai", b"hai \xff\xfe \xed\xa0\x80")

    assert "một\ufffdhai" in door.take(raw).ticket.text


def test_it_takes_a_time_ahead_of_the_clock_for_now(door):
    mail = door.take(a_mail(), received_at=MORNING + timedelta(hours=2))

    assert mail.ticket.received_at == MORNING
