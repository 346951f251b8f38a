"""Two requests of one requester made one (P8): what is kept, recomputed, refused, and taken back."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.results import Result
from requests_desk.tickets import access
from requests_desk.tickets.models import Exclusion, Reply, Ticket
from requests_desk.tickets.queries import record
from requests_desk.tickets.services import closing, cycles, links, merging, refusing, reminders, replies, sealing
from requests_desk.tickets.services.cycles import Words
from sla.models import Breach, Milestone
from tests.support import cast
from tests.support.cast import (
    ASKED,
    MORNING,
    PROMISE,
    Desk,
    a_reply,
    a_request,
    answered_by_call,
    later,
    log_ticket,
    mail_bounces,
    mail_is,
    outbox_row,
)

DUE = MORNING + PROMISE


@pytest.fixture
def older(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


@pytest.fixture
def newer(desk: Desk) -> Ticket:
    return log_ticket(desk, at=later(hours=5), officer=desk.alice)


def merge(survivor: Ticket, absorbed: Ticket, desk: Desk, *, at: datetime, **more: Any) -> None:
    merging.merge(survivor, absorbed, **{"reason": "Cùng một việc.", "by": desk.bob, "at": at, **more})
    survivor.refresh_from_db()
    absorbed.refresh_from_db()


def first(ticket: Ticket) -> Milestone:
    return Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply")


def breaches(ticket: Ticket) -> list[datetime]:
    rows = Breach.objects.filter(milestone__clock__ticket_clock__ticket=ticket, voided_at=None)
    return [row.due_at for row in rows.order_by("pk")]


def test_it_keeps_the_earliest_receipt_and_its_deadline(desk, older, newer):
    """P8."""
    merge(newer, older, desk, at=later(hours=6))

    assert newer.received_at == MORNING
    assert newer.next_due_at == first(newer).due_at == DUE


@pytest.mark.parametrize("act", ["merge", "tie"])
def test_it_locks_two_requests_in_one_order_whoever_comes_first(desk, older, newer, act):
    """Two people who join the same two at once must not wait for each other."""
    acts = {
        "merge": lambda: merging.merge(newer, older, reason="Một việc.", by=desk.bob, at=later(hours=6)),
        "tie": lambda: links.tie(newer, older, by=desk.bob, at=later(hours=6)),
    }

    with CaptureQueriesContext(connection) as asked:
        acts[act]()

    locked = [
        query["sql"] for query in asked if 'FROM "tickets_ticket"' in query["sql"] and "FOR UPDATE" in query["sql"]
    ]
    assert all('ORDER BY "tickets_ticket"."id" ASC' in sql for sql in locked if " IN (" in sql)
    assert locked


def test_it_takes_a_sealed_request_off_the_desk_the_other_one_is_sealed_from(desk, older, newer):
    """P13: whom either is about holds neither, and the history says who held it."""
    sealing.seal(older, people=[desk.charlie], by=desk.leader, at=later(hours=5))
    sealing.seal(newer, units=[desk.unit], by=desk.leader, at=later(hours=5))

    merge(older, newer, desk, at=later(hours=6), by=desk.leader)

    assert (older.unit, older.officer, older.state) == (None, None, "received")
    assert {(one.unit, one.user) for one in older.exclusions.all()} == {(desk.unit, None), (None, desk.charlie)}
    assert older.events.filter(kind="sealed").latest("seq").facts["was"] == {
        "unit": desk.unit.pk,
        "officer": desk.alice.pk,
    }


def test_it_takes_no_reply_to_a_request_that_lives_on_in_another(desk, older, newer):
    """P8: it would reach the requester and meet nothing of what the survivor owes."""
    merge(older, newer, desk, at=later(hours=6))

    with pytest.raises(refusing.NotNow, match=older.code):
        answered_by_call(newer, by=desk.alice, at=later(hours=7))

    assert not Reply.objects.exists()


def test_it_moves_nothing_of_the_older_one(desk, older, newer):
    merge(older, newer, desk, at=later(hours=6))

    assert (older.received_at, older.next_due_at) == (MORNING, DUE)


def test_it_ends_the_absorbed_one_as_merged(desk, older, newer):
    """P15."""
    merge(older, newer, desk, at=later(hours=6))

    assert (newer.state, newer.ending, newer.next_due_at) == ("closed", "merged", None)
    assert newer.events.filter(kind="merged").get().facts["code"] == older.code
    assert older.events.filter(kind="absorbed").get().facts["code"] == newer.code
    assert merging.survivor_of(newer) == older


def test_it_finds_a_breach_dated_when_it_was_due(desk, older, newer):
    """P8: the newer one's deadline was still to come."""
    merge(newer, older, desk, at=DUE + timedelta(hours=1))

    assert breaches(newer) == [DUE]


