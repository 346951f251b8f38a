"""Correcting when a request was received: what moves with it, and what never goes away (P1, P6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from notifications.models import Notification
from requests_desk.tickets import access
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import closing, corrections, locking, reminders
from sla.models import Breach, Firing, Milestone
from tests.support.cast import MORNING, PROMISE, Desk, a_reply, answered_by_call, later, log_ticket


@pytest.fixture
def desk(tireless: Desk) -> Desk:
    """Work where no reminder moves; tests/sla/test_office.py tells of those that do."""
    return tireless


DUE = MORNING + PROMISE
HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def correct(ticket: Ticket, desk: Desk, *, back: timedelta, at: datetime, **more: Any) -> Ticket:
    usual = {"received_at": MORNING - back, "reason": "Sổ trực ghi giờ khác.", "by": desk.bob, "at": at}
    return corrections.correct(ticket, **{**usual, **more})


def first(ticket: Ticket) -> Milestone:
    return Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply")


def breaches(ticket: Ticket) -> list[tuple[datetime, str]]:
    rows = Breach.objects.filter(milestone__clock__ticket_clock__ticket=ticket).order_by("pk")
    return [(row.due_at, row.void_reason) for row in rows]


def test_it_moves_what_is_open_on_the_versions_it_is_pinned_to(desk, ticket):
    """P1, P10."""
    correct(ticket, desk, back=3 * HOUR, at=later(hours=5))

    ticket.refresh_from_db()
    milestone = first(ticket)
    assert ticket.received_at == MORNING - 3 * HOUR
    assert milestone.clock.started_at == MORNING - 3 * HOUR
    assert (milestone.due_at, milestone.due_a_at) == (DUE - 3 * HOUR, DUE - 3 * HOUR)
    assert ticket.next_due_at == DUE - 3 * HOUR


def test_it_keeps_both_times_in_history_and_the_words_out_of_it(desk, ticket):
    """P1, P14."""
    correct(ticket, desk, back=3 * HOUR, at=later(hours=5))

    corrected, moved = ticket.events.order_by("-seq")[:2][::-1]
    assert corrected.kind == "received_corrected"
    assert (corrected.facts["was_at"], corrected.facts["received_at"]) == (
        MORNING.isoformat(),
        (MORNING - 3 * HOUR).isoformat(),
    )
    assert (moved.facts["was_due_at"], moved.facts["due_at"]) == (DUE.isoformat(), (DUE - 3 * HOUR).isoformat())
    assert "Sổ trực" not in str(corrected.facts)
    assert ticket.messages.get().text == "Sổ trực ghi giờ khác."


def test_it_earns_the_reminders_again_for_the_new_moment(desk, ticket):
    """P1: what was told about the old deadline says nothing of the new one."""
    reminders.sweep(at=DUE - 24 * HOUR)

    correct(ticket, desk, back=2 * HOUR, at=DUE - 23 * HOUR)
    reminders.sweep(at=DUE - 23 * HOUR)

    told = Firing.objects.filter(rung="officer-1440m").order_by("pk")
    assert [firing.due_at for firing in told] == [DUE, DUE - 2 * HOUR]
    assert Notification.objects.filter(cause="alert:reminder").count() == 2


def test_it_finds_a_breach_dated_when_it_was_due(desk, ticket):
    """P6: an earlier receipt may mean that the promise is broken already; it is told."""
    correct(ticket, desk, back=10 * HOUR, at=DUE - 5 * HOUR)
    reminders.sweep(at=DUE - 5 * HOUR)

    assert breaches(ticket) == [(DUE - 10 * HOUR, "")]
    assert Notification.objects.filter(cause="alert:breach").exists()


def test_it_finds_a_breach_behind_a_reply_that_seemed_in_time(desk, ticket):
    """P6."""
    answered_by_call(ticket, by=desk.alice, at=DUE - HOUR)

    correct(ticket, desk, back=2 * HOUR, at=DUE + HOUR)

    assert breaches(ticket) == [(DUE - 2 * HOUR, "")]


@pytest.mark.parametrize("answered", [True, False])
def test_it_annotates_void_a_breach_that_was_none_and_keeps_its_row(desk, answered):
    """P6."""
    ticket = log_ticket(desk, at=later(hours=4), received_at=MORNING, received_reason="Gọi lúc 8 giờ", by=desk.bob)
    reminders.sweep(at=DUE + timedelta(minutes=1))
    if answered:
        answered_by_call(ticket, by=desk.bob, at=DUE + HOUR)

    correct(ticket, desk, back=-3 * HOUR, at=DUE + 2 * HOUR)

    assert breaches(ticket) == [(DUE, "received_at_corrected")]
    assert first(ticket).due_at == DUE + 3 * HOUR


def test_it_dates_a_breach_that_stays_one_anew(desk):
    """P6: the old row stays beside it."""
    ticket = log_ticket(desk, at=later(hours=4), received_at=MORNING, received_reason="Gọi lúc 8 giờ", by=desk.bob)
    reminders.sweep(at=DUE + timedelta(minutes=1))

    correct(ticket, desk, back=-3 * HOUR, at=DUE + 5 * HOUR)

    assert breaches(ticket) == [(DUE, "received_at_corrected"), (DUE + 3 * HOUR, "")]


def test_it_voids_no_breach_of_a_promised_time(desk, ticket):
    """P5: a promise counts from nothing."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))
    reminders.sweep(at=later(days=4, minutes=1))

    correct(ticket, desk, back=HOUR, at=later(days=5))

    assert breaches(ticket) == [(later(days=4), "")]


