"""What can happen to a clock (P2 to P6, P15, N6): met, voided, ended, missed, and looked at by the timer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from sla import catalogue, clocks
from sla.changes import Change
from sla.models import Breach, BreachCause, Clock, Firing, Milestone
from sla.policies import DEFAULT_POLICY
from tests.sla.vietnam import ROUND_THE_CLOCK, document, local

START = local("23/11/2026 08:00")
DUE = START + timedelta(hours=48)
REPLY = ("first_reply", "promised")
HOUR = timedelta(hours=1)
Hours = dict[str, object]

pytestmark = pytest.mark.django_db


def a_clock(
    *, started_at: datetime = START, at: datetime | None = None, hours: Hours = ROUND_THE_CLOCK, **changes: object
) -> Clock:
    """Start a clock of an office that never closes, unless its `hours` are given: no reminder moves."""
    at = at or started_at
    policy = catalogue.add_policy("agency:1", "p", name="48 giờ", document={**DEFAULT_POLICY, **changes}, at=START)
    calendar = catalogue.add_calendar(
        "agency:1", "c", name="Lịch", document=document(**hours), confirmed=[2026], at=START
    )
    return clocks.start(policy_version=policy, calendar_version=calendar, started_at=started_at, at=at)[0]


def the(name: str, clock: Clock, number: int = 1) -> Milestone:
    return Milestone.objects.get(clock=clock, name=name, number=number)


def meet(clock: Clock, met_at: datetime, *, by: str = "reply:1", **more: object) -> list[Change]:
    usual = {"names": REPLY, "met_at": met_at, "by": by, "at": met_at}
    return clocks.meet([clock], **{**usual, **more})


def look(at: datetime) -> list[Change]:
    return clocks.mark_looked(clocks.look(clocks.claim_due(at=at, limit=100), at=at), at=at)


def kinds(changes: Iterable[Change]) -> list[str]:
    return [change.kind for change in changes]


def breaches(clock: Clock) -> list[tuple[datetime, str, bool]]:
    rows = Breach.objects.filter(milestone__clock=clock).order_by("pk")
    return [(row.due_at, row.cause, row.voided_at is None) for row in rows]


@pytest.mark.parametrize(
    ("rule", "received", "due", "a", "b"),
    [
        ("A", "23/11/2026 08:12", "25/11/2026 08:12", "25/11/2026 08:12", "26/11/2026 08:12"),
        ("B", "23/11/2026 08:12", "26/11/2026 08:12", "25/11/2026 08:12", "26/11/2026 08:12"),
        ("B", "27/11/2026 16:45", "01/12/2026 16:45", "29/11/2026 16:45", "01/12/2026 16:45"),
        # 48 hours of work at 7.5 a day, the 24th off: six days and three hours later.
        ("W", "23/11/2026 07:30", "02/12/2026 10:30", "25/11/2026 07:30", "26/11/2026 07:30"),
    ],
)
def test_it_stores_what_both_rules_give_and_binds_by_the_policy_s(rule, received, due, a, b):
    """P2."""
    milestone = the("first_reply", a_clock(started_at=local(received), rule=rule, hours={}))

    assert milestone.due_at == local(due)
    assert (milestone.due_a_at, milestone.due_b_at) == (local(a), local(b))


def test_it_opens_the_first_milestone_with_the_clock():
    clock = a_clock(at=START + HOUR)

    milestone = the("first_reply", clock)
    assert (clock.started_at, clock.logged_at, milestone.opened_at) == (START, START + HOUR, START + HOUR)
    assert milestone.next_look_at == DUE - 24 * HOUR
    assert milestone.is_open


def test_it_keeps_the_policy_and_calendar_a_clock_started_under():
    """P10."""
    clock = a_clock()

    a_clock(first_reply="24h")

    clock.refresh_from_db()
    assert (clock.policy_version.number, clock.calendar_version.number) == (1, 1)
    assert the("first_reply", clock).due_at == DUE


@pytest.mark.parametrize(("late", "is_breach"), [(-HOUR, False), (timedelta(), False), (timedelta(seconds=1), True)])
def test_it_is_met_in_time_up_to_the_due_instant_itself(late, is_breach):
    """P3, P6."""
    clock = a_clock()

    changes = meet(clock, DUE + late)

    assert the("first_reply", clock).met_at == DUE + late
    assert kinds(changes) == ["breach_recorded"] * is_breach + ["milestone_met"]
    assert breaches(clock) == [(DUE, "no_reply", True)] * is_breach


def test_it_meets_nothing_of_another_name_and_nothing_twice():
    clock = a_clock()

    assert meet(clock, START + HOUR, names=["promised"]) == []
    assert kinds(meet(clock, START + HOUR)) == ["milestone_met"]
    assert meet(clock, START + 2 * HOUR, by="reply:2") == []
    assert the("first_reply", clock).met_by == "reply:1"


def test_it_is_not_met_by_what_opened_it():
    """P5."""
    clock = a_clock()
    meet(clock, START + HOUR)
    clocks.promise(clock, due_at=DUE + 24 * HOUR, opened_by="reply:1", at=START + HOUR)

    changes = meet(clock, START + HOUR, unless_opened_by=["reply:1"])

    assert changes == []
    assert the("promised", clock).is_open


def test_it_opens_a_promised_milestone_with_reminders_of_its_own():
    """P5."""
    clock = a_clock()

    clocks.promise(clock, due_at=DUE + 48 * HOUR, opened_by="reply:1", at=START)

    promised = the("promised", clock)
    assert (promised.due_at, promised.next_look_at) == (DUE + 48 * HOUR, DUE + 24 * HOUR)
    assert (promised.due_a_at, promised.due_b_at) == (None, None)
    assert clocks.is_promised([clock], by="reply:1")
    assert not clocks.is_promised([clock], by="reply:2")


def test_it_numbers_promises_one_after_another():
    clock = a_clock()

    for number in (1, 2):
        clocks.promise(clock, due_at=DUE + number * 24 * HOUR, opened_by=f"reply:{number}", at=START)

    assert the("promised", clock, 2).opened_by == "reply:2"


def test_it_names_the_earliest_open_due_instant():
    clock = a_clock()
    clocks.promise(clock, due_at=DUE - HOUR, opened_by="reply:1", at=START)

    assert clocks.next_dues([clock.pk]) == {clock.pk: DUE - HOUR}
    meet(clock, START + HOUR)
    assert clocks.next_dues([clock.pk]) == {}


def test_it_records_a_breach_once_dated_when_it_was_due():
    """P6, N6: three days late, and looked at twice."""
    clock = a_clock()

    first, second = look(DUE + 72 * HOUR), look(DUE + 73 * HOUR)

    assert "breach_recorded" in kinds(first)
    assert second == []
    assert breaches(clock) == [(DUE, "no_reply", True)]
    assert Breach.objects.get().recorded_at == DUE + 72 * HOUR


def test_it_knows_why_a_milestone_was_missed_when_told():
    """P3."""
    clock = a_clock()
    looks = clocks.look(clocks.claim_due(at=DUE, limit=10), at=DUE)

    clocks.mark_looked(looks, at=DUE, causes={looks[0].milestone.pk: BreachCause.NOT_REACHABLE})

    assert breaches(clock) == [(DUE, "not_reachable", True)]


def test_it_leaves_a_breach_standing_when_the_reply_comes_late():
    """P6."""
    clock = a_clock()
    look(DUE)

    changes = meet(clock, DUE + HOUR)

    assert kinds(changes) == ["milestone_met"]
    assert breaches(clock) == [(DUE, "no_reply", True)]


def test_it_voids_a_breach_once_proof_comes_in_that_the_reply_was_in_time():
    """P3: the row stays."""
    clock = a_clock()
    look(DUE)

    changes = meet(clock, DUE - HOUR, at=DUE + HOUR)

    assert kinds(changes) == ["breach_voided", "milestone_met"]
    assert breaches(clock) == [(DUE, "no_reply", False)]
    assert Breach.objects.get().void_reason == "delivered_in_time"


@pytest.mark.parametrize("swept", [True, False])
def test_it_takes_no_one_s_word_after_the_due_instant_whether_or_not_the_timer_ran(swept):
    """P6."""
    clock = a_clock()
    if swept:
        look(DUE)

    meet(clock, DUE - HOUR, at=DUE + HOUR, is_proven=False)

    assert breaches(clock) == [(DUE, "no_reply", True)]
    assert the("first_reply", clock).met_at == DUE - HOUR


def test_it_takes_a_person_s_word_given_in_time():
    clock = a_clock()

    meet(clock, DUE - 3 * HOUR, at=DUE - HOUR, is_proven=False)

    assert breaches(clock) == []


def test_it_reopens_what_a_voided_reply_had_met_at_its_own_due_time():
    """P4."""
    clock = a_clock()
    meet(clock, START + HOUR)

    changes = clocks.void([clock], by="reply:1", at=START + 30 * HOUR)

    milestone = the("first_reply", clock)
    assert kinds(changes) == ["milestone_reopened"]
    assert (milestone.is_open, milestone.due_at, milestone.met_by) == (True, DUE, "")


def test_it_tells_at_once_what_became_due_while_the_milestone_counted_as_met():
    """P4, N6: at 46 hours gone by, of three reminders each label's last."""
    clock = a_clock()
    meet(clock, START + HOUR)
    clocks.void([clock], by="reply:1", at=START + 46 * HOUR)

    changes = look(START + 46 * HOUR)

    told = {change.facts["rung"] for change in changes if change.kind == "alert_told"}
    assert told == {"officer-120m", "unit_head-480m", "chief-240m"}
    assert the("first_reply", clock).next_look_at == DUE


