"""Pauses (P9): only where the rules know one, only for a question that reached the requester, ending by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import rebuilt, ticket_page
from requests_desk.tickets.services import corrections, cycles, pauses, refusing, reminders, restoring
from requests_desk.tickets.services.cycles import Words
from sla.models import Breach, Milestone, Pause
from sla.policies import DEFAULT_POLICY
from tests.sla.vietnam import local
from tests.support.cast import Desk, a_reply, answered_by_call, later, log_ticket, open_desk

SLOW = {**DEFAULT_POLICY, "rule": "W", "statutory_days": 10, "pause_days": 5}
LIMIT = local("08/12/2026 17:00")
ASKED = later(hours=2)


@pytest.fixture
def desk(db: None, settings: Any) -> Desk:
    settings.DESK_DEMO = True
    return open_desk(policy=SLOW)


def asked(desk: Desk, **more: Any) -> Ticket:
    """Return a request whose requester was asked something over the phone."""
    ticket = log_ticket(desk, officer=desk.alice)
    draft = a_reply("interim", "call", **{"reason": "needs_more", **more})
    answered_by_call(ticket, by=desk.alice, at=ASKED, draft=draft)
    ticket.refresh_from_db()
    return ticket


def statutory(ticket: Ticket) -> Milestone:
    return Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="statutory")


def test_it_moves_what_is_counted_by_the_longest_pause_there_may_be(desk):
    """P9: and goes on by itself, whether or not anybody looks."""
    ticket = asked(desk)

    ends_at = pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    # The 24th is off: Wednesday 25/11 to Tuesday 01/12 are five working days, and five more are left out of the count.
    assert ends_at == local("01/12/2026 17:00")
    assert statutory(ticket).due_at == local("15/12/2026 17:00")
    assert pauses.until(ticket, at=later(days=1)) == ends_at
    assert pauses.until(ticket, at=ends_at) is None


def test_it_ends_when_the_requester_answers(desk):
    """P9: counted from the intervals, never from a counter."""
    ticket = asked(desk)
    pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    cycles.message_received(ticket, Words("Đây là số liệu."), by=None, at=local("26/11/2026 09:00"))

    assert Pause.objects.filter(ends_at=local("26/11/2026 09:00")).count() == Pause.objects.count() == 2
    assert statutory(ticket).due_at == local("09/12/2026 17:00")


def test_it_goes_on_through_automatic_mail(desk):
    ticket = asked(desk)
    ends_at = pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    cycles.message_received(ticket, Words("Tôi đi vắng.", is_automatic=True), by=None, at=later(days=1))

    assert pauses.until(ticket, at=later(days=2)) == ends_at


def test_it_stops_neither_a_promise_nor_what_was_met(desk):
    """P5, P9."""
    ticket = asked(desk)
    before = {m.name: m.due_at for m in Milestone.objects.exclude(name="statutory")}

    pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    assert {m.name: m.due_at for m in Milestone.objects.exclude(name="statutory")} == before


def never_asked(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def told_something_else(desk: Desk) -> Ticket:
    return asked(desk, reason="not_ready")


def answered_meanwhile(desk: Desk) -> Ticket:
    ticket = asked(desk)
    cycles.message_received(ticket, Words("Đây."), by=None, at=later(hours=2, minutes=30))
    return ticket


def paused_before(desk: Desk) -> Ticket:
    ticket = asked(desk)
    pauses.pause(ticket, by=desk.alice, at=later(hours=2, minutes=30))
    return ticket


def answered_in_full(desk: Desk) -> Ticket:
    ticket = asked(desk)
    answered_by_call(ticket, by=desk.alice, at=later(hours=2, minutes=30))
    return ticket


@pytest.mark.parametrize(
    ("how", "code"),
    [
        (never_asked, "nothing_asked"),
        (told_something_else, "nothing_asked"),
        (answered_meanwhile, "nothing_asked"),
        (paused_before, "paused_before"),
        (answered_in_full, "nothing_runs"),
    ],
)
def test_it_is_refused_with_why(desk, how, code):
    """P9."""
    ticket = how(desk)

    with pytest.raises(refusing.NotNow) as refused:
        pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    assert refused.value.code == code


def test_it_is_unknown_to_the_promise_of_48_hours(db, settings):
    """P9."""
    settings.DESK_DEMO = True
    desk = open_desk(policy={**DEFAULT_POLICY, "statutory_days": 10})
    ticket = asked(desk)

    with pytest.raises(refusing.NotNow) as refused:
        pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    assert refused.value.code == "no_pause"


def test_it_saves_nothing_that_was_missed_already(desk):
    """P6."""
    ticket = asked(desk)
    reminders.sweep(at=LIMIT)

    with pytest.raises(refusing.NotNow):
        pauses.pause(ticket, by=desk.alice, at=LIMIT)

    assert Breach.objects.filter(milestone__name="statutory", voided_at=None).exists()


def test_it_is_rebuilt_from_its_history(desk):
    """P14."""
    ticket = asked(desk)
    pauses.pause(ticket, by=desk.alice, at=later(hours=3))
    cycles.message_received(ticket, Words("Đây."), by=None, at=later(days=2))
    before = rebuilt.stored([ticket.pk])

    restoring.restore(ticket.pk, at=later(days=3))

    assert rebuilt.stored([ticket.pk]) == before == restoring.rebuilt([ticket.pk])


def test_it_is_rebuilt_where_an_answer_to_the_first_question_is_written_down_in_the_second_pause(desk):
    """P9, P14: what is written down late shortens the pause it fell in, not the one that runs by now."""
    ticket = asked(desk)
    first = pauses.pause(ticket, by=desk.alice, at=later(hours=3))
    again = a_reply("interim", "call", reason="needs_more", promised_at=first + timedelta(days=2))
    answered_by_call(ticket, by=desk.alice, at=first + timedelta(hours=17), draft=again)
    pauses.pause(ticket, by=desk.alice, at=first + timedelta(hours=18))

    said = Words("Đây.", received_at=later(days=2))
    cycles.message_received(ticket, said, by=desk.alice, at=first + timedelta(hours=19))

    assert rebuilt.stored([ticket.pk]) == restoring.rebuilt([ticket.pk])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begins=st.integers(0, 200), answers=st.integers(1, 400))
def test_it_makes_no_deadline_earlier_and_lowers_no_number_of_breaches(desk, begins, answers):
    """P6, P9."""
    ticket = asked(desk)
    due_at, began_at = statutory(ticket).due_at, ASKED + timedelta(hours=begins)
    pauses.pause(ticket, by=desk.alice, at=began_at)
    longest = statutory(ticket).due_at

    cycles.message_received(ticket, Words("Đây."), by=None, at=began_at + timedelta(hours=answers))

    assert due_at <= statutory(ticket).due_at <= longest
    assert not Breach.objects.filter(milestone__name="statutory").exists()


def test_it_counts_on_when_an_officer_waits_no_longer(desk):
    """P9."""
    ticket = asked(desk)
    pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    pauses.end(ticket, by=desk.alice, at=local("26/11/2026 09:00"))

    assert pauses.until(ticket, at=local("26/11/2026 09:01")) is None
    assert statutory(ticket).due_at == local("09/12/2026 17:00")
    with pytest.raises(refusing.NotNow):
        pauses.end(ticket, by=desk.alice, at=local("26/11/2026 09:02"))


def test_it_moves_nothing_that_was_met_before_it_began(desk):
    """P1, P9: nor does a correction of the receipt count such a pause."""
    ticket = asked(desk)
    first = Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply")
    pauses.pause(ticket, by=desk.alice, at=later(hours=3))

    corrections.correct(ticket, received_at=later(hours=-1), reason="Nhầm", by=desk.bob, at=later(hours=4))

    assert Milestone.objects.get(pk=first.pk).due_at == first.due_at - timedelta(hours=0.5)
    assert "tạm dừng" not in " ".join(ticket_page.clock(ticket).explanation)
    assert "tạm dừng" in " ".join(ticket_page.clock(ticket).statutory)
