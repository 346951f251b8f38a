"""`manage.py rebuild_clocks`: the queue's copies and the timer agree with the clocks, or are made to (design §3)."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from requests_desk.tickets.models import NOTHING_DUE, Ticket
from requests_desk.tickets.services import closing, reminders
from sla.models import Firing, Milestone
from tests.support.cast import MORNING, PROMISE, Desk, a_reply, answered_by_call, later, log_ticket


@pytest.fixture
def tickets(desk: Desk) -> list[Ticket]:
    """One open, one with a promise, one answered, one wanted soon, one withdrawn, one overdue and told."""
    tickets = [log_ticket(desk, officer=desk.alice, wanted_by=later(hours=4) if n == 3 else None) for n in range(5)]
    answered_by_call(tickets[1], by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))
    answered_by_call(tickets[2], by=desk.alice, at=later(hours=1))
    closing.close(tickets[4], "withdrawn", note="Thôi.", by=desk.alice, at=later(hours=2))
    overdue = log_ticket(desk, received_at=later(days=-4), received_reason="Mất điện")
    reminders.sweep(at=MORNING)
    return [*tickets, overdue]


def run(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("rebuild_clocks", *args, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_it_finds_nothing_wrong_in_what_the_services_wrote(tickets):
    assert run("--check") == (0, "wrong: 0\n")
    assert json.loads(run("--check", "--json")[1]) == {"ok": True, "wrong": []}


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (0, {"next_due_at": later(days=9)}),
        (0, {"next_due_at": None}),
        (0, {"queue_at": later(hours=1)}),
        (2, {"next_due_at": MORNING + PROMISE, "queue_at": MORNING}),
        (2, {"queue_at": MORNING}),
        (3, {"queue_at": MORNING + PROMISE}),
        (4, {"next_due_at": MORNING + PROMISE, "queue_at": MORNING}),
    ],
)
def test_it_names_a_request_out_of_its_place_and_puts_it_back(tickets, place, change):
    ticket = tickets[place]
    before = Ticket.objects.values("next_due_at", "queue_at").get(pk=ticket.pk)
    Ticket.objects.filter(pk=ticket.pk).update(**change)

    assert run("--check") == (1, f"{ticket.code} queue\nwrong: 1\n")
    assert run()[0] == 0
    assert run("--check")[0] == 0
    assert Ticket.objects.values("next_due_at", "queue_at").get(pk=ticket.pk) == before


def test_it_changes_nothing_when_only_asked_to_check(tickets):
    Ticket.objects.filter(pk=tickets[0].pk).update(queue_at=NOTHING_DUE, next_due_at=None)

    run("--check")

    assert Ticket.objects.get(pk=tickets[0].pk).next_due_at is None


def test_it_wakes_the_timer_for_what_it_would_never_have_looked_at(tickets, desk):
    Milestone.objects.filter(clock__ticket_clock__ticket=tickets[0]).update(next_look_at=None)
    code, said = run("--check", "--json")

    run()
    reminders.sweep(at=later(days=400))

    assert (code, json.loads(said)["wrong"]) == (1, [{"ticket": tickets[0].code, "fault": "silent"}])
    assert Firing.objects.filter(milestone__clock__ticket_clock__ticket=tickets[0]).count() == 6