def test_it_reopens_nothing_that_another_reply_had_met():
    clock = a_clock()
    meet(clock, START + HOUR)

    assert clocks.void([clock], by="reply:2", at=START + 2 * HOUR) == []
    assert the("first_reply", clock).met_by == "reply:1"


def test_it_ends_what_a_voided_reply_had_promised():
    """P4."""
    clock = a_clock()
    meet(clock, START + HOUR)
    clocks.promise(clock, due_at=DUE + 48 * HOUR, opened_by="reply:1", at=START + HOUR)

    clocks.void([clock], by="reply:1", at=START + 2 * HOUR)

    promised = the("promised", clock)
    assert (promised.end_reason, promised.next_look_at) == ("voided", None)


def test_it_never_brings_back_a_promise_that_did_not_arrive():
    """P4: the interim is voided after an answer met its promise, then the answer too."""
    clock = a_clock()
    meet(clock, START + HOUR, by="reply:1")
    clocks.promise(clock, due_at=DUE + 48 * HOUR, opened_by="reply:1", at=START + HOUR)
    meet(clock, START + 2 * HOUR, by="reply:2")

    clocks.void([clock], by="reply:1", at=START + 3 * HOUR)
    clocks.void([clock], by="reply:2", at=START + 4 * HOUR)

    assert not the("promised", clock).is_open
    assert the("first_reply", clock).is_open


