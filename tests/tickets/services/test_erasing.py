"""Forgetting a request: no word of it, no name and no number is left anywhere; its history is proven all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from notifications.models import Notification
from notifications.results import Result
from requests_desk.tickets.models import (
    AskedPart,
    Attachment,
    Erasure,
    Event,
    Held,
    Mail,
    Mailbox,
    MailContent,
    Register,
    RegisterRow,
    Requester,
    RetentionRule,
    Survey,
    Ticket,
)
from requests_desk.tickets.queries import ledger as chains
from requests_desk.tickets.queries import rebuilt
from requests_desk.tickets.services import (
    apologies,
    assignment,
    attachments,
    closing,
    cycles,
    drafts,
    erasing,
    forgetting,
    handovers,
    intake,
    merging,
    replies,
    requester_merging,
)
from requests_desk.tickets.services.cycles import Words
from requests_desk.tickets.services.incoming import Asked
from requests_desk.tickets.services.reminders import sweep
from requests_desk.tickets.words import ErasedWhy
from tests.support import files
from tests.support.cast import Desk, a_reply, a_request, later, log_ticket, mail_is

# It stands in every word typed below, and its digits in every number.
SECRET, DIGITS = "bimat", "950777"
ASKED = Asked(
    name="Bà Bimat",
    organisation="Công ty Bimat",
    tax_code="0107950777",
    phones=("0950777001",),
    email="b@bimat.example",
)
LONG_AGO = timedelta(days=6 * 366)


def whole_story(desk: Desk) -> Ticket:
    """Let nearly everything happen to one request, with the secret in each word, and end it."""
    text = "1. Bimat một?\n2. Bimat hai?\n3. Bimat ba?"
    ticket = intake.log(desk.agency, a_request(text=text, asked=ASKED, unit=desk.unit), by=desk.lan, at=later()).ticket
    twin = intake.log(desk.agency, a_request(text="Bimat bốn?", asked=ASKED, unit=desk.unit), by=desk.lan, at=later())
    assignment.assign(ticket, unit=desk.unit, officer=desk.alice, by=desk.bob, at=later(hours=1))
    merging.merge(ticket, twin.ticket, reason="Trùng: bimat", by=desk.bob, at=later(hours=1))
    handover = handovers.offer(ticket, unit=desk.office, reason="Hỏi bimat", by=desk.alice, at=later(hours=2))
    handovers.give_back(handover, reason="Không phải bimat", by=desk.lan, at=later(hours=2))
    assignment.note(ticket, "Ghi chú bimat", by=desk.alice, at=later(hours=3), files=taken(3))
    said = Words("Thêm bimat", files=tuple(taken(4)))
    cycles.message_received(ticket, said, by=None, at=later(hours=4))
    drafts.keep(desk.alice, f"note:{ticket.code}", {"text": "bimat"}, agency=desk.agency, at=later(hours=4))
    interim = a_reply("interim", "email", done="Đã hỏi bimat", contact="Bimat, 0950777002", text="Kính gửi bà Bimat")
    replies.send(ticket, interim, by=desk.alice, at=later(hours=5))
    sweep(at=later(days=5))
    apology = apologies.submit(ticket, "Xin lỗi bà Bimat", by=desk.alice, at=later(days=5))
    apologies.sign(apology, by=desk.leader, at=later(days=5))
    send_all(later(days=5))
    answer = a_reply("answer", "call", spoke_to="Bà Bimat", said="Bimat là thế.", items=(1, 2, 3, 4))
    replies.send(ticket, answer, by=desk.alice, at=later(days=6))
    strays(desk, ticket)
    send_all(later(days=6))
    return closing.close(ticket, "answered", note="Bimat xong", by=desk.alice, at=later(days=6))


def taken(hours: int) -> list[Attachment]:
    return attachments.take_in([files.upload(name="bimat.pdf")], [], by=None, at=later(hours=hours)).files


def send_all(at: datetime) -> None:
    for row in Notification.objects.filter(state="pending", key__startswith="reply:"):
        mail_is(Result.accepted(), row, at=at)
    gone = {"state": "sent", "accepted_at": at, "outcome_at": at, "settled_at": at, "next_attempt_at": None}
    Notification.objects.filter(state="pending").update(**gone)


def strays(desk: Desk, ticket: Ticket) -> None:
    """Put copies where doors leave them: a raw mail, a held form, a row of an old register."""
    at = later(hours=1)
    box = Mailbox.objects.create(agency=desk.agency, address="hoidap@so.example", take_from_at=at)
    came = {
        "agency": desk.agency,
        "mailbox": box,
        "raw_digest": "0" * 64,
        "size": 9,
        "received_at": at,
        "stored_at": at,
    }
    words = {"sender": "b@bimat.example", "sender_name": "Bimat", "subject": "Bimat", "text": "Bimat", "html": "Bimat"}
    mail = Mail.objects.create(**came, **words, ticket=ticket, state="done")
    MailContent.objects.create(mail=mail, raw=b"Subject: bimat")
    data = {"text": "Bimat", "asked": {**erasing._EMPTY_FORM["asked"], "name": "Bimat"}}
    Held.objects.create(
        agency=desk.agency, submission="x", signs="honeypot", data=data, received_at=at,
        ticket=ticket, settled_at=at, settled_by=desk.lan,
    )  # fmt: skip
    file = Register.objects.create(
        agency=desk.agency,
        name="so.csv",
        digest="0" * 64,
        encoding="utf-8",
        headings=[],
        mapping={},
        by=desk.root,
        at=at,
    )
    rated = {"answered_at": at, "overall": "satisfied", "way": "paper", "entered_by": desk.lan, "comment": "Bimat"}
    Survey.objects.update_or_create(ticket=ticket, defaults=rated)
    asked = {"unit": desk.office, "question": "Bimat?", "due_at": later(days=3), "asked_by": desk.alice, "asked_at": at}
    AskedPart.objects.create(
        **asked, ticket=ticket, state="returned", settled_at=later(hours=2), return_reason="Không có bimat"
    )
    RegisterRow.objects.create(
        register=file, agency=desk.agency, number=1, cells=["Bimat"], state="taken", ticket=ticket
    )


def found() -> list[str]:
    """Return every row of every table in which the secret stands, in whatever spelling a column keeps."""
    rows = []
    spelt = f"{SECRET}|{DIGITS}|{SECRET.encode().hex()}"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t WHERE t::text ~* %s', [spelt])  # noqa: S608
            rows += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return rows


def proven() -> bool:
    return chains.verify(on_progress=lambda _n: None).ok and not list(rebuilt.differing(on_progress=lambda _n: None))


def test_it_leaves_no_word_and_no_name_anywhere_and_the_history_proven(
    desk: Desk, django_capture_on_commit_callbacks: object
):
    ticket = whole_story(desk)
    places = [place for place in Attachment.objects.values_list("place", flat=True) if place]
    before = dict(Event.objects.values_list("pk", "hash"))
    assert len(found()) > 20 and all(default_storage.exists(place) for place in places)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        erasing.erase(ticket, why=ErasedWhy.RETENTION, is_whole=True, by=None, at=later(days=7))

    assert found() == []
    assert not any(default_storage.exists(place) for place in places)
    assert proven()
    assert before.items() <= dict(Event.objects.values_list("pk", "hash")).items()
    assert {t.erased_why for t in Ticket.objects.all()} == {"retention"}


def test_it_keeps_the_record_and_forgets_who_asked_where_its_term_runs(desk: Desk):
    ticket = whole_story(desk)
    erasing.erase(ticket, why=ErasedWhy.REQUEST, is_whole=False, by=desk.root, at=later(days=7))

    ticket.refresh_from_db()
    assert ticket.text and ticket.erased_at is None and ticket.requester.erased_at
    assert [row for row in found() if "requester" in row.partition(":")[0] or "notification" in row] == []
    assert not Ticket.objects.filter(search="b").exists() and proven()


def test_it_leaves_the_record_of_the_requester_to_what_is_open(desk: Desk):
    old, running = (log_ticket(desk, asked=ASKED) for _one in range(2))
    closing.close(old, "withdrawn", note="Thôi", by=desk.alice, at=later(hours=1))
    send_all(later(hours=1))
    erasing.erase(old, why=ErasedWhy.REQUEST, is_whole=True, by=desk.root, at=later(hours=2))

    assert Ticket.objects.get(pk=running.pk).requester.name == "Bà Bimat"
    assert str(Ticket.objects.get(pk=old.pk).requester) == "Đã xóa"
    assert Requester.objects.count() == 2


def test_it_forgets_the_merged_records_of_a_requester_too(desk: Desk):
    one, other = log_ticket(desk, asked=ASKED), log_ticket(desk, asked=Asked(name="Bimat khác", phones=("0950777003",)))
    requester_merging.merge(one.requester, other.requester, reason="Là một bimat", by=desk.lan, at=later(hours=1))
    for ticket in (one, other):
        closing.close(ticket, "withdrawn", note="Thôi bimat", by=desk.alice, at=later(hours=1))
    send_all(later(hours=1))
    for ticket in (one, other):
        erasing.erase(ticket, why=ErasedWhy.REQUEST, is_whole=True, by=desk.root, at=later(hours=2))

    assert found() == []


def test_it_forgets_nothing_of_what_is_open_or_on_its_way(desk: Desk):
    ticket = log_ticket(desk, asked=ASKED)
    with pytest.raises(erasing.StillInUse):
        erasing.erase(ticket, why=ErasedWhy.REQUEST, is_whole=True, by=None, at=later(hours=1))
    closing.close(ticket, "withdrawn", note="Thôi", by=desk.alice, at=later(hours=1))  # its receipt has not gone yet
    with pytest.raises(erasing.StillInUse):
        erasing.erase(ticket, why=ErasedWhy.REQUEST, is_whole=True, by=None, at=later(hours=1))

    assert not Erasure.objects.exists() and Ticket.objects.get().text


def test_it_forgets_nothing_while_a_message_of_what_was_merged_into_it_is_on_its_way(desk: Desk):
    """Its words would stay behind in the outbox, and nobody would come back for them."""
    ticket, twin = (log_ticket(desk, asked=ASKED) for _number in range(2))
    merging.merge(ticket, twin, reason="Trùng", by=desk.bob, at=later(hours=1))
    closing.close(ticket, "withdrawn", note="Thôi", by=desk.alice, at=later(hours=1))
    mail_is(Result.accepted(), Notification.objects.get(subject=ticket.key, channel="email"), at=later(hours=1))

    with pytest.raises(erasing.StillInUse):
        erasing.erase(ticket, why=ErasedWhy.REQUEST, is_whole=True, by=None, at=later(hours=2))


def test_it_writes_down_what_it_did_where_nobody_can_change_it(desk: Desk):
    ticket = whole_story(desk)
    erasing.erase(ticket, why=ErasedWhy.RETENTION, is_whole=True, by=None, at=later(days=7))

    row = Erasure.objects.get(ticket=ticket)
    counted = {
        name: row.counts[name] for name in ("questions", "messages", "replies", "files", "raw_mails", "requesters")
    }
    assert counted == {"questions": 4, "messages": 3, "replies": 2, "files": 2, "raw_mails": 1, "requesters": 1}
    with pytest.raises(Exception, match="append_only"), transaction.atomic():
        Erasure.objects.update(why="request")


def test_it_is_for_the_database_to_refuse_an_empty_text_that_nobody_erased(desk: Desk):
    log_ticket(desk)

    with pytest.raises(IntegrityError, match="ticket_has_text"), transaction.atomic():
        Ticket.objects.update(text="")


def test_it_forgets_what_became_no_request_once_its_term_is_over(desk: Desk):
    RetentionRule.objects.create(agency=desk.agency, kind="information", years=5)
    strays(desk, log_ticket(desk))
    Held.objects.update(ticket=None, reason="Quảng cáo bimat")
    Mail.objects.update(ticket=None, state="dismissed", dismiss_reason="Bimat", settled_by=desk.lan, settled_at=later())
    RegisterRow.objects.update(ticket=None, state="wrong")
    AskedPart.objects.all().delete()
    Survey.objects.all().delete()

    early = forgetting.anonymise_strays(at=later(days=300))
    done = forgetting.anonymise_strays(at=later() + LONG_AGO)
    again = forgetting.anonymise_strays(at=later() + LONG_AGO)

    assert (early, done, again) == (0, 4, 0)
    assert found() == [] and Erasure.objects.get().ticket is None


# --- by rule ----------------------------------------------------------------------------------------------------------


def closed(desk: Desk, kind: str = "information") -> Ticket:
    ticket = log_ticket(desk, kind=kind, unit=None if kind == "harassment" else desk.unit)
    ended = closing.close(ticket, "withdrawn", note="Thôi", by=desk.leader, at=later(hours=1))
    send_all(later(hours=1))
    return ended


def test_it_forgets_by_rule_what_ended_long_enough_ago_and_goes_on_where_it_stopped(desk: Desk):
    RetentionRule.objects.create(agency=desk.agency, kind="information", years=5)
    RetentionRule.objects.create(agency=desk.agency, kind="harassment", years=10)
    tickets = [closed(desk) for _one in range(3)]
    sealed, kept = closed(desk, "harassment"), closed(desk, "feedback")

    early = list(forgetting.anonymise(at=later(days=5 * 365)))
    first = list(forgetting.anonymise(at=later() + LONG_AGO, limit=2))
    rest = list(forgetting.anonymise(at=later() + LONG_AGO))

    assert (early, first, rest) == ([], [2], [1])
    assert {one.pk for one in Ticket.objects.filter(erased_why="retention")} == {one.pk for one in tickets}
    assert all(Ticket.objects.get(pk=one.pk).text for one in (sealed, kept)) and proven()


def test_it_counts_first_when_asked_to(desk: Desk, capsys: pytest.CaptureFixture[str]):
    RetentionRule.objects.create(agency=desk.agency, kind="information", years=1)
    ticket = closed(desk)
    Ticket.objects.update(closed_at=later(days=-800), received_at=later(days=-801), logged_at=later(days=-801))

    call_command("anonymise", dry_run=True)
    said = capsys.readouterr().out
    assert "SCT: Yêu cầu cung cấp thông tin: 1" in said and "would forget 1" in said
    assert Ticket.objects.get(pk=ticket.pk).text
    call_command("anonymise")

    assert "1 of 1" in capsys.readouterr().out and Ticket.objects.get().text == ""


def test_it_changes_the_terms_with_a_line_in_the_departments_history(desk: Desk):
    changed = forgetting.keep_for(desk.agency, {"information": 5, "feedback": None}, by=desk.root, at=later())
    again = forgetting.keep_for(desk.agency, {"information": None}, by=desk.root, at=later())

    assert (changed, again, forgetting.rules_of(desk.agency)) == (["information"], ["information"], {})
