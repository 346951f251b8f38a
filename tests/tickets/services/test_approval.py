"""Approval (*trình ký*, P5): which replies wait for a signature, on whose desk, and what signing sets going."""

from __future__ import annotations

from typing import Any

import pytest

from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import Unit
from requests_desk.tickets import access
from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.queries import desk as queue
from requests_desk.tickets.queries.filters import Filters
from requests_desk.tickets.services import approval, closing, merging, refusing, reminders, replies, reply_checks
from requests_desk.tickets.services.replies import Draft
from sla.models import Breach, Milestone
from sla.policies import DEFAULT_POLICY
from tests.support import cast
from tests.support.cast import MORNING, PROMISE, Desk, a_reply, later, log_ticket, mail_is, outbox_row

DUE = MORNING + PROMISE


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def submitted(ticket: Ticket, desk: Desk, kind: str = "refusal", channel: str = "email", **more: Any) -> Reply:
    reply = replies.send(ticket, a_reply(kind, channel, **more), by=desk.alice, at=later(hours=1))
    ticket.refresh_from_db()
    return reply


def first(ticket: Ticket) -> Milestone:
    return Milestone.objects.get(clock__ticket_clock__ticket=ticket, name="first_reply")


@pytest.mark.parametrize(
    ("kind", "unit_says_so", "waits"),
    [
        ("refusal", False, "leader"),
        ("transfer", False, "leader"),
        ("answer", False, ""),
        ("answer", True, "unit_head"),
        ("interim", True, ""),
    ],
)
def test_it_waits_on_the_desk_its_kind_passes(desk, kind, unit_says_so, waits):
    """P5: the usual policy."""
    Unit.objects.filter(pk=desk.unit.pk).update(approves_answers=unit_says_so)
    ticket = log_ticket(desk, officer=desk.alice)

    reply = submitted(ticket, desk, kind)

    assert (reply.state, ticket.waiting_for) == ("submitted" if waits else "sent", waits)
    assert Notification.objects.filter(cause="reply").exists() is not bool(waits)


@pytest.mark.parametrize(
    ("approver", "waits"), [("none", ""), ("unit_head", "unit_head"), ("leader", "leader"), ("unit", "")]
)
def test_it_waits_where_the_policy_of_its_clock_says(db, settings, approver, waits):
    """P5, P10."""
    settings.DESK_DEMO = True
    desk = cast.open_desk(policy={**DEFAULT_POLICY, "approval": {"answer": approver}})
    ticket = log_ticket(desk, officer=desk.alice)

    submitted(ticket, desk, "answer")

    assert ticket.waiting_for == waits


@pytest.mark.parametrize(
    ("who", "kind", "state"),
    [("leader", "refusal", "sent"), ("bob", "refusal", "submitted"), ("chief", "refusal", "submitted")],
)
def test_it_lets_who_may_sign_sign_their_own(desk, ticket, who, kind, state):
    """P5."""
    assert replies.send(ticket, a_reply(kind), by=getattr(desk, who), at=later(hours=1)).state == state


def test_it_meets_nothing_while_it_waits_and_misses_what_is_due(desk, ticket):
    """P3, P5: the clock runs on."""
    submitted(ticket, desk, channel="call")

    reminders.sweep(at=DUE)

    assert first(ticket).is_open
    assert Breach.objects.get().due_at == DUE


def test_it_sends_the_mail_once_signed(desk, ticket):
    """P5."""
    reply = approval.approve(submitted(ticket, desk), by=desk.leader, at=later(hours=2))
    mail_is(Result.accepted(), outbox_row(reply.key), at=later(hours=3))

    ticket.refresh_from_db()
    assert (reply.state, reply.signed_by, reply.signed_at) == ("sent", desk.leader, later(hours=2))
    assert (ticket.waiting_for, ticket.state) == ("", "replied")
    assert first(ticket).met_at == later(hours=3)


@pytest.mark.parametrize(("signed", "breached"), [(DUE - PROMISE / 2, False), (DUE + PROMISE / 2, True)])
def test_it_counts_a_call_made_meanwhile_once_signed(desk, ticket, signed, breached):
    """P3: at the moment it was made; signed after the deadline it is a word given too late."""
    reply = submitted(ticket, desk, channel="call")

    approval.approve(reply, by=desk.leader, at=signed)

    assert first(ticket).met_at == later(hours=1)
    assert Breach.objects.exists() is breached


@pytest.mark.parametrize("channel", ["letter", "in_person", "call"])
def test_it_waits_signed_until_it_was_posted_handed_over_or_spoken(desk, ticket, channel):
    """P3, P5."""
    plan = {"call_outcome": "", "text": "Kính gửi Quý Công ty.", "document_number": ""}
    reply = submitted(ticket, desk, channel=channel, **plan)
    reply = approval.approve(reply, number="12/SCT", by=desk.leader, at=later(hours=2))
    assert (reply.state, first(ticket).is_open) == ("approved", True)

    proof = Draft("refusal", channel, spoke_to="Chị B")
    reply = approval.carry_out(reply, proof, by=desk.alice, at=later(hours=3))

    assert (reply.state, reply.document_number) == ("sent", "12/SCT")
    assert first(ticket).met_at == later(hours=3)


