"""Limits beside our own promise: by law, by another body (P2, P12), and kinds that leave by a hand-over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from notifications.models import Notification
from requests_desk.tickets.demo import samples
from requests_desk.tickets.models import PolicyRule, Ticket
from requests_desk.tickets.queries import rebuilt, ticket_page
from requests_desk.tickets.services import (
    closing,
    corrections,
    cycles,
    incoming,
    intake,
    merging,
    policy_choice,
    reminders,
    repinning,
)
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


def a_policy(desk: Desk, *, at: datetime, key: str = policy_choice.POLICY, **changes):
    owner = policy_choice.owner(desk.agency)
    return catalogue.add_policy(owner, key, name="48 giờ", document={**DEFAULT_POLICY, **changes}, at=at)


def owed(ticket: Ticket) -> dict[str, datetime]:
    rows = Milestone.objects.filter(clock__ticket_clock__ticket=ticket, met_at=None, ended_at=None)
    return dict(rows.values_list("name", "due_at"))


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


def test_it_runs_under_both_deadlines_that_two_bodies_set(desk, ticket):
    """P8, P12: neither of them asks any less because the other asks too."""
    survivor = log_ticket(desk, external_deadline=later(days=7), external_number="9/VPUBND")

    merging.merge(survivor, ticket, reason="Trùng", by=desk.bob, at=later(hours=1))

    survivor.refresh_from_db()
    both = Milestone.objects.filter(clock__ticket_clock__ticket=survivor, name="external", ended_at=None)
    assert set(both.values_list("due_at", flat=True)) == {ELSEWHERE, later(days=7)}
    assert (survivor.external_number, survivor.external_deadline) == ("9/VPUBND", later(days=7))
    merging.unmerge(ticket, by=desk.bob, at=later(hours=2))
    assert both.get().due_at == later(days=7)
    assert [m["name"] for m in ticket_page.clock(survivor).milestones] == ["first_reply", "external", "statutory"]


def test_it_carries_a_limit_of_the_law_that_only_the_merged_one_had(desk):
    """P8, P12."""
    a_policy(desk, at=MORNING, key="no-limit")
    PolicyRule.objects.create(
        agency=desk.agency, kind="feedback", policy_key="no-limit", calendar_key=policy_choice.CALENDAR
    )
    survivor, absorbed = log_ticket(desk, kind="feedback"), log_ticket(desk)

    merging.merge(survivor, absorbed, reason="Trùng", by=desk.bob, at=later(hours=1))

    assert owed(survivor) == {"first_reply": MORNING + PROMISE, "statutory": LIMIT}
    merging.unmerge(absorbed, by=desk.bob, at=later(hours=2))
    assert owed(survivor) == {"first_reply": MORNING + PROMISE}
    assert owed(absorbed) == {"first_reply": MORNING + PROMISE, "statutory": LIMIT}
    assert list(rebuilt.differing(on_progress=lambda _read: None)) == []


def test_it_does_not_count_one_miss_twice_when_merged_again(desk, ticket):
    """P6, P8."""
    survivor = log_ticket(desk, at=later(days=5, hours=1))
    for minutes in (0, 20):
        merging.merge(survivor, ticket, reason="Trùng", by=desk.bob, at=later(days=5, hours=2, minutes=minutes))
        reminders.sweep(at=later(days=5, hours=2, minutes=minutes + 5))
        merging.unmerge(ticket, by=desk.bob, at=later(days=5, hours=2, minutes=minutes + 10))

    assert Breach.objects.filter(milestone__clock__ticket_clock__ticket=survivor, due_at=ELSEWHERE).count() == 1


def test_it_puts_the_request_where_the_earliest_of_them_is_due(desk):
    ticket = log_ticket(desk, external_deadline=later(hours=6))

    assert Ticket.objects.get(pk=ticket.pk).next_due_at == later(hours=6)


def test_it_says_in_a_reminder_which_deadline_it_is_and_nothing_of_the_content(desk, ticket):
    """N10."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))

    reminders.sweep(at=ELSEWHERE - timedelta(hours=2))
    reminders.sweep(at=ELSEWHERE)

    alerts = Notification.objects.filter(key__contains=f":{the('external', ticket).pk}:")
    mails = alerts.filter(channel="email").values_list("text", flat=True)
    sms = alerts.filter(channel="sms").values_list("text", flat=True)
    assert mails and all("Thời hạn cơ quan ngoài giao" in text for text in mails)
    assert sms and all("qua han do noi chuyen den dat tu" in text and "UBND-KT" not in text for text in sms)


def test_it_promises_the_requester_our_own_deadline_alone(desk):
    log_ticket(desk, external_deadline=later(hours=6))

    text = Notification.objects.get(cause="acknowledgement").text
    assert "08:00 25/11/2026" in text
    assert "14:00 23/11/2026" not in text


def test_it_refuses_a_receipt_corrected_past_the_limit_set_from_outside(desk):
    ticket = log_ticket(
        desk, at=later(hours=8), received_at=MORNING, received_reason="Sổ trực", external_deadline=later(hours=4)
    )

    with pytest.raises(corrections.Refused) as refused:
        corrections.correct(ticket, received_at=later(hours=5), reason="Nhầm", by=desk.bob, at=later(hours=9))

    assert set(refused.value.fields) == {"received_at"}


@pytest.mark.parametrize("deadline", [MORNING, MORNING - timedelta(hours=1), MORNING + timedelta(days=9999)])
def test_it_refuses_a_deadline_that_cannot_be(desk, deadline):
    with pytest.raises(incoming.Refused) as refused:
        log_ticket(desk, external_deadline=deadline)

    assert list(refused.value.fields) == ["external_deadline"]
    assert not Ticket.objects.exists()


def test_it_moves_the_laws_limit_when_a_new_version_is_applied(desk, ticket):
    """P10."""
    version = a_policy(desk, at=later(hours=1), statutory_days=15)

    shown = repinning.preview(desk.agency, version, by=desk.root, at=later(hours=2))
    repinning.apply(desk.agency, version, reason="Luật mới", missed=0, by=desk.root, at=later(hours=2))

    assert [(row.milestone, row.due_at) for row in shown.rows] == [("statutory", local("15/12/2026 17:00"))]
    assert owed(ticket)["statutory"] == local("15/12/2026 17:00")
    assert list(rebuilt.differing(on_progress=lambda _read: None)) == []


def test_it_leaves_the_laws_limit_alone_under_a_version_that_knows_none(desk, ticket):
    version = a_policy(desk, at=later(hours=1))

    repinning.apply(desk.agency, version, reason="Bỏ", missed=0, by=desk.root, at=later(hours=2))

    assert owed(ticket)["statutory"] == LIMIT
    assert repinning.waiting(desk.agency, version, by=desk.root, at=later(hours=2)) == 0


def test_it_explains_the_laws_limit(desk, ticket):
    """P11."""
    assert "17 giờ ngày 08/12" in " ".join(ticket_page.clock(ticket).statutory).replace("17:00", "17 giờ")


def test_it_carries_the_sample_referral_with_both_deadlines(desk):
    sample = next(one for one in samples.read() if one.id == "SR-40")

    ticket = intake.log(desk.agency, sample.request, by=desk.lan, at=sample.received_at).ticket

    assert ticket.external_number == "PAKN 20261210.0001"
    assert (owed(ticket)["first_reply"], owed(ticket)["external"]) == (sample.due_a_at, local("23/12/2026 17:00"))


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
