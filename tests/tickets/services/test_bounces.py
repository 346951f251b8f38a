"""A final reply that comes back opens again every clock it had met, limits included (P4, P6, P12)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from notifications.results import Result
from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.queries import rebuilt
from requests_desk.tickets.services import cycles, merging, reminders, replies
from sla.models import Breach, Milestone
from sla.policies import DEFAULT_POLICY
from tests.sla.vietnam import local
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
    open_desk,
    outbox_row,
)

DUE = MORNING + PROMISE
OUTSIDE = later(days=5)
LAW = local("08/12/2026 17:00")
PROMISED = later(days=4)
ALL = {"first_reply": DUE, "external": OUTSIDE, "statutory": LAW}
PROMISES = {"promised": PROMISED, "external": OUTSIDE, "statutory": LAW}


@pytest.fixture
def desk(db: None, settings: object) -> Desk:
    settings.DESK_DEMO = True  # type: ignore[attr-defined]
    return open_desk(policy={**DEFAULT_POLICY, "statutory_days": 10})


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice, channel="referral", external_deadline=OUTSIDE)


def mailed(ticket: Ticket, desk: Desk, kind: str, *, at: datetime) -> Reply:
    """Send a reply by mail as who may sign it, and let the next server take it."""
    reply = replies.send(ticket, a_reply(kind), by=desk.leader, at=at)
    mail_is(Result.accepted(), outbox_row(reply.key), at=at)
    return reply


def owed(ticket: Ticket) -> dict[str, datetime]:
    rows = Milestone.objects.filter(clock__ticket_clock__ticket=ticket, met_at=None, ended_at=None)
    return dict(rows.values_list("name", "due_at"))


def missed() -> dict[str, str]:
    return dict(Breach.objects.filter(voided_at=None).values_list("milestone__name", "cause"))


LATE = "sent_not_delivered"
BOUNCES = [
    # what is said (kind, hours), when the last of it comes back, what is owed then, what was missed
    pytest.param([("answer", 3)], later(hours=20), ALL, {}, id="before-anything-was-due"),
    pytest.param([("refusal", 3)], later(hours=20), ALL, {}, id="a-refusal"),
    pytest.param([("transfer", 3)], later(hours=20), ALL, {}, id="a-transfer"),
    pytest.param([("answer", 3)], later(hours=49), ALL, {"first_reply": LATE}, id="after-ours-was-due"),
    pytest.param(
        [("answer", 3)], later(days=6), ALL, {"first_reply": LATE, "external": LATE}, id="after-theirs-was-due"
    ),
    pytest.param([("answer", 3)], LAW + timedelta(hours=1), ALL, dict.fromkeys(ALL, LATE), id="after-all-was-due"),
    pytest.param([("interim", 2), ("answer", 30)], later(hours=50), PROMISES, {}, id="an-interim-stands"),
    pytest.param(
        [("interim", 2), ("answer", 30)],
        later(days=4, hours=1),
        PROMISES,
        {"promised": LATE},
        id="an-interim-stands-and-its-promise-passed",
    ),
    pytest.param([("answer", 2), ("answer", 30)], later(hours=60), {}, {}, id="another-answer-stands"),
    # Late and then undelivered: missed once, for what it was first.
    pytest.param([("answer", 50)], later(hours=60), ALL, {"first_reply": "no_reply"}, id="it-was-late-anyhow"),
]


@pytest.mark.parametrize("is_swept", [False, True])
@pytest.mark.parametrize(("said", "back_at", "expected", "breaches"), BOUNCES)
def test_it_opens_again_every_clock_the_reply_had_met(desk, said, back_at, expected, breaches, *, is_swept):
    """P4: at its original due time; past it, a breach dated when it was due."""
    ticket = log_ticket(desk, officer=desk.alice, channel="referral", external_deadline=OUTSIDE)
    for kind, hours in said:
        reply = mailed(ticket, desk, kind, at=later(hours=hours))
    assert owed(ticket) == {}

    if is_swept:
        reminders.sweep(at=back_at)
    mail_bounces(outbox_row(reply.key), at=back_at)

    assert (owed(ticket), missed()) == (expected, breaches)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == min(expected.values(), default=None)
    assert all(one.due_at == expected[one.milestone.name] for one in Breach.objects.select_related("milestone"))
    assert list(rebuilt.differing(on_progress=lambda _read: None)) == []


def test_it_opens_again_the_limits_of_both_cycles_that_one_answer_had_met(desk, ticket):
    """P7: an answer that came back late leaves the first cycle open beside the second."""
    first = mailed(ticket, desk, "answer", at=later(hours=3))
    cycles.reopen(ticket, "Chưa đúng.", by=desk.lan, at=later(hours=10))
    second = mailed(ticket, desk, "answer", at=later(hours=20))

    mail_bounces(outbox_row(first.key), at=later(hours=21))
    assert owed(ticket) == {}  # the second answer stands for both
    mail_bounces(outbox_row(second.key), at=later(hours=22))

    rows = Milestone.objects.filter(met_at=None, ended_at=None).values_list("clock__ticket_clock__cycle", "name")
    assert set(rows) == {
        *((1, name) for name in ("first_reply", "statutory", "external")),
        *((2, name) for name in ("first_reply", "statutory")),
    }


def test_it_opens_again_a_limit_that_a_merge_brought(desk, ticket):
    """P8."""
    survivor = log_ticket(desk, officer=desk.alice)
    merging.merge(survivor, ticket, reason="Trùng", by=desk.bob, at=later(hours=1))
    reply = mailed(survivor, desk, "answer", at=later(hours=3))

    mail_bounces(outbox_row(reply.key), at=later(days=6))

    assert owed(survivor) == ALL
    assert missed() == {"first_reply": LATE, "external": LATE}


def test_it_stays_met_by_a_call_that_said_the_same(desk, ticket):
    reply = mailed(ticket, desk, "answer", at=later(hours=3))
    answered_by_call(ticket, by=desk.alice, at=later(hours=4))

    mail_bounces(outbox_row(reply.key), at=later(hours=60))

    assert (owed(ticket), missed()) == ({}, {})
