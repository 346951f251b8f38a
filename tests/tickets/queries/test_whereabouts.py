"""What the public may read of a request, and nothing besides."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from notifications.results import Result
from requests_desk.tickets.models import TicketClock
from requests_desk.tickets.queries import public, whereabouts
from requests_desk.tickets.queries.whereabouts import Status
from requests_desk.tickets.services import closing, intake, replies
from requests_desk.tickets.services.intake import Logged
from requests_desk.tickets.services.reminders import sweep
from sla import clocks
from sla.policies import DEFAULT_POLICY
from tests.support import cast
from tests.support.cast import MORNING, PROMISE, Desk, later

PHONE = "0950000001"


@pytest.fixture
def asked(desk: Desk) -> Logged:
    return intake.log(desk.agency, cast.a_request(unit=desk.unit), by=desk.lan, at=MORNING)


def full(asked: Logged, **after: float) -> Status:
    return whereabouts.by_code(asked.ticket.code, lookup=asked.lookup_code, at=later(**after))


def by_phone(asked: Logged, **after: float) -> Status:
    return whereabouts.by_code(asked.ticket.code, phone=PHONE, at=later(**after))


def test_it_is_a_view_that_nobody_can_change(asked: Logged):
    found = full(asked)

    with pytest.raises(FrozenInstanceError):
        found.state = "closed"  # type: ignore[misc]


def test_it_holds_no_words_for_a_phone_number(desk: Desk, asked: Logged):
    replies.send(asked.ticket, cast.a_reply("transfer", "call"), by=desk.leader, at=later(hours=1))

    told = repr(by_phone(asked, hours=2))

    for secret in ("rượu", "ba giấy tờ", "Thuế tỉnh", "Luật", "transfer", "Vạn Phát", "Trần Thị B", "alice", "Alice"):
        assert secret not in told


def test_it_names_no_person_even_in_full(desk: Desk, asked: Logged):
    replies.send(asked.ticket, cast.a_reply("answer", "call"), by=desk.alice, at=later(hours=1))

    told = repr(full(asked, hours=2))

    for person in ("Alice", "Trần Thị B", "Chị B", "0950000001"):
        assert person not in told


def test_it_owes_the_first_reply_then_the_promise_then_nothing(desk: Desk, asked: Logged):
    first = by_phone(asked, hours=1)
    replies.send(asked.ticket, cast.a_reply("interim", "call"), by=desk.alice, at=later(hours=2))
    promised = by_phone(asked, hours=3)
    replies.send(asked.ticket, cast.a_reply("answer", "call"), by=desk.alice, at=later(hours=4))
    answered = by_phone(asked, hours=5)

    assert (first.due_at, first.owed) == (MORNING + PROMISE, True)
    assert (promised.due_at, promised.owed) == (later(days=4), True)
    assert (answered.owed, answered.late, answered.breached) == (False, False, False)
    assert promised.interim and promised.interim.at == later(hours=2)
    assert answered.answer and answered.answer.at == later(hours=4)


@pytest.mark.parametrize("swept", [True, False])
def test_it_is_late_from_the_due_instant_whether_the_timer_ran_or_not(asked: Logged, swept: bool):
    before = by_phone(asked, hours=47, minutes=59)
    if swept:
        sweep(at=later(hours=48))
    due = by_phone(asked, hours=48)

    assert (before.late, before.breached) == (False, False)
    assert (due.late, due.breached) == (True, True)


def test_it_remembers_a_breach_after_the_answer(desk: Desk, asked: Logged):
    sweep(at=later(hours=48))
    replies.send(asked.ticket, cast.a_reply("answer", "call"), by=desk.alice, at=later(hours=50))

    found = by_phone(asked, hours=51)

    assert (found.late, found.breached) == (False, True)


def test_it_drops_a_breach_that_a_late_proof_made_void(desk: Desk, asked: Logged):
    reply = replies.send(asked.ticket, cast.a_reply(), by=desk.alice, at=later(hours=47))
    row = cast.outbox_row(reply.key)
    sweep(at=later(hours=48))
    cast.mail_is(Result.accepted("1"), row, at=later(hours=47, minutes=30))

    found = by_phone(asked, hours=49)

    assert [step.is_late for step in found.milestones] == [False]


def test_it_shows_a_reply_only_while_its_delivery_stands(desk: Desk, asked: Logged):
    reply = replies.send(asked.ticket, cast.a_reply(), by=desk.alice, at=later(hours=1))
    sent = full(asked, hours=1)
    row = cast.outbox_row(reply.key)
    cast.mail_is(Result.accepted("1"), row, at=later(hours=2))
    arrived = full(asked, hours=2)
    row.refresh_from_db()
    cast.mail_bounces(row, at=later(hours=3))
    bounced = full(asked, hours=3)

    assert [found.answer is not None for found in (sent, arrived, bounced)] == [False, True, False]
    assert [len(found.replies) for found in (sent, arrived, bounced)] == [0, 1, 0]
    assert bounced.owed


def test_it_shows_no_call_that_nobody_took(desk: Desk, asked: Logged):
    missed = cast.a_reply("answer", "call", call_outcome="no_answer", spoke_to="", said="")
    replies.send(asked.ticket, missed, by=desk.alice, at=later(hours=1))

    assert full(asked, hours=2).replies == ()


def test_it_says_how_it_ended_only_in_full(desk: Desk, asked: Logged):
    closing.close(asked.ticket, "withdrawn", note="Tôi không cần nữa.", by=desk.alice, at=later(hours=1))

    assert (full(asked, hours=2).ending, by_phone(asked, hours=2).ending) == ("withdrawn", "")
    assert full(asked, hours=2).state == "closed"


def test_it_explains_days_off_by_the_calendar_the_clock_is_pinned_to(db: None):
    desk = cast.open_desk(policy=DEFAULT_POLICY | {"rule": "B"})
    asked = intake.log(desk.agency, cast.a_request(), by=desk.lan, at=MORNING)

    found = full(asked)

    assert (found.rule, found.due_at) == ("B", later(hours=72))  # the 24th is a holiday
    assert any("nghỉ lễ" in sentence for sentence in found.explanation)


def test_it_shows_the_promise_of_the_newest_cycle(desk: Desk, asked: Logged):
    replies.send(asked.ticket, cast.a_reply("answer", "call"), by=desk.alice, at=later(hours=1))
    again, first = later(days=7), asked.ticket.ticket_clocks.get().clock
    clock, _changes = clocks.start(
        policy_version=first.policy_version, calendar_version=first.calendar_version, started_at=again, at=again
    )
    TicketClock.objects.create(ticket=asked.ticket, clock=clock, cycle=2)

    found = full(asked, days=8)

    assert (found.due_at, found.answer, len(found.replies)) == (again + PROMISE, None, 1)


@pytest.mark.parametrize("lookup", ["", "-", "0"])
def test_it_takes_no_empty_proof(asked: Logged, lookup: str):
    with pytest.raises(public.NotFound):
        whereabouts.by_code(asked.ticket.code, phone="", lookup=lookup, at=MORNING)
