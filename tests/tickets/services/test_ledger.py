"""The ledger (P14): append-only in the database, chained by hash, and without anybody's name or words."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from notifications.results import Result
from requests_desk.people.identifiers import text_digest
from requests_desk.tickets.models import Event, Ticket
from requests_desk.tickets.services import assignment, closing, ledger, reminders, replies
from requests_desk.tickets.services.incoming import Asked
from requests_desk.tickets.words import EventKind
from tests.support.cast import (
    Desk,
    a_reply,
    answered_by_call,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
    outbox_row,
)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def lived(desk: Desk, ticket: Ticket) -> list[Event]:
    """Let nearly everything happen to a ticket and return its history."""
    assignment.note(ticket, "Ghi chú nội bộ về chị Bình", by=desk.alice, at=later(minutes=5))
    missed = replies.Draft("answer", "call", call_outcome="no_answer")
    replies.send(ticket, missed, by=desk.alice, at=later(minutes=10))
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=2))
    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=2))
    mail_bounces(outbox_row(reply.key), at=later(hours=3), reason="5.1.1")
    reminders.sweep(at=later(days=5))
    closing.close(ticket, "withdrawn", note="Cảm ơn, tôi tự tìm được", by=desk.alice, at=later(days=6))
    return list(ticket.events.order_by("seq"))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tickets_event SET kind = 'noted'",
        "UPDATE tickets_event SET facts = '{}'",
        "DELETE FROM tickets_event",
        "DELETE FROM tickets_event WHERE seq = 1",
    ],
)
def test_it_is_refused_by_the_database_to_whoever_writes_sql(ticket, sql):
    """P14."""
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.parametrize("change", ["update", "save", "delete", "delete_one", "bulk_update"])
def test_it_is_refused_by_the_database_to_our_own_code(ticket, change):
    """P14."""
    event = ticket.events.first()
    ways = {
        "update": lambda: Event.objects.update(kind="noted"),
        "save": event.save,
        "delete": Event.objects.all().delete,
        "delete_one": event.delete,
        "bulk_update": lambda: Event.objects.bulk_update([event], ["facts"]),
    }

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        ways[change]()


def test_it_chains_each_line_to_the_one_before(desk, ticket):
    """P14."""
    events = lived(desk, ticket)

    ticket.refresh_from_db()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.previous for event in events] == ["", *(event.hash for event in events[:-1])]
    assert (ticket.ledger_seq, ticket.ledger_head) == (events[-1].seq, events[-1].hash)


@pytest.mark.parametrize("changed", ["ticket_id", "seq", "kind", "actor_id", "at", "facts", "previous"])
def test_it_seals_everything_a_line_says(changed):
    """P14."""
    line = {
        "ticket_id": 1,
        "seq": 2,
        "kind": "noted",
        "actor_id": None,
        "at": later(),
        "facts": {"message": 7},
        "previous": "a" * 64,
    }
    other = {
        "ticket_id": 2,
        "seq": 3,
        "kind": "closed",
        "actor_id": 1,
        "at": later(seconds=1),
        "facts": {"message": 8},
        "previous": "b" * 64,
    }

    assert ledger.event_hash(**line) != ledger.event_hash(**{**line, changed: other[changed]})


def test_it_writes_a_line_for_everything_that_happens(desk, ticket):
    """P14: a closed list of kinds."""
    kinds = {event.kind for event in lived(desk, ticket)}

    assert kinds <= set(EventKind.values)
    assert kinds >= {
        "logged",
        "acknowledged",
        "assigned",
        "noted",
        "reply_recorded",
        "reply_reached",
        "reply_not_reached",
        "reply_voided",
        "milestone_opened",
        "milestone_met",
        "milestone_reopened",
        "milestone_ended",
        "alert_told",
        "alert_superseded",
        "breach_recorded",
        "closed",
    }


def test_it_says_who_did_it_and_when(desk, ticket):
    """P14: nobody, where it was the timer or a machine."""
    actors = {event.kind: event.actor_id for event in lived(desk, ticket)}

    assert (actors["logged"], actors["assigned"], actors["noted"]) == (desk.lan.pk, desk.bob.pk, desk.alice.pk)
    assert actors["alert_told"] is actors["reply_voided"] is actors["breach_recorded"] is None


def test_it_holds_no_name_phone_address_or_word_of_anybody(desk):
    """P14: neither of the requester, nor of the office."""
    asked = Asked(
        name="Nguyễn Thị Xuân",
        organisation="Công ty Mật",
        tax_code="9900000016",
        phones=("0912345678",),
        email="xuan@mat.example",
        address="Số 7 phố Kín",
    )
    ticket = log_ticket(desk, officer=desk.alice, asked=asked, text="Nội dung bí mật", field="cap_phep")

    told = json.dumps([event.facts for event in lived(desk, ticket)], ensure_ascii=False)

    secrets = ("Xuân", "Mật", "9900000016", "12345678", "xuan@", "phố Kín", "bí mật", "Bình", "tự tìm", "ba giấy tờ")
    assert [secret for secret in secrets if secret in told] == []


def test_it_can_prove_a_text_it_does_not_hold(desk, ticket):
    """P14: by a keyed digest."""
    facts = ticket.events.get(kind="logged").facts

    assert facts["text_digest"] == text_digest(ticket.text)
    assert facts["text_digest"] != text_digest(ticket.text + ".")


def test_it_keeps_the_ticket_a_history_belongs_to(ticket):
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("DELETE FROM tickets_ticket; SET CONSTRAINTS ALL IMMEDIATE")