def test_it_asks_for_the_proof_that_a_signed_call_was_made(desk, ticket):
    reply = submitted(ticket, desk, channel="call", call_outcome="", text="Kính gửi")
    approval.approve(reply, by=desk.leader, at=later(hours=2))

    with pytest.raises(reply_checks.Refused) as refused:
        approval.carry_out(reply, Draft("refusal", "call"), by=desk.alice, at=later(hours=3))

    assert list(refused.value.fields) == ["spoke_to"]


def test_it_logs_a_call_nobody_took_without_anybodys_signature(desk, ticket):
    """P3."""
    draft = Draft("refusal", "call", call_outcome="no_answer")

    assert replies.send(ticket, draft, by=desk.alice, at=later(hours=1)).state == "sent"


def test_it_comes_back_with_what_to_change_and_goes_again(desk, ticket):
    """P5."""
    reply = submitted(ticket, desk)
    approval.give_back(reply, reason="Nêu rõ điều khoản.", by=desk.leader, at=later(hours=2))
    ticket.refresh_from_db()
    assert (ticket.waiting_for, ticket.replies.get().return_reason) == ("", "Nêu rõ điều khoản.")

    approval.submit_again(reply, a_reply("refusal", ground="Điều 6, khoản 1"), by=desk.alice, at=later(hours=3))

    again = ticket.replies.get()
    ticket.refresh_from_db()
    assert (again.state, again.ground, again.return_reason) == ("submitted", "Điều 6, khoản 1", "")
    assert ticket.waiting_for == "leader"
    assert "Nêu rõ" not in str(list(ticket.events.values_list("facts", flat=True)))


def test_it_is_taken_back_before_it_was_signed(desk, ticket):
    reply = submitted(ticket, desk)

    approval.take_back(reply, by=desk.alice, at=later(hours=2))

    assert ticket.replies.get().state == "draft"
    with pytest.raises(refusing.NotNow):
        approval.approve(reply, by=desk.leader, at=later(hours=3))


def test_it_needs_a_reason_to_be_returned(desk, ticket):
    with pytest.raises(approval.Refused):
        approval.give_back(submitted(ticket, desk), reason=" ", by=desk.leader, at=later(hours=2))


@pytest.mark.parametrize("who", ["alice", "lan", "bob", "chief", "root"])
def test_it_is_signed_and_returned_at_its_own_desk_alone(desk, ticket, who):
    """P5."""
    reply = submitted(ticket, desk)

    with pytest.raises(access.Denied):
        approval.approve(reply, by=getattr(desk, who), at=later(hours=2))
    with pytest.raises(access.Denied):
        approval.give_back(reply, reason="x", by=getattr(desk, who), at=later(hours=2))


def test_it_is_signed_once(desk, ticket):
    reply = submitted(ticket, desk)
    approval.approve(reply, by=desk.leader, at=later(hours=2))

    with pytest.raises(refusing.NotNow):
        approval.approve(reply, by=desk.leader, at=later(hours=2))

    assert Notification.objects.filter(cause="reply").count() == 1


def test_it_signs_no_promise_that_has_passed(db, settings):
    """P5."""
    settings.DESK_DEMO = True
    desk = cast.open_desk(policy={**DEFAULT_POLICY, "approval": {"interim": "leader"}})
    ticket = log_ticket(desk, officer=desk.alice)
    reply = submitted(ticket, desk, "interim", promised_at=later(hours=20))

    with pytest.raises(reply_checks.Refused) as refused:
        approval.approve(reply, by=desk.leader, at=later(hours=21))

    assert list(refused.value.fields) == ["promised_at"]
    assert Reply.objects.get().state == "submitted"


def test_it_closes_no_request_by_a_reply_that_waits(desk, ticket):
    """P15."""
    submitted(ticket, desk)

    with pytest.raises(closing.ReplyMissing):
        closing.close(ticket, "refused", by=desk.alice, at=later(hours=2))


def test_it_lies_before_whoever_signs_there(desk, ticket):
    """P5: the queue shows whose desk it lies on."""
    submitted(ticket, desk)

    lists = {who: queue.page(getattr(desk, who), Filters(hands="to_sign")) for who in ("leader", "bob", "alice")}

    assert {who: [row.pk for row in seen.rows] for who, seen in lists.items()} == {
        "leader": [ticket.pk],
        "bob": [],
        "alice": [],
    }


def test_it_goes_along_when_its_request_is_merged(desk, ticket):
    """P8."""
    other = log_ticket(desk, officer=desk.alice)
    reply = submitted(other, desk)
    merging.merge(ticket, other, reason="Trùng", by=desk.bob, at=later(hours=2))

    ticket.refresh_from_db()
    assert ticket.waiting_for == "leader"
    assert approval.approve(Reply.objects.get(pk=reply.pk), by=desk.leader, at=later(hours=3)).state == "sent"