def test_it_keeps_every_breach_of_both(desk, older, newer):
    """P6, P8."""
    reminders.sweep(at=DUE + timedelta(hours=6))

    merge(older, newer, desk, at=DUE + timedelta(hours=7))

    assert [row.due_at for row in record.breaches(older)] == [DUE, DUE + timedelta(hours=5)]


def test_it_lets_what_reached_the_requester_for_either_meet_the_promise(desk, older, newer):
    """P8: one requester, one matter."""
    answered_by_call(older, by=desk.alice, at=later(hours=4), draft=a_reply("interim", "call"))

    merge(newer, older, desk, at=later(hours=6))

    assert first(newer).met_at == later(hours=4)
    assert newer.state == "interim_sent"
    assert newer.next_due_at == later(days=4)


def test_it_judges_the_first_reply_by_the_earlier_one(desk, older, newer):
    answered_by_call(older, by=desk.alice, at=later(hours=4), draft=a_reply("interim", "call"))
    answered_by_call(newer, by=desk.alice, at=later(hours=50), draft=a_reply("interim", "call"))

    merge(newer, older, desk, at=later(hours=51))

    assert first(newer).met_at == later(hours=4)
    assert breaches(newer) == []


def test_it_finds_a_reply_too_late_for_the_earlier_receipt(desk, older, newer):
    answered_by_call(newer, by=desk.alice, at=DUE + timedelta(hours=2), draft=a_reply("interim", "call"))

    merge(newer, older, desk, at=DUE + timedelta(hours=3))

    assert breaches(newer) == [DUE]


def test_it_takes_up_mail_that_was_on_its_way(desk, older, newer):
    """P8: whatever the senders report comes to the survivor."""
    reply = replies.send(newer, a_reply(), by=desk.alice, at=later(hours=6))
    merge(older, newer, desk, at=later(hours=7))

    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=8))

    older.refresh_from_db()
    assert older.state == "replied"
    assert first(older).met_at == later(hours=8)
    mail_bounces(outbox_row(reply.key), at=later(hours=9))
    assert first(older).is_open


def test_it_brings_later_mail_to_the_survivor(desk, older, newer):
    """P8."""
    merge(older, newer, desk, at=later(hours=7))

    taken = cycles.message_received(newer, Words("Xin bổ sung."), by=None, at=later(hours=8))

    assert taken.ticket == older
    assert older.messages.filter(direction="in").get().text == "Xin bổ sung."


def test_it_goes_on_through_a_chain_of_merges(desk, older, newer):
    third = log_ticket(desk, at=later(hours=6))
    merge(older, newer, desk, at=later(hours=7))
    merge(third, older, desk, at=later(hours=8))

    assert merging.survivor_of(newer) == third
    assert third.received_at == MORNING


def test_it_wants_it_by_the_earlier_wish(desk, older):
    newer = log_ticket(desk, at=later(hours=5), wanted_by=later(hours=20))

    merge(older, newer, desk, at=later(hours=6))

    assert older.queue_at == later(hours=20)


def test_it_seals_from_everybody_either_was_sealed_from(desk):
    """P13."""
    one, two = (log_ticket(desk, kind="harassment", unit=None) for _time in range(2))
    Exclusion.objects.create(ticket=two, user=desk.bob)

    merge(one, two, desk, at=later(hours=1), by=desk.leader)

    assert [row.user for row in one.exclusions.all()] == [desk.bob]


def the_same(desk: Desk, older: Ticket) -> Ticket:
    return older


def a_stranger(desk: Desk, older: Ticket) -> Ticket:
    return log_ticket(desk, asked=cast.Asked(name="Người khác", phones=("0950000099",)))


def elsewhere(desk: Desk, older: Ticket) -> Ticket:
    request = a_request(asked=ASKED)
    return cast.intake.log(desk.other_agency, request, by=desk.charlie, at=MORNING).ticket


def a_closed_one(desk: Desk, older: Ticket) -> Ticket:
    ticket = log_ticket(desk)
    return closing.close(ticket, "withdrawn", note="Thôi.", by=desk.bob, at=later(hours=1))


def a_sealed_one(desk: Desk, older: Ticket) -> Ticket:
    return log_ticket(desk, kind="harassment", unit=None)


def one_after_the_answer(desk: Desk, older: Ticket) -> Ticket:
    answered_by_call(older, by=desk.alice, at=later(hours=2))
    return log_ticket(desk, at=later(hours=3))


@pytest.mark.parametrize("other", [the_same, a_stranger, elsewhere, a_closed_one, a_sealed_one, one_after_the_answer])
@pytest.mark.parametrize("way", [1, -1])
def test_it_is_refused_with_why(desk, older, other, way):
    """P8: itself, strangers, across agencies, closed, sealed with open, and what is a new cycle."""
    two = (older, other(desk, older))[::way]
    before = [ticket.events.count() for ticket in two]

    with pytest.raises(merging.Refused) as refused:
        merging.merge(*two, reason="Trùng", by=desk.leader, at=later(hours=6))

    assert list(refused.value.fields) == ["into"]
    assert [ticket.events.count() for ticket in two] == before


