"""How a request ends (P15): each ending with what it needs, and never erasing what was already missed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from requests_desk.tickets import access, rules
from requests_desk.tickets.models import Event, Message, Ticket
from requests_desk.tickets.services import closing, reminders, replies
from requests_desk.tickets.services.closing import ReplyMissing
from requests_desk.tickets.words import Ending
from sla.models import Breach, Milestone
from tests.sla.vietnam import local
from tests.support.cast import MORNING, PROMISE, Desk, a_reply, answered_by_call, later, log_ticket

DUE = MORNING + PROMISE
KINDS = ("answer", "interim", "refusal", "transfer")


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def close(desk: Desk, ticket: Ticket, ending: str, **more: object) -> Ticket:
    usual = {"by": desk.alice, "at": later(hours=9)}
    return closing.close(ticket, ending, **{**usual, **more})


def said(ticket: Ticket, by: object, *kinds: str) -> None:
    for kind in kinds:
        answered_by_call(ticket, by=by, at=later(hours=1), draft=a_reply(kind, "call"))


def tried(ticket: Ticket, by: object, *moments: str) -> None:
    for moment in moments:
        replies.send(ticket, replies.Draft("answer", "call", call_outcome="no_answer"), by=by, at=local(moment))


@pytest.mark.parametrize(
    ("ending", "enough"),
    [
        ("answered", [{"answer"}]),
        ("partly_answered", [{"answer", "refusal"}]),
        ("refused", [{"refusal"}]),
        ("transferred", [{"transfer"}]),
        ("not_fulfilled", [{"answer"}, {"refusal"}]),
    ],
)
@pytest.mark.parametrize(
    "kinds", [(), ("interim",), ("answer",), ("refusal",), ("transfer",), ("answer", "refusal"), KINDS]
)
def test_it_ends_with_the_delivered_reply_its_ending_needs_and_with_no_other(desk, ticket, ending, enough, kinds):
    """P15."""
    said(ticket, desk.leader, *kinds)

    if any(needed <= set(kinds) for needed in enough):
        assert close(desk, ticket, ending).ending == ending
    else:
        with pytest.raises(ReplyMissing) as error:
            close(desk, ticket, ending)
        assert error.value.needs
        assert Ticket.objects.get().closed_at is None


def test_it_counts_no_reply_that_is_still_on_its_way(desk, ticket):
    """P15: the error names what is missing, in words too."""
    replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))

    with pytest.raises(ReplyMissing) as error:
        close(desk, ticket, "answered")

    assert (error.value.code, error.value.needs) == ("reply_missing", ["answer"])
    assert "Trả lời" in error.value.detail or "Answer" in error.value.detail


@pytest.mark.parametrize(("ending", "needs"), [("withdrawn", ["words"]), ("spam", ["reason"])])
@pytest.mark.parametrize("note", ["", "  \n "])
def test_it_needs_the_requester_s_own_words_or_a_reason(desk, ticket, ending, needs, note):
    """P15."""
    with pytest.raises(ReplyMissing) as error:
        close(desk, ticket, ending, note=note)

    assert error.value.needs == needs


def test_it_keeps_those_words_apart_from_the_ledger(desk, ticket):
    """P15, P14."""
    close(desk, ticket, "withdrawn", note="Tôi tìm được rồi, cảm ơn.")

    assert Message.objects.get().text == "Tôi tìm được rồi, cảm ơn."
    assert "cảm ơn" not in str(list(Event.objects.values()))


@pytest.mark.parametrize("ending", ["merged", "done", ""])
def test_it_cannot_be_ended_by_hand_in_any_other_way(desk, ticket, ending):
    """P15."""
    with pytest.raises(ReplyMissing) as error:
        close(desk, ticket, ending, note="x")

    assert error.value.needs == ["ending"]


def test_it_knows_a_rule_for_every_ending():
    """P15: a closed table."""
    assert set(rules.ENDINGS) == set(Ending.values)


@pytest.mark.parametrize(
    ("who", "hours", "is_allowed"),
    [
        ("alice", 24, True),  # half of its time: not yet more than half
        ("alice", 25, False),
        ("lan", 25, False),
        ("bob", 25, True),
        ("alice", 60, False),
    ],
)
def test_it_needs_a_second_person_to_call_it_invalid_once_half_its_time_is_gone(desk, ticket, who, hours, is_allowed):
    """P15: lan logged it, alice holds it."""
    if is_allowed:
        close(desk, ticket, "spam", note="Quảng cáo", by=getattr(desk, who), at=later(hours=hours))
    else:
        with pytest.raises(ReplyMissing) as error:
            close(desk, ticket, "spam", note="Quảng cáo", by=getattr(desk, who), at=later(hours=hours))
        assert error.value.needs == ["second_person"]


APART = ("23/11/2026 09:00", "23/11/2026 14:00", "23/11/2026 16:00")


def test_it_is_unreachable_after_three_calls_when_the_head_agrees(desk, ticket):
    """P15, P3."""
    tried(ticket, desk.alice, *APART)

    assert close(desk, ticket, "unreachable", by=desk.bob, at=later(hours=9)).ending == "unreachable"


def test_it_is_unreachable_by_no_officer_s_word_alone(desk, ticket):
    """P15."""
    tried(ticket, desk.alice, *APART)

    with pytest.raises(access.Denied):
        close(desk, ticket, "unreachable", at=later(hours=9))


@pytest.mark.parametrize(
    "moments",
    [
        (),
        APART[:2],
        ("23/11/2026 09:00", "23/11/2026 10:59", "23/11/2026 16:00"),
        ("23/11/2026 10:30", "23/11/2026 14:00", "23/11/2026 16:00"),  # the midday break does not count
        ("23/11/2026 09:00", "23/11/2026 18:00", "24/11/2026 09:00"),  # nor does a night or a holiday
    ],
)
def test_it_is_not_unreachable_for_less_than_three_calls_two_office_hours_apart(desk, ticket, moments):
    """P15, P3."""
    tried(ticket, desk.alice, *moments)

    with pytest.raises(ReplyMissing) as error:
        close(desk, ticket, "unreachable", by=desk.bob, at=later(days=3))

    assert error.value.needs == ["three_calls"]


def test_it_counts_a_call_when_it_was_made_not_when_it_was_logged(desk, ticket):
    """P3: logged in another order."""
    for moment in (APART[2], APART[0], APART[1]):
        draft = replies.Draft("answer", "call", call_outcome="no_answer", happened_at=local(moment))
        replies.send(ticket, draft, by=desk.bob, at=later(hours=10))

    assert close(desk, ticket, "unreachable", by=desk.bob, at=later(hours=11)).state == "closed"


@pytest.mark.parametrize(("hours", "expected"), [(47, 0), (48, 1), (60, 1)])
@pytest.mark.parametrize("swept", [True, False])
def test_it_never_erases_or_prevents_a_breach_already_due(desk, ticket, hours, expected, swept):
    """P15, P6: whether or not the timer was there first."""
    if swept:
        reminders.sweep(at=later(hours=hours))

    close(desk, ticket, "withdrawn", note="Thôi.", at=later(hours=hours))

    reminders.sweep(at=later(days=9))
    assert [breach.due_at for breach in Breach.objects.all()] == [DUE] * expected


@pytest.mark.parametrize("swept", [True, False])
def test_it_names_the_same_cause_whether_or_not_the_timer_was_first(desk, ticket, swept):
    """P3."""
    tried(ticket, desk.alice, *APART)
    if swept:
        reminders.sweep(at=DUE)

    close(desk, ticket, "unreachable", by=desk.bob, at=later(hours=60))

    assert Breach.objects.get().cause == "not_reachable"


def test_it_ends_every_open_milestone_and_leaves_the_queue(desk, ticket):
    said(ticket, desk.alice, "interim")

    closed = close(desk, ticket, "withdrawn", note="Thôi.")

    assert closed.next_due_at is None
    assert not Milestone.objects.filter(met_at__isnull=True, ended_at__isnull=True).exists()
    assert not Milestone.objects.filter(next_look_at__isnull=False).exists()


def test_it_ends_once(desk, ticket):
    close(desk, ticket, "withdrawn", note="Thôi.")

    with pytest.raises(closing.AlreadyClosed):
        close(desk, ticket, "spam", note="x", by=desk.bob)


def test_it_writes_the_ending_with_what_it_ended(desk, ticket):
    """P14."""
    close(desk, ticket, "withdrawn", note="Thôi.", at=DUE + timedelta(hours=1))

    kinds = list(ticket.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[-3:] == ["closed", "breach_recorded", "milestone_ended"]