@pytest.mark.parametrize("swept", [True, False])
def test_it_keeps_the_breach_of_an_overdue_promise_whose_interim_is_voided(swept):
    """P6, N6: whether or not the timer ran in between."""
    clock = a_clock()
    meet(clock, START + HOUR)
    clocks.promise(clock, due_at=START + 10 * HOUR, opened_by="reply:1", at=START + HOUR)
    if swept:
        look(START + 11 * HOUR)

    clocks.void([clock], by="reply:1", at=START + 12 * HOUR)

    assert breaches(clock) == [(START + 10 * HOUR, "no_reply", True)]


@pytest.mark.parametrize(("due", "expected"), [(DUE, 1), (DUE - timedelta(seconds=1), 0)])
def test_it_records_as_missed_only_what_is_past(due, expected):
    """P4."""
    clock = a_clock()
    own = [the("first_reply", clock).pk]

    changes = clocks.record_missed([clock], cause=BreachCause.NOT_DELIVERED, at=due, among=own)

    assert kinds(changes) == ["breach_recorded"] * expected
    assert breaches(clock) == [(DUE, "sent_not_delivered", True)] * expected


def test_it_records_nothing_as_missed_that_is_not_asked_about():
    clock = a_clock()

    assert clocks.record_missed([clock], cause=BreachCause.NOT_DELIVERED, at=DUE, among=[]) == []


@pytest.mark.parametrize(("missed_by", "expected"), [(DUE - HOUR, 0), (DUE, 1), (DUE + 5 * HOUR, 1)])
def test_it_ends_without_erasing_what_was_already_missed(missed_by, expected):
    """P15."""
    clock = a_clock()

    clocks.end([clock], reason="withdrawn", missed_by=missed_by, at=DUE + 5 * HOUR)

    milestone = the("first_reply", clock)
    assert (milestone.ended_at, milestone.end_reason, milestone.met_at) == (DUE + 5 * HOUR, "withdrawn", None)
    assert len(breaches(clock)) == expected


@pytest.mark.parametrize("close", [True, False])
def test_it_tells_a_breach_that_a_late_reply_or_an_ending_came_before_the_timer_for(close):
    """N6: none for three days, the same result."""
    clock = a_clock()
    if close:
        clocks.end([clock], reason="withdrawn", missed_by=DUE + HOUR, at=DUE + HOUR)
    else:
        meet(clock, DUE + HOUR)

    changes = look(DUE + 72 * HOUR)

    told = [change.facts["rung"] for change in changes if change.kind == "alert_told"]
    assert told == ["leadership-0m"]
    assert look(DUE + 73 * HOUR) == []
    assert len(breaches(clock)) == 1