def test_it_needs_a_reason(desk, older, newer):
    with pytest.raises(merging.Refused) as refused:
        merging.merge(older, newer, reason=" ", by=desk.bob, at=later(hours=6))

    assert list(refused.value.fields) == ["reason"]


def test_it_needs_the_right_to_both(desk, older, newer):
    with pytest.raises(access.Denied):
        merging.merge(older, newer, reason="Trùng", by=desk.alice, at=later(hours=6))


def test_it_is_taken_back_within_a_day(desk, older, newer):
    """P8: as if it had not been, but for the history."""
    answered_by_call(older, by=desk.alice, at=later(hours=5, minutes=30), draft=a_reply("interim", "call"))
    merge(newer, older, desk, at=later(hours=6))

    merging.unmerge(older, by=desk.bob, at=later(hours=20))

    older.refresh_from_db()
    newer.refresh_from_db()
    assert (newer.received_at, newer.next_due_at, newer.state) == (later(hours=5), later(hours=53), "assigned")
    assert (older.state, older.ending, older.next_due_at) == ("interim_sent", "", later(days=4))
    assert Reply.objects.get().ticket == older
    assert merging.survivor_of(older) == older


def test_it_misses_what_it_should_not_have_waited_for(desk, older, newer):
    """P6: an absorbed request given back late is late."""
    merge(newer, older, desk, at=DUE - timedelta(hours=1))
    merging.unmerge(older, by=desk.bob, at=DUE + timedelta(hours=1))

    reminders.sweep(at=DUE + timedelta(hours=1))

    assert breaches(older) == [DUE]


@pytest.mark.parametrize("late", [True, False])
def test_it_stands_after_a_day_or_once_the_other_has_ended(desk, older, newer, late):
    merge(newer, older, desk, at=later(hours=6))
    if not late:
        closing.close(newer, "withdrawn", note="Thôi.", by=desk.bob, at=later(hours=7))

    with pytest.raises(refusing.NotNow):
        merging.unmerge(older, by=desk.bob, at=later(hours=31 if late else 8))


def test_it_is_not_taken_back_where_nothing_was_merged(desk, older):
    with pytest.raises(refusing.NotNow):
        merging.unmerge(older, by=desk.bob, at=later(hours=1))


ACTS = ["answer older", "answer newer", "late word", "merge", "merge back", "unmerge", "sweep"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(ACTS), max_size=10), gap=st.integers(1, 40))
def test_it_never_lowers_the_number_of_breaches(desk, steps, gap):
    """P6, P8: whatever is merged and taken back, before or after a reply, in any order."""
    older, newer = log_ticket(desk, officer=desk.alice), log_ticket(desk, at=later(hours=5), officer=desk.alice)
    at, seen = later(hours=5), 0
    interim = a_reply("interim", "call", promised_at=later(days=30))
    acts = {
        "answer older": lambda: answered_by_call(older, by=desk.leader, at=at, draft=interim),
        "answer newer": lambda: answered_by_call(newer, by=desk.leader, at=at, draft=interim),
        "late word": lambda: answered_by_call(
            newer, by=desk.bob, at=at, draft=a_reply("answer", "call", happened_at=at - timedelta(hours=gap))
        ),
        "merge": lambda: merging.merge(newer, older, reason="Trùng", by=desk.bob, at=at),
        "merge back": lambda: merging.merge(older, newer, reason="Trùng", by=desk.bob, at=at),
        "unmerge": lambda: merging.unmerge(older, by=desk.bob, at=at),
        "sweep": lambda: reminders.sweep(at=at),
    }
    for step in steps:
        at += timedelta(hours=gap)
        with contextlib.suppress(refusing.NotNow, refusing.Refused):
            acts[step]()
        standing = Breach.objects.filter(voided_at=None, milestone__clock__ticket_clock__ticket__in=[older, newer])
        assert standing.count() >= seen
        seen = standing.count()


def test_it_takes_what_waits_for_a_signature_along(desk, older, newer):
    """P5: on one queue, that of the survivor."""
    replies.send(newer, a_reply("refusal"), by=desk.alice, at=later(hours=6))

    merge(older, newer, desk, at=later(hours=7))
    waiting = older.waiting_for, newer.waiting_for
    merging.unmerge(newer, by=desk.bob, at=later(hours=8))

    assert waiting == ("leader", "")
    assert [Ticket.objects.get(pk=one.pk).waiting_for for one in (older, newer)] == ["", "leader"]
