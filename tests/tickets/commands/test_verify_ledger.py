"""`manage.py verify_ledger`: a line changed, added, moved or removed behind the trigger's back is found (P14)."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from requests_desk.tickets.models import Event, Ticket
from requests_desk.tickets.queries import ledger
from requests_desk.tickets.services import assignment, reminders
from tests.support.cast import Desk, later, log_ticket


@pytest.fixture
def tickets(desk: Desk) -> list[Ticket]:
    """Three requests with a history each; the timer wrote into all of them."""
    tickets = [log_ticket(desk, officer=desk.alice, at=later(minutes=minute)) for minute in range(3)]
    reminders.sweep(at=later(days=5))
    return tickets


def tampered(sql: str) -> None:
    """Change the ledger as somebody could who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER USER")


def run(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify_ledger", *args, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_it_finds_a_whole_ledger_right(tickets):
    code, said = run()

    assert code == 0
    assert said == f"right: 3 chains, {Event.objects.count()} lines\n"


def test_it_finds_an_empty_ledger_right(db):
    assert json.loads(run("--json")[1]) == {"ok": True, "tickets": 0, "events": 0, "broken": 0, "first": None}


@pytest.mark.parametrize(
    ("sql", "seq", "fault"),
    [
        ("UPDATE tickets_event SET facts = facts || '{{\"unit\": 99}}' WHERE {here} AND seq = 1", 1, "changed"),
        ("UPDATE tickets_event SET at = at - interval '1 microsecond' WHERE {here} AND seq = 2", 2, "changed"),
        ("UPDATE tickets_event SET actor_id = NULL WHERE {here} AND seq = 1", 1, "changed"),
        ("UPDATE tickets_event SET kind = 'noted' WHERE {here} AND seq = 3", 3, "changed"),
        ("UPDATE tickets_event SET previous = repeat('0', 64) WHERE {here} AND seq = 3", 3, "unlinked"),
        ("UPDATE tickets_event SET hash = repeat('0', 64) WHERE {here} AND seq = 3", 3, "changed"),
        ("DELETE FROM tickets_event WHERE {here} AND seq = 1", 1, "missing"),
        ("DELETE FROM tickets_event WHERE {here} AND seq = 2", 2, "missing"),
        ("DELETE FROM tickets_event WHERE {here} AND seq > 2", 3, "missing"),
        ("DELETE FROM tickets_event WHERE {here}", 1, "missing"),
        ("UPDATE tickets_event SET seq = seq + 100 WHERE {here} AND seq = 2", 2, "missing"),
        ("UPDATE tickets_ticket SET ledger_head = repeat('0', 64) WHERE id = {id}", None, "missing"),
    ],
)
def test_it_names_the_first_broken_link(tickets, sql, seq, fault):
    ticket = tickets[1]
    last = ticket.events.count()

    tampered(sql.format(here=f"ticket_id = {ticket.pk}", id=ticket.pk))

    code, said = run("--json")
    assert code == 1
    assert json.loads(said)["first"] == {"ticket": ticket.code, "seq": seq or last + 1, "fault": fault}
    assert json.loads(said)["broken"] == 1


def test_it_finds_an_end_cut_off_even_with_the_count_made_to_fit(tickets):
    pk = tickets[1].pk

    tampered(f"DELETE FROM tickets_event WHERE ticket_id = {pk} AND seq > 2")  # noqa: S608
    tampered(f"UPDATE tickets_ticket SET ledger_seq = 2 WHERE id = {pk}")  # noqa: S608

    assert run()[1].startswith(f"WRONG: {tickets[1].code}, line 3 is missing;")


def test_it_finds_two_lines_swapped(tickets):
    here = f"ticket_id = {tickets[0].pk}"

    for new, old in ((1000, 1), (1, 2), (2, 1000)):
        tampered(f"UPDATE tickets_event SET seq = {new} WHERE {here} AND seq = {old}")  # noqa: S608

    assert run()[1].startswith(f"WRONG: {tickets[0].code}, line 1 is unlinked; 1 of 3 chains are broken")


def test_it_finds_a_line_moved_to_another_request(tickets):
    one, other = Ticket.objects.get(pk=tickets[0].pk), tickets[1]
    last = Event.objects.filter(ticket=other).count()

    tampered(f"UPDATE tickets_event SET ticket_id = {other.pk}, seq = {last + 1} WHERE hash = '{one.ledger_head}'")  # noqa: S608

    code, said = run("--json")
    assert (code, json.loads(said)["broken"]) == (1, 2)


def test_it_says_how_far_it_is(tickets, desk, monkeypatch):
    monkeypatch.setattr(ledger, "CHUNK", 5)
    heard: list[int] = []

    verdict = ledger.verify(on_progress=heard.append)

    assert len(heard) >= 2
    assert heard == sorted(heard)
    assert heard[-1] <= verdict.events


def test_it_reads_in_one_statement_whatever_its_length(tickets, desk, django_assert_num_queries):
    for minute in range(20):
        assignment.note(tickets[0], f"Ghi chú {minute}", by=desk.alice, at=later(days=6) + timedelta(minutes=minute))

    with django_assert_num_queries(1):
        assert ledger.verify(on_progress=lambda _events: None).ok
