"""Two officers at one ticket: the second is told what the first did, and the timer disturbs nobody."""

from __future__ import annotations

import pytest

from notifications.models import Notification
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import assignment, closing, reminders, replies
from requests_desk.tickets.services.locking import ChangedMeanwhile
from tests.support.cast import Desk, a_reply, answered_by_call, later, log_ticket


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


@pytest.mark.parametrize("act", ["assign", "reply", "close"])
@pytest.mark.parametrize("then", ["assign", "reply", "close"])
def test_it_stops_the_second_and_says_who_did_what(desk, ticket, act, then):
    seen = ticket.ledger_seq
    do(desk, ticket, act, by=desk.bob)

    with pytest.raises(ChangedMeanwhile) as error:
        do(desk, ticket, then, by=desk.alice, seen_seq=seen)

    kinds = {"assign": "assigned", "reply": "reply_recorded", "close": "closed"}
    assert (error.value.event.kind, error.value.event.actor) == (kinds[act], desk.bob)


@pytest.mark.parametrize("then", ["assign", "reply", "close"])
def test_it_lets_the_same_person_and_whoever_looked_again_go_on(desk, ticket, then):
    do(desk, ticket, "assign", by=desk.alice)
    do(desk, ticket, then, by=desk.alice, seen_seq=ticket.ledger_seq)

    assert Ticket.objects.get().ledger_seq > ticket.ledger_seq


def test_it_is_not_disturbed_by_the_timer_or_a_note(desk, ticket):
    seen = ticket.ledger_seq
    reminders.sweep(at=later(days=1))
    assignment.note(ticket, "Ghi chú", by=desk.bob, at=later(days=1))

    answered_by_call(ticket, by=desk.alice, at=later(hours=25))
    replies.send(ticket, a_reply("answer", "call"), by=desk.alice, at=later(hours=26), seen_seq=seen)

    assert ticket.replies.count() == 2


def test_it_takes_the_same_reply_sent_twice_for_one(desk, ticket):
    seen = ticket.ledger_seq

    first, second = (
        replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1, seconds=s), seen_seq=seen) for s in (0, 2)
    )

    assert (first, ticket.replies.count()) == (second, 1)
    assert Notification.objects.filter(cause=replies.CAUSE).count() == 1


@pytest.mark.parametrize(
    ("minutes", "changes"), [(1, {"text": "Bổ sung."}), (121, {})], ids=["another text", "two hours later"]
)
def test_it_takes_another_reply_or_another_time_for_a_second(desk, ticket, minutes, changes):
    seen = ticket.ledger_seq
    replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1), seen_seq=seen)

    replies.send(ticket, a_reply(**changes), by=desk.alice, at=later(hours=1, minutes=minutes), seen_seq=seen)

    assert ticket.replies.count() == 2


def test_it_changes_nothing_for_the_second(desk, ticket):
    answered_by_call(ticket, by=desk.bob, at=later(hours=1))
    before = ticket.events.count()

    with pytest.raises(ChangedMeanwhile):
        replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=2), seen_seq=1)

    assert (ticket.events.count(), ticket.replies.count()) == (before, 1)


def do(desk: Desk, ticket: Ticket, act: str, **more: object) -> None:
    ways = {
        "assign": lambda: assignment.assign(ticket, unit=desk.unit, officer=desk.bob, at=later(hours=1), **more),
        "reply": lambda: replies.send(ticket, a_reply("answer", "call"), at=later(hours=1), **more),
        "close": lambda: closing.close(ticket, "withdrawn", note="Thôi.", at=later(hours=1), **more),
    }
    ways[act]()
