"""Limits beside our own promise: by law, by another body (P2, P12), and kinds that leave by a hand-over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import rebuilt
from requests_desk.tickets.services import closing, corrections, cycles, incoming, merging, reminders
from sla import catalogue
from sla.models import Breach, Milestone
from sla.policies import DEFAULT_POLICY
from tests.sla.vietnam import local
from tests.support.cast import MORNING, PROMISE, Desk, a_reply, answered_by_call, later, log_ticket, open_desk

# Ten working days after Monday 23/11/2026, the 24th off: Tuesday 08/12 at closing.
LIMIT = local("08/12/2026 17:00")
ELSEWHERE = later(days=5)


@pytest.fixture
def desk(db: None, settings: object) -> Desk:
    settings.DESK_DEMO = True  # type: ignore[attr-defined]
    return open_desk(policy={**DEFAULT_POLICY, "statutory_days": 10})


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(
        desk, officer=desk.alice, channel="referral", external_deadline=ELSEWHERE, external_number="12/UBND-KT"
    )


def the(name: str, ticket: Ticket, cycle: int = 1) -> Milestone:
    return Milestone.objects.get(
        clock__ticket_clock__ticket=ticket, clock__ticket_clock__cycle=cycle, clock__ticket_clock__role=name
    )


def test_it_runs_each_limit_beside_ours_on_a_clock_of_its_own(ticket):
    """P12."""
    dues = {m.name: m.due_at for m in Milestone.objects.filter(clock__ticket_clock__ticket=ticket)}

    assert dues == {"first_reply": MORNING + PROMISE, "statutory": LIMIT, "external": ELSEWHERE}
    assert ticket.external_number == "12/UBND-KT"


def test_it_runs_none_where_none_is_set(desk):
    catalogue.add_policy(
        f"agency:{desk.agency.pk}", "first-reply", name="48 giờ", document=DEFAULT_POLICY, at=later(hours=-1)
    )

    assert Milestone.objects.filter(clock__ticket_clock__ticket=log_ticket(desk)).count() == 1


def test_it_is_kept_by_the_final_reply_alone(desk, ticket):
    """P12."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))
    assert (the("statutory", ticket).is_open, the("external", ticket).is_open) == (True, True)

    answered_by_call(ticket, by=desk.alice, at=later(hours=2))

    assert not Milestone.objects.filter(met_at=None).exists()


def test_it_is_missed_for_itself(desk, ticket):
    """P6."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))

    reminders.sweep(at=LIMIT + timedelta(minutes=1))

    missed = Breach.objects.order_by("due_at").values_list("milestone__name", "due_at")
    assert list(missed) == [("promised", later(days=4)), ("external", ELSEWHERE), ("statutory", LIMIT)]


def test_it_moves_with_the_receipt_but_for_what_was_set_from_outside(desk, ticket):
    """P1."""
    corrections.correct(ticket, received_at=later(days=-3), reason="Nhầm", by=desk.bob, at=later(hours=1))

    assert the("statutory", ticket).due_at == local("07/12/2026 17:00")
    assert the("external", ticket).due_at == ELSEWHERE


def test_it_counts_a_new_cycle_anew(desk, ticket):
    """P7."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=2))
    cycles.reopen(ticket, "Chưa đúng.", by=desk.alice, at=later(days=7))

    assert the("statutory", ticket, 2).due_at == local("14/12/2026 17:00")


def test_it_keeps_the_earlier_limit_when_requests_are_merged(desk):
    """P8."""
    older, newer = log_ticket(desk), log_ticket(desk, at=later(days=2))

    merging.merge(newer, older, reason="Trùng", by=desk.bob, at=later(days=2))

    assert the("statutory", newer).due_at == LIMIT


def test_it_keeps_a_deadline_set_from_outside_when_its_request_is_merged(desk, ticket):
    """P8."""
    survivor = log_ticket(desk)

    merging.merge(survivor, ticket, reason="Trùng", by=desk.bob, at=later(hours=1))

    survivor.refresh_from_db()
    assert the("external", survivor).due_at == ELSEWHERE
    assert survivor.external_number == "12/UBND-KT"
    for hours in (2, 4):
        merging.unmerge(ticket, by=desk.bob, at=later(hours=hours))
        assert (the("external", survivor).is_open, the("external", ticket).is_open) == (False, True)
        merging.merge(survivor, ticket, reason="Trùng", by=desk.bob, at=later(hours=hours + 1))
        assert (the("external", survivor).is_open, the("external", ticket).is_open) == (True, False)
    assert list(rebuilt.differing(on_progress=lambda _read: None)) == []


def test_it_refuses_a_deadline_before_the_receipt(desk):
    with pytest.raises(incoming.Refused) as refused:
        log_ticket(desk, external_deadline=MORNING)

    assert list(refused.value.fields) == ["external_deadline"]


@pytest.mark.parametrize("kind", ["complaint", "denunciation", "procedure"])
def test_it_lets_what_is_settled_elsewhere_end_by_a_hand_over(desk, kind):
    """P12, P15."""
    ticket = log_ticket(desk, kind=kind, unit=None)
    answered_by_call(ticket, by=desk.leader, at=later(hours=1))
    with pytest.raises(closing.ReplyMissing) as missing:
        closing.close(ticket, "answered", by=desk.leader, at=later(hours=2))
    assert missing.value.needs == ["transfer"]

    answered_by_call(ticket, by=desk.leader, at=later(hours=3), draft=a_reply("transfer", "call"))

    assert closing.close(ticket, "transferred", by=desk.leader, at=later(hours=4)).ending == "transferred"
