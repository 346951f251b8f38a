"""`manage.py rebuild_clocks`: the history alone says what the clocks are, and gives them back (P14)."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection

from notifications.models import Notification
from notifications.results import Result
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import rebuilt
from requests_desk.tickets.services import (
    closing,
    corrections,
    cycles,
    ledger,
    locking,
    merging,
    policy_choice,
    reminders,
    repinning,
    replies,
)
from sla import catalogue
from sla.models import Breach, Clock, Firing, Milestone
from sla.policies import DEFAULT_POLICY
from tests.support.cast import (
    MORNING,
    Desk,
    a_reply,
    answered_by_call,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
    outbox_row,
)

EVENING = later(days=6)
TABLES = "sla_firing, sla_breach, sla_milestone, sla_pause, tickets_ticketclock, sla_clock"


@pytest.fixture
def tickets(desk: Desk) -> list[Ticket]:
    """Whatever can happen to a clock has happened to one of these, and some of it twice."""
    tickets = [log_ticket(desk, officer=desk.alice, at=later(hours=n)) for n in range(6)]
    merging.merge(tickets[0], tickets[1], reason="Cùng một việc.", by=desk.bob, at=later(hours=6))
    merging.unmerge(tickets[1], by=desk.bob, at=later(hours=7))
    merging.merge(tickets[0], tickets[1], reason="Vẫn là một.", by=desk.bob, at=later(hours=8))
    promised = replies.send(tickets[2], a_reply("interim"), by=desk.leader, at=later(hours=9))
    mail_is(Result.accepted(), outbox_row(promised.key), at=later(hours=10))
    answered_by_call(tickets[3], by=desk.alice, at=later(hours=10))
    cycles.reopen(tickets[3], "Chưa đúng.", by=desk.lan, at=later(hours=11))
    _apply_a_longer_promise(desk)
    reminders.sweep(at=later(hours=40))
    mail_bounces(outbox_row(promised.key), at=later(days=4))
    _correct(tickets[4], desk, hours=-47)
    reminders.sweep(at=later(days=5))
    _correct(tickets[4], desk, hours=-1)
    closing.close(tickets[5], "withdrawn", note="Thôi.", by=desk.alice, at=later(days=5))
    answered_by_call(tickets[4], by=desk.alice, at=later(days=5))
    reminders.sweep(at=EVENING)
    return tickets


def _apply_a_longer_promise(desk: Desk) -> None:
    owner, document = policy_choice.owner(desk.agency), DEFAULT_POLICY | {"first_reply": "49h"}
    version = catalogue.add_policy(owner, policy_choice.POLICY, name="49 giờ", document=document, at=MORNING)
    repinning.apply(desk.agency, version, reason="Thử.", missed=0, by=desk.root, at=later(hours=12))


def _correct(ticket: Ticket, desk: Desk, *, hours: int) -> None:
    at, received_at = later(hours=44 if hours == -47 else 121), later(hours=4 + hours)
    corrections.correct(ticket, received_at=received_at, reason="Ghi nhầm.", by=desk.bob, at=at)


def run(*args: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("rebuild_clocks", *args, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def everything() -> object:
    return rebuilt.stored(list(Ticket.objects.values_list("pk", flat=True)))


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come is not emptied
        cursor.execute(f"TRUNCATE {TABLES} RESTART IDENTITY")


def test_it_finds_the_clocks_as_the_history_tells_them(tickets):
    kinds = set(ledger.Event.objects.values_list("kind", flat=True))

    assert run("--check") == (0, "wrong: 0\n")
    assert {"policy_applied", "milestone_moved", "milestone_ended", "milestone_reopened", "breach_recorded"} <= kinds
    assert {"alert_told", "alert_superseded", "milestone_met"} <= kinds


def test_it_says_how_far_it_is(tickets):
    err = io.StringIO()

    call_command("rebuild_clocks", "--check", stdout=io.StringIO(), stderr=err)

    assert err.getvalue() == "6 requests read\n"


def test_it_gives_back_emptied_tables_as_they_were(tickets):
    before, places = everything(), list(Ticket.objects.order_by("pk").values_list("next_due_at", "queue_at"))
    emptied()

    assert run("--check")[0] == 1
    assert run()[0] == 0
    assert everything() == before
    assert list(Ticket.objects.order_by("pk").values_list("next_due_at", "queue_at")) == places
    assert run("--check") == (0, "wrong: 0\n")


def test_it_tells_nobody_again_after_the_tables_were_given_back(tickets):
    told, before = Notification.objects.count(), everything()
    emptied()
    run()

    reminders.sweep(at=EVENING)

    assert Notification.objects.count() == told
    assert everything() == before


def test_it_numbers_what_comes_after_beyond_what_was_given_back(tickets, desk):
    last = Clock.objects.latest("pk").pk
    emptied()
    run()

    log_ticket(desk, at=EVENING)

    assert Clock.objects.latest("pk").pk == last + 1


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (Milestone, {"due_at": later(days=30)}),
        (Milestone, {"opened_by": "reply:0"}),
        (Milestone, {"due_b_at": None}),
        (Clock, {"started_at": later(days=-30)}),
        (Firing, {"result": "superseded", "planned_at": later(days=-30)}),
        (Breach, {"cause": "not_reachable"}),
        (Breach, {"voided_at": EVENING, "void_reason": "x"}),
    ],
)
def test_it_names_the_request_whose_row_was_changed_and_puts_it_back(tickets, table, change):
    before, row = everything(), table.objects.order_by("pk").first()
    clock = row if table is Clock else row.clock if table is Milestone else row.milestone.clock
    code = clock.ticket_clock.ticket.code
    table.objects.filter(pk=row.pk).update(**change)

    exit_code, said = run("--check", "--json")

    assert exit_code == 1
    assert {"ticket": code, "fault": "clocks"} in json.loads(said)["wrong"]
    assert {row["ticket"] for row in json.loads(said)["wrong"]} == {code}
    assert run()[0] == 0
    assert everything() == before


def test_it_finds_a_breach_that_was_taken_away(tickets):
    breach = Breach.objects.first()
    code = breach.milestone.clock.ticket_clock.ticket.code
    breach.delete()

    assert f"{code} clocks\n" in run("--check")[1]


def test_it_leaves_alone_what_a_history_nobody_can_follow_tells(tickets):
    ticket = locking.lock(tickets[0], seen_seq=None, by=None)
    ledger.append([ledger.Line(ticket, "milestone_ended", {"milestone": 0})], actor=None, at=EVENING)
    before = everything()

    assert run("--check") == (1, f"{ticket.code} history\nwrong: 1\n")
    assert run() == (1, f"{ticket.code} history\nwrong: 1\n")
    assert everything() == before


# --- the questions of a request -----------------------------------------------------------------------------------


@pytest.fixture
def asked(desk: Desk) -> Ticket:
    """One of its two questions is answered; the other was, until its answer came back."""
    ticket = log_ticket(desk, text="Hỏi:\n1. Hồ sơ gồm gì?\n2. Nộp ở đâu?", officer=desk.alice)
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("answer", "call", items=(1,)))
    mailed = replies.send(ticket, a_reply("answer", items=(2,)), by=desk.alice, at=later(hours=2))
    mail_is(Result.accepted(), outbox_row(mailed.key), at=later(hours=2))
    mail_bounces(outbox_row(mailed.key), at=later(hours=3))
    return ticket


def test_it_finds_the_questions_as_the_history_tells_them(asked):
    assert list(asked.items.order_by("number").values_list("result", flat=True)) == ["answer", ""]
    assert run("--check") == (0, "wrong: 0\n")


def test_it_puts_a_question_back_that_was_changed_by_hand(asked):
    asked.items.update(result="", settled_by=None, settled_at=None)

    assert run("--check") == (1, f"{asked.code} items\nwrong: 1\n")
    assert run()[0] == 0
    assert asked.items.get(number=1).result == "answer"
    assert run("--check") == (0, "wrong: 0\n")


def test_it_cannot_give_back_the_words_of_a_question(asked):
    asked.items.filter(number=2).delete()

    assert run()[0] == 1
