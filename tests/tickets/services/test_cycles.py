"""What a requester says after the answer (P7): a new cycle, a new request, or nothing at all."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.results import Result
from requests_desk.tickets.models import Exclusion, Notice, Ticket, TicketClock, TicketLink
from requests_desk.tickets.queries import promise
from requests_desk.tickets.services import closing, corrections, cycles, leaving, refusing, reminders, replies
from requests_desk.tickets.services.cycles import Taken, Words
from sla.models import Breach, Milestone
from tests.support.cast import (
    MORNING,
    PROMISE,
    Desk,
    a_reply,
    answered_by_call,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
    outbox_row,
)

ANSWERED = later(hours=10)
HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """A request answered over the phone ten hours after it came."""
    ticket = log_ticket(desk, officer=desk.alice)
    answered_by_call(ticket, by=desk.alice, at=ANSWERED)
    ticket.refresh_from_db()
    return ticket


def says(ticket: Ticket, text: str = "Còn mẫu đơn thì sao?", *, at: datetime, **more: Any) -> Taken:
    return cycles.message_received(ticket, Words(text, **more), by=None, at=at)


def clock(ticket: Ticket, cycle: int) -> Milestone:
    return Milestone.objects.get(
        clock__ticket_clock__ticket=ticket, clock__ticket_clock__cycle=cycle, name="first_reply"
    )


def breach_count(ticket: Ticket) -> int:
    return Breach.objects.filter(milestone__clock__ticket_clock__ticket=ticket).count()


def test_it_starts_a_new_cycle_whose_clock_begins_when_the_message_came(desk, ticket):
    """P7."""
    taken = says(ticket, at=later(days=3), received_at=later(days=3, hours=-1))

    ticket.refresh_from_db()
    milestone = clock(ticket, 2)
    assert taken.opened == "cycle"
    assert (ticket.cycle, ticket.state) == (2, "assigned")
    assert milestone.clock.started_at == later(days=3, hours=-1)
    assert ticket.next_due_at == milestone.due_at == later(days=5, hours=-1)
    assert promise.of(ticket).due_at == milestone.due_at


def test_it_keeps_how_the_old_cycle_ended(desk, ticket):
    """P7: closed or not."""
    closing.close(ticket, "answered", by=desk.alice, at=later(hours=11))

    says(ticket, at=later(days=3))

    old, new = ticket.cycles.order_by("number")
    assert (old.number, old.reason, old.ending, old.closed_at) == (1, "received", "answered", later(hours=11))
    assert (new.number, new.reason, new.ending, new.received_at) == (2, "message", "", later(days=3))
    ticket.refresh_from_db()
    assert (ticket.ending, ticket.closed_at) == ("", None)


@pytest.mark.parametrize(
    ("kinds", "result"),
    [
        (["answer"], "answered"),
        (["refusal"], "refused"),
        (["transfer"], "transferred"),
        (["answer", "refusal"], "partly_answered"),
    ],
)
def test_it_reads_the_result_of_a_cycle_nobody_closed_from_its_replies(desk, kinds, result):
    ticket = log_ticket(desk, officer=desk.alice)
    for kind in kinds:
        answered_by_call(ticket, by=desk.leader, at=ANSWERED, draft=a_reply(kind, "call"))

    says(ticket, at=later(days=3))

    assert ticket.cycles.get(number=1).ending == result


def test_it_ends_a_new_cycle_by_its_own_reply_alone(desk, ticket):
    """P7, P15: the answer of the old cycle closes nothing any more."""
    says(ticket, at=later(days=3))
    with pytest.raises(closing.ReplyMissing):
        closing.close(ticket, "answered", by=desk.alice, at=later(days=3, hours=1))

    reply = answered_by_call(ticket, by=desk.alice, at=later(days=3, hours=2))
    closing.close(ticket, "answered", by=desk.alice, at=later(days=3, hours=3))

    assert reply.cycle == 2
    assert clock(ticket, 2).met_at == later(days=3, hours=2)


def test_it_takes_late_mail_of_the_old_cycle_for_no_answer_of_the_new(desk):
    """P7: what was written before the message answers nothing of it."""
    ticket = log_ticket(desk, officer=desk.alice)
    slow = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))
    answered_by_call(ticket, by=desk.alice, at=ANSWERED)
    says(ticket, at=later(days=3))

    mail_is(Result.accepted(), outbox_row(slow.key), at=later(days=3, hours=1))

    ticket.refresh_from_db()
    assert clock(ticket, 2).is_open
    assert ticket.state == "assigned"


def test_it_reopens_the_old_promise_when_its_answer_bounces_and_leaves_the_new_one_alone(desk):
    """P4, P7."""
    ticket = log_ticket(desk, officer=desk.alice)
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))
    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=1))
    says(ticket, at=later(hours=20))

    mail_bounces(outbox_row(reply.key), at=later(hours=21))

    ticket.refresh_from_db()
    assert clock(ticket, 1).is_open
    assert clock(ticket, 2).is_open
    assert ticket.next_due_at == MORNING + PROMISE
    answered_by_call(ticket, by=desk.alice, at=later(hours=22))
    assert not Milestone.objects.filter(met_at__isnull=True).exists()


def test_it_counts_interims_and_calls_of_a_cycle_apart(desk, ticket):
    """P5: the third interim of a request is not the first of its next cycle."""
    for day in (3, 6, 9):
        says(ticket, at=later(days=day))
        draft = a_reply("interim", "call", promised_at=later(days=day + 1))
        replies.send(ticket, draft, by=desk.alice, at=later(days=day, hours=1))
        answered_by_call(ticket, by=desk.alice, at=later(days=day, hours=2))

    assert Ticket.objects.get().cycle == 4


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ({"is_thanks": True}, later(days=1)),
        ({"is_automatic": True}, later(days=1)),
        ({"received_at": ANSWERED - HOUR}, later(days=1)),
    ],
    ids=["thanks", "automatic", "crossed the answer"],
)
def test_it_starts_nothing_by_thanks_automatic_mail_or_what_crossed_the_answer(desk, ticket, words, at):
    """P7."""
    taken = says(ticket, at=at, **words)

    ticket.refresh_from_db()
    assert taken.opened == ""
    assert (ticket.cycle, ticket.state, ticket.next_due_at) == (1, "replied", None)
    assert ticket.messages.get(direction="in").text


def test_it_starts_nothing_while_no_answer_was_delivered(desk):
    """P7: the clock runs on."""
    ticket = log_ticket(desk, officer=desk.alice)
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))

    assert says(ticket, at=later(hours=2)).opened == ""
    assert Ticket.objects.get().next_due_at == later(days=4)


@pytest.mark.parametrize(("days", "opened"), [(30, "cycle"), (30.001, "ticket")])
def test_it_opens_a_new_linked_request_more_than_thirty_days_later(desk, ticket, days, opened):
    """P7."""
    taken = says(ticket, at=ANSWERED + timedelta(days=days))

    assert taken.opened == opened
    links = [(link.ticket_id, link.kind, link.other_id) for link in TicketLink.objects.all()]
    assert links == [(taken.ticket.pk, "follow_up", ticket.pk)] * (opened == "ticket")


def test_it_makes_the_new_request_one_of_the_same_requester_with_its_own_promise(desk, ticket):
    at = ANSWERED + timedelta(days=40)

    new = says(ticket, "Nay xin hỏi tiếp.", at=at).ticket

    assert (new.requester, new.unit, new.text) == (ticket.requester, ticket.unit, "Nay xin hỏi tiếp.")
    assert new.next_due_at == at + PROMISE
    assert new.events.latest("seq").kind == "linked"


def test_it_seals_what_follows_a_sealed_request_from_the_same_people(desk):
    """P13."""
    ticket = log_ticket(desk, kind="harassment", unit=None)
    Exclusion.objects.create(ticket=ticket, user=desk.bob)
    answered_by_call(ticket, by=desk.leader, at=ANSWERED)

    new = says(ticket, at=ANSWERED + timedelta(days=40)).ticket

    assert new.sealed
    assert [one.user for one in new.exclusions.all()] == [desk.bob]


def test_it_makes_a_new_request_of_what_comes_after_an_ending_without_reply(desk):
    ticket = log_ticket(desk, officer=desk.alice)
    closing.close(ticket, "withdrawn", note="Thôi.", by=desk.alice, at=later(hours=1))

    assert says(ticket, at=later(hours=2)).opened == "ticket"
    assert Ticket.objects.get(pk=ticket.pk).ending == "withdrawn"


def test_it_is_taken_up_when_not_answered_to_the_point(desk, ticket):
    """P7."""
    taken = cycles.reopen(ticket, "Tôi hỏi về bán buôn.", by=desk.lan, at=later(days=1))

    assert taken.opened == "cycle"
    assert ticket.cycles.get(number=2).reason == "not_to_the_point"
    assert taken.message.text == "Tôi hỏi về bán buôn."


def test_it_is_not_taken_up_before_it_was_answered(desk):
    ticket = log_ticket(desk)

    with pytest.raises(refusing.NotNow) as refused:
        cycles.reopen(ticket, "Chưa đúng.", by=desk.lan, at=later(hours=1))

    assert refused.value.code == "not_answered_yet"


def test_it_goes_back_when_the_message_was_a_mere_thank_you(desk, ticket):
    """P7."""
    closing.close(ticket, "answered", by=desk.alice, at=later(hours=11))
    says(ticket, "Cảm ơn Sở.", at=later(days=1))

    cycles.mark_thanks(ticket, by=desk.alice, at=later(days=1, hours=1))

    ticket.refresh_from_db()
    assert (ticket.cycle, ticket.state, ticket.ending, ticket.next_due_at) == (1, "closed", "answered", None)
    assert clock(ticket, 2).end_reason == "thanks"


def test_it_numbers_the_cycle_after_an_annulled_one_anew(desk, ticket):
    says(ticket, at=later(days=1))
    cycles.mark_thanks(ticket, by=desk.alice, at=later(days=1, hours=1))

    says(ticket, at=later(days=2))

    ticket.refresh_from_db()
    assert ticket.cycle == 3
    assert TicketClock.objects.filter(ticket=ticket).count() == 3


def test_it_keeps_a_breach_of_a_cycle_called_thanks_too_late(desk, ticket):
    """P6."""
    says(ticket, at=later(days=1))

    cycles.mark_thanks(ticket, by=desk.alice, at=later(days=4))

    assert breach_count(ticket) == 1


@pytest.mark.parametrize("how", ["never taken up", "not to the point", "replied to"])
def test_it_calls_nothing_else_thanks(desk, ticket, how):
    if how == "not to the point":
        cycles.reopen(ticket, "Chưa đúng.", by=desk.lan, at=later(days=1))
    elif how == "replied to":
        says(ticket, at=later(days=1))
        answered_by_call(ticket, by=desk.alice, at=later(days=1, hours=1))

    with pytest.raises(refusing.NotNow):
        cycles.mark_thanks(ticket, by=desk.alice, at=later(days=2))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words("  "), "text"),
        (Words("Hỏi", "telex"), "channel"),
        (Words("Hỏi", received_at=later(days=9)), "received_at"),
        (Words("Hỏi", received_at=MORNING - HOUR), "received_at"),
    ],
)
def test_it_says_what_is_wrong_with_a_message(desk, ticket, words, field):
    with pytest.raises(cycles.Refused) as refused:
        cycles.message_received(ticket, words, by=desk.lan, at=later(days=1))

    assert list(refused.value.fields) == [field]


def test_it_moves_the_first_cycle_alone_when_the_receipt_is_corrected(desk, ticket):
    """P1, P7."""
    says(ticket, at=later(days=3))

    corrections.correct(ticket, received_at=MORNING - HOUR, reason="Sổ trực", by=desk.bob, at=later(days=4))

    assert clock(ticket, 1).due_at == MORNING - HOUR + PROMISE
    assert clock(ticket, 2).due_at == later(days=5)


STEPS = st.lists(st.sampled_from(["answer", "says", "thanks", "reopen", "close", "sweep"]), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, gap=st.integers(1, 60))
def test_it_never_lowers_the_number_of_breaches(desk, steps, gap):
    """P6, P7: whatever is said, answered, annulled or closed, in any order."""
    ticket, at, seen = log_ticket(desk, officer=desk.alice), MORNING, 0
    acts = {
        "answer": lambda: answered_by_call(ticket, by=desk.alice, at=at),
        "says": lambda: says(ticket, at=at),
        "thanks": lambda: cycles.mark_thanks(ticket, by=desk.alice, at=at),
        "reopen": lambda: cycles.reopen(ticket, "Chưa đúng.", by=desk.lan, at=at),
        "close": lambda: closing.close(ticket, "answered", by=desk.alice, at=at),
        "sweep": lambda: reminders.sweep(at=at),
    }
    for step in steps:
        at += timedelta(hours=gap)
        with contextlib.suppress(refusing.NotNow, closing.ReplyMissing, closing.AlreadyClosed):
            acts[step]()
        standing = Breach.objects.filter(milestone__clock__ticket_clock__ticket=ticket, voided_at=None).count()
        assert standing >= seen
        seen = standing


def test_it_lies_on_no_desk_of_an_officer_who_left_since(desk):
    """P7: open again, it must be among what nobody holds, and its head of unit is told."""
    ticket = log_ticket(desk, officer=desk.alice)
    answered_by_call(ticket, by=desk.alice, at=later(hours=2))
    closing.close(ticket, "answered", by=desk.alice, at=later(hours=2))
    leaving.leave(desk.alice, desk.agency, by=desk.root, at=later(hours=3))

    cycles.message_received(ticket, Words("Chưa rõ."), by=None, at=later(days=1))

    ticket.refresh_from_db()
    assert (ticket.unit, ticket.officer) == (desk.unit, None)
    assert ticket.events.filter(kind="assigned").latest("seq").facts["officer"] == [desk.alice.pk, None]
    assert Notice.objects.filter(ticket=ticket, person=desk.bob, kind="reopened").exists()