@pytest.mark.parametrize("how", ["met", "ended"])
def test_it_tells_nothing_of_a_milestone_done_in_time(how):
    clock = a_clock()
    if how == "met":
        meet(clock, DUE - HOUR)
    else:
        clocks.end([clock], reason="withdrawn", missed_by=DUE - HOUR, at=DUE - HOUR)

    assert look(DUE + 72 * HOUR) == []
    assert Firing.objects.count() == 0


def test_it_claims_by_state_the_earliest_first_and_no_more_than_asked():
    """N6."""
    for hours in (3, 1, 2):
        a_clock(started_at=START - hours * HOUR, at=START)

    claimed = clocks.claim_due(at=DUE, limit=2)

    assert [milestone.due_at for milestone in claimed] == [DUE - 3 * HOUR, DUE - 2 * HOUR]


def test_it_claims_nothing_before_its_moment_and_nothing_it_was_told_to_leave():
    pk = the("first_reply", a_clock()).pk

    assert clocks.claim_due(at=DUE - 24 * HOUR - timedelta(seconds=1), limit=10) == []
    assert clocks.claim_due(at=DUE, limit=10, besides=[pk]) == []
    assert len(clocks.claim_due(at=DUE - 24 * HOUR, limit=10)) == 1


def test_it_earns_its_alerts_again_for_another_due_instant():
    """P10, N7."""
    clock = a_clock()
    look(DUE - 2 * HOUR)
    later = DUE + 48 * HOUR
    Milestone.objects.update(due_at=later, next_look_at=later - 24 * HOUR)

    changes = look(later - 24 * HOUR)

    assert [change.facts["rung"] for change in changes] == ["officer-1440m"]
    assert clock.milestones.get().firings.count() == 6


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("UPDATE sla_milestone SET met_at = due_at, ended_at = due_at, next_look_at = NULL", "milestone_met_or_ended"),
        ("UPDATE sla_milestone SET met_at = opened_at", "milestone_only_open_or_missed_fires"),
        ("UPDATE sla_clock SET started_at = logged_at + interval '1 s'", "clock_starts_in_the_past"),
        (
            "INSERT INTO sla_breach (milestone_id, due_at, recorded_at, cause, void_reason)"
            " SELECT id, due_at, due_at - interval '1 s', 'no_reply', '' FROM sla_milestone",
            "breach_never_early",
        ),
        (
            "INSERT INTO sla_breach (milestone_id, due_at, recorded_at, cause, void_reason, voided_at)"
            " SELECT id, due_at, due_at, 'no_reply', '', due_at FROM sla_milestone",
            "breach_void_has_reason",
        ),
        (
            "INSERT INTO sla_breach (milestone_id, due_at, recorded_at, cause, void_reason)"
            " SELECT id, due_at, due_at, 'no_reply', '' FROM sla_milestone, generate_series(1, 2)",
            "breach_once_per_milestone",
        ),
        (
            "INSERT INTO sla_firing (milestone_id, rung, due_at, planned_at, fired_at, result)"
            " SELECT id, 'officer-120m', due_at, due_at, due_at, 'told' FROM sla_milestone, generate_series(1, 2)",
            "firing_once",
        ),
        (
            "INSERT INTO sla_firing (milestone_id, rung, due_at, planned_at, fired_at, result)"
            " SELECT id, 'officer-120m', due_at, due_at, due_at - interval '1 s', 'told' FROM sla_milestone",
            "firing_never_early",
        ),
    ],
)
def test_it_is_held_by_the_database_itself(sql, name):
    """N7, P6."""
    a_clock()

    with pytest.raises(IntegrityError, match=name), connection.cursor() as cursor:
        cursor.execute(sql)


def test_it_dates_changes_with_plain_facts():
    """P14: what a history keeps of a clock is ids, codes and times."""
    clock = a_clock()

    (change,) = meet(clock, datetime(2026, 11, 23, 2, 0, tzinfo=UTC))

    assert change.facts == {
        "milestone": the("first_reply", clock).pk,
        "name": "first_reply",
        "number": 1,
        "due_at": DUE.astimezone(UTC).isoformat(),
        "met_at": "2026-11-23T02:00:00+00:00",
        "by": "reply:1",
    }


def test_it_finds_the_latest_breaches_without_sorting_them_all(db):
    """P6: none is ever taken away, so that they grow for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    plan = Breach.objects.filter(voided_at__isnull=True).order_by("-due_at")[:50].explain()

    assert "breach_latest" in plan