def test_it_corrects_a_closed_request_too(desk, ticket):
    """P1: reports read it."""
    answered_by_call(ticket, by=desk.alice, at=DUE - HOUR)
    closing.close(ticket, "answered", by=desk.alice, at=DUE)

    correct(ticket, desk, back=2 * HOUR, at=DUE + HOUR)

    assert breaches(ticket) == [(DUE - 2 * HOUR, "")]
    assert Ticket.objects.get().state == "closed"


@pytest.mark.parametrize("who", ["alice", "lan", "ivan", "root"])
def test_it_is_left_to_a_head_of_unit_or_above(desk, ticket, who):
    """P1."""
    with pytest.raises(access.Denied):
        correct(ticket, desk, back=HOUR, at=later(hours=1), by=getattr(desk, who))

    assert Ticket.objects.get().received_at == MORNING


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"received_at": later(minutes=1)}, "received_at"),
        ({"received_at": MORNING}, "received_at"),
        ({"received_at": datetime(1800, 1, 1, tzinfo=MORNING.tzinfo)}, "received_at"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_it_is_refused_with_what_to_change(desk, ticket, change, field):
    """P1: never the future, never without a reason."""
    with pytest.raises(corrections.Refused) as refused:
        correct(ticket, desk, back=HOUR, at=later(hours=1), **change)

    assert list(refused.value.fields) == [field]
    assert not ticket.events.filter(kind="received_corrected").exists()


def test_it_lies_before_whatever_reached_the_requester(desk):
    ticket = log_ticket(desk, at=later(hours=4), received_at=MORNING, received_reason="Gọi lúc 8 giờ", by=desk.bob)
    answered_by_call(
        ticket, by=desk.bob, at=later(hours=4), draft=a_reply("answer", "call", happened_at=later(hours=1))
    )

    with pytest.raises(corrections.Refused):
        correct(ticket, desk, back=-2 * HOUR, at=later(hours=5))


def test_it_makes_a_colleague_look_again(desk, ticket):
    seen = ticket.ledger_seq
    correct(ticket, desk, back=HOUR, at=later(hours=1))

    with pytest.raises(locking.ChangedMeanwhile):
        closing.close(ticket, "answered", by=desk.alice, at=later(hours=2), seen_seq=seen)
