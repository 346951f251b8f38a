"""The timer (§6): whom it tells and when (N1, N3), what it makes up for (N6), and that it never tells twice (N7)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from notifications import outbox
from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import Agency, Membership, Role, User
from requests_desk.tickets.models import Alert, Delivery, Ticket
from requests_desk.tickets.services import batches, intake, reminders, replies
from sla.models import Breach, Clock, Firing, Milestone, PolicyVersion
from tests.support.cast import (
    MORNING,
    PROMISE,
    Desk,
    a_person,
    a_reply,
    a_request,
    answered_by_call,
    later,
    log_ticket,
    outbox_row,
)

DUE = MORNING + PROMISE
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tireless: Desk) -> Desk:
    """Work where no reminder moves; tests/sla/test_office.py tells of those that do."""
    return tireless


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def told(*, since: int = 0, ticket: Ticket | None = None) -> list[str]:
    """Return who was told by what, as `alice email`, in alphabetical order."""
    rows = Notification.objects.filter(cause__startswith="alert:", pk__gt=since)
    rows = rows.filter(subject=ticket.key) if ticket else rows
    names = {f"user:{user.pk}": user.username for user in User.objects.all()}
    return sorted(f"{names.get(row.recipient, row.recipient)} {row.channel}" for row in rows)


def told_at(at: datetime) -> list[str]:
    since = max(Notification.objects.values_list("pk", flat=True), default=0)
    reminders.sweep(at=at)
    return told(since=since)


# --- N1 ----------------------------------------------------------------------------------------------------------


def test_it_climbs_the_ladder_hour_by_hour(desk, ticket):
    """N1: nobody is told in between, but the leader of what nobody acknowledged within an hour of 06:00 (N2, N4)."""
    heard = {}
    for hours_left in range(48, -3, -1):
        if people := told_at(DUE - hours_left * HOUR):
            heard[hours_left] = people

    assert heard == {
        24: ["alice email"],
        8: ["alice email", "bob email"],
        4: ["chief email"],
        2: ["alice email"],
        1: ["leader email", "leader sms"],
        0: ["leader email", "leader sms"],
    }


@pytest.mark.parametrize(("seconds", "people"), [(-1, []), (0, ["alice email"])])
def test_it_tells_at_the_second_and_not_before(desk, ticket, seconds, people):
    """N1."""
    assert told_at(DUE - 24 * HOUR + timedelta(seconds=seconds)) == people


def test_it_dates_the_breach_when_it_was_due_and_says_so_in_the_ledger(desk, ticket):
    """P6."""
    reminders.sweep(at=DUE + timedelta(seconds=7))

    breach = Breach.objects.get()
    assert (breach.due_at, breach.recorded_at, breach.cause) == (DUE, DUE + timedelta(seconds=7), "no_reply")
    assert ticket.events.get(kind="breach_recorded").facts["due_at"] == DUE.isoformat()


def test_it_tells_only_of_the_breach_where_it_was_past_when_logged(desk):
    """N1: the highest rung then due."""
    log_ticket(desk, received_at=MORNING - 3 * 24 * HOUR, received_reason="Mất điện")

    assert told_at(MORNING) == ["leader email", "leader sms"]


def test_it_keeps_a_promise_s_own_ladder(desk, ticket):
    """P5, N1."""
    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))

    assert told_at(DUE) == []
    assert told_at(later(days=4) - 24 * HOUR) == ["alice email"]
    reminders.sweep(at=later(days=4) - HOUR)
    assert told_at(later(days=4)) == ["leader email", "leader sms"]


def test_it_goes_silent_once_answered(desk, ticket):
    answered_by_call(ticket, by=desk.alice, at=later(hours=1))

    assert told_at(later(days=9)) == []


@pytest.mark.parametrize("state", ["replied", "closed"])
def test_it_tells_whatever_somebody_wrote_into_the_ticket_s_state(desk, ticket, state):
    """§6: it reads milestones, never a ticket's state."""
    changes = {"state": state, "next_due_at": None}
    if state == "closed":
        changes |= {"ending": "answered", "closed_at": later(hours=1)}
    Ticket.objects.filter(pk=ticket.pk).update(**changes)

    assert told_at(DUE) == ["leader email", "leader sms"]


# --- N3 ----------------------------------------------------------------------------------------------------------


def test_it_tells_front_desk_and_head_of_unit_while_nobody_handles_it(desk):
    """N3."""
    log_ticket(desk)

    assert told_at(DUE - 24 * HOUR) == ["bob email", "lan email"]


def test_it_tells_the_front_desk_alone_while_no_unit_has_it(desk):
    """N3: and its head's rung climbs to the chief."""
    log_ticket(desk, unit=None)

    assert told_at(DUE - 24 * HOUR) == ["lan email"]
    assert told_at(DUE - 8 * HOUR) == ["chief email", "lan email"]


@pytest.mark.parametrize(
    ("absent", "hours_left", "people"),
    [
        (["alice"], 24, ["bob email"]),
        (["alice", "bob"], 24, ["chief email"]),
        (["alice", "bob", "chief"], 24, ["leader email"]),
        (["alice", "bob", "chief", "leader"], 24, ["agency email", "root email"]),
        (["bob"], 8, ["alice email", "chief email"]),
        (["chief"], 4, ["leader email"]),
        (["leader"], 0, ["agency email", "root email"]),
    ],
)
def test_it_gives_an_empty_rung_to_the_next_and_the_last_to_alarm_address_and_administrators(
    desk, ticket, absent, hours_left, people
):
    """N3."""
    Agency.objects.filter(pk=desk.agency.pk).update(alarm_email="alarm@so.example")
    User.objects.filter(username__in=absent).update(is_active=False)
    reminders.sweep(at=DUE - (hours_left + 1) * HOUR)

    heard = [who.replace(f"agency:{desk.agency.pk}", "agency") for who in told_at(DUE - hours_left * HOUR)]

    assert heard == people


def test_it_tells_one_person_on_several_rungs_once(desk, ticket):
    """N3."""
    Membership.objects.create(user=desk.alice, agency=desk.agency, unit=desk.unit, role=Role.UNIT_HEAD)
    reminders.sweep(at=DUE - 9 * HOUR)

    assert told_at(DUE - 8 * HOUR) == ["alice email", "bob email"]
    row = Notification.objects.get(recipient=f"user:{desk.alice.pk}", key__contains="officer-480m")
    assert "officer-480m+unit_head-480m" in row.key


def test_it_takes_the_next_channel_where_a_person_has_no_address_for_the_wanted_one(desk, ticket):
    """N8."""
    User.objects.filter(pk=desk.alice.pk).update(email="", phone="+84912345670")

    assert told_at(DUE - 24 * HOUR) == ["alice sms"]


def test_it_passes_over_who_cannot_be_reached_at_all(desk, ticket):
    """N8, N3."""
    User.objects.filter(pk=desk.alice.pk).update(email="", phone="")

    assert told_at(DUE - 24 * HOUR) == ["bob email"]


def test_it_says_in_the_log_that_nobody_can_be_told_and_records_the_breach_all_the_same(desk, ticket, caplog):
    """N3, P6."""
    User.objects.update(is_active=False)

    assert told_at(DUE) == []
    assert Breach.objects.count() == 1
    assert ticket.code in caplog.text


def test_it_claims_to_have_told_nobody_and_tells_as_soon_as_somebody_is_there(desk, ticket):
    """N3, P14: the ledger says of no alert that it was told when it was not."""
    User.objects.update(is_active=False)
    reminders.sweep(at=DUE)
    assert not ticket.events.filter(kind="alert_told").exists()
    User.objects.filter(pk=desk.leader.pk).update(is_active=True)

    assert told_at(DUE + timedelta(minutes=4)) == []
    assert told_at(DUE + timedelta(minutes=5)) == ["leader email", "leader sms"]
    assert told_at(DUE + timedelta(minutes=10)) == []


# --- P13 ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(desk: Desk) -> Ticket:
    return log_ticket(desk, kind="harassment")


@pytest.mark.parametrize("hours_left", [24, 8, 4, 0])
def test_it_tells_of_a_sealed_request_only_who_may_read_it(desk, sealed, hours_left):
    """P13: every rung below is empty."""
    reminders.sweep(at=DUE - (hours_left + 1) * HOUR)

    people = told_at(DUE - hours_left * HOUR)

    assert set(people) == {"leader email"} | ({"leader sms"} if hours_left == 0 else set())


def test_it_names_nobody_in_what_it_tells_of_a_sealed_request(desk, sealed):
    """P13: the alarm address may be read by the one reported on."""
    reminders.sweep(at=DUE - 8 * HOUR)
    reminders.sweep(at=DUE)

    for row in Notification.objects.filter(cause__startswith="alert:"):
        assert sealed.code in row.text
        assert str(sealed.requester) not in row.text + row.html + row.title


@pytest.mark.parametrize("by_unit", [True, False])
def test_it_counts_who_is_excluded_as_absent(desk, sealed, by_unit):
    """P13, N3: as a person, or through any unit they also belong to; administrators are not told either."""
    Agency.objects.filter(pk=desk.agency.pk).update(alarm_email="alarm@so.example")
    if by_unit:
        Membership.objects.create(user=desk.leader, agency=desk.agency, unit=desk.unit, role=Role.UNIT_HEAD)
        sealed.exclusions.create(unit=desk.unit)
    else:
        sealed.exclusions.create(user=desk.leader)

    assert told_at(DUE) == [f"agency:{desk.agency.pk} email"]


def test_it_tells_another_leader_instead_of_the_excluded_one(desk, sealed):
    """P13."""
    a_person("minh", desk.agency, Role.LEADER)
    sealed.exclusions.create(user=desk.leader)

    assert told_at(DUE) == ["minh email"]


# --- N6 ----------------------------------------------------------------------------------------------------------


def test_it_makes_up_for_three_days_of_outage(desk):
    """N6: each missed breach is told once, what it replaced is recorded as skipped."""
    tickets = [log_ticket(desk, officer=desk.alice, at=later(hours=hours)) for hours in range(4)]

    people = told_at(later(days=5))

    assert people == sorted(["leader email", "leader sms"] * len(tickets))
    assert Counter(Firing.objects.values_list("result", flat=True)) == {"told": 4, "superseded": 20}
    assert [breach.due_at for breach in Breach.objects.order_by("due_at")] == [DUE + hours * HOUR for hours in range(4)]


def test_it_makes_up_for_a_short_outage_with_what_still_matters(desk, ticket):
    """N6: three hours left, the officer hears once."""
    assert told_at(DUE - 3 * HOUR) == ["alice email", "bob email", "chief email"]
    skipped = Firing.objects.filter(result="superseded").values_list("rung", flat=True)
    assert list(skipped) == ["officer-1440m"]


@pytest.mark.parametrize("pace", [timedelta(minutes=187), 31 * HOUR, timedelta(days=12)])
def test_it_comes_to_the_same_breaches_whatever_its_pace(desk, pace):
    """§6: two sweeps, a late one, none for days."""
    tickets = [log_ticket(desk, officer=desk.alice) for _number in range(3)]
    answered_by_call(tickets[0], by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))
    at = MORNING
    while at < later(days=6):
        at += pace
        reminders.sweep(at=at)

    assert sorted(Breach.objects.values_list("due_at", flat=True)) == [DUE, DUE, later(days=4)]
    assert Counter(told())["leader sms"] == 3


def test_it_goes_on_past_what_one_batch_holds(desk, monkeypatch):
    """N6."""
    for hours in range(7):
        log_ticket(desk, at=later(hours=hours))
    monkeypatch.setattr(batches, "LIMIT", 2)

    assert reminders.sweep(at=later(days=5)) == 7
    assert Breach.objects.count() == 7


# --- N7 ----------------------------------------------------------------------------------------------------------


def test_it_tells_nothing_twice(desk, ticket):
    """N7."""
    reminders.sweep(at=DUE)
    before = (Notification.objects.count(), ticket.events.count(), Firing.objects.count())

    for minutes in range(3):
        assert reminders.sweep(at=DUE + timedelta(minutes=minutes)) == 0

    assert (Notification.objects.count(), ticket.events.count(), Firing.objects.count()) == before


def test_it_repeats_nothing_for_a_clock_that_runs_behind(desk, ticket):
    """N7: a second machine whose `at` is older."""
    reminders.sweep(at=DUE - 8 * HOUR)

    assert told_at(DUE - 24 * HOUR) == []


def test_it_undoes_all_of_a_sweep_that_dies_and_loses_nothing(desk, ticket, monkeypatch):
    """N7: claim, history and messages commit together or not at all."""
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "enqueue", database_away)
        with pytest.raises(OperationalError):
            reminders.sweep(at=DUE)
    assert not Breach.objects.exists()

    assert told_at(DUE) == ["leader email", "leader sms"]


def database_away(*_args: object, **_more: object) -> None:
    raise OperationalError


def test_it_settles_what_a_crash_left_stored(desk, ticket):
    """N7: recorded as accepted, and nobody heard of it."""
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))
    waiting = outbox.claim("email", at=later(hours=1), limit=9, lease_seconds=60, owner="x")
    row = next(row for row in waiting if row.cause == "reply")
    outbox.begin_attempt(row, at=later(hours=1), lease_seconds=60)
    outbox.record(row, Result.accepted(), at=later(hours=1))
    assert Delivery.objects.get().reached_at is None

    reminders.sweep(at=DUE + HOUR)

    reply.refresh_from_db()
    assert reply.reached_at == Milestone.objects.get().met_at == later(hours=1)
    assert not Breach.objects.exists()
    assert outbox_row(reply.key).settled_at == DUE + HOUR


def test_it_is_not_held_up_by_an_outcome_that_cannot_be_settled(desk, ticket, caplog):
    """N7: it is tried again by every sweep, and says so."""
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=later(hours=1))
    Delivery.objects.all().delete()
    row = outbox_row(reply.key)
    Notification.objects.filter(pk=row.pk).update(
        state="sent", accepted_at=later(hours=1), outcome_at=later(hours=1), next_attempt_at=None
    )

    assert told_at(DUE) == ["leader email", "leader sms"]
    assert row.key in caplog.text
    assert outbox_row(reply.key).settled_at is None


def test_it_tells_in_plain_words_what_it_cannot_write(desk, ticket, caplog):
    """N6, P6: whatever is wrong with one request, its breach stands, is told, and holds up no other."""
    strange = intake.log(desk.other_agency, a_request(unit=desk.other_unit), by=desk.charlie, at=MORNING).ticket
    Agency.objects.filter(pk=desk.other_agency.pk).update(timezone="Asia/Nowhere", alarm_email="a@so.example")

    assert told_at(DUE) == [f"agency:{desk.other_agency.pk} email", "leader email", "leader sms"]
    assert Breach.objects.count() == 2
    assert strange.code in Notification.objects.get(destination="a@so.example").title
    assert strange.code in caplog.text


def test_it_lets_no_unreadable_policy_hold_up_the_others(desk, ticket, caplog):
    """N6, P6: the breach of that one stands all the same and is told once, to whom needs no policy."""
    Agency.objects.filter(pk=desk.agency.pk).update(alarm_email="a@so.example")
    strange = log_ticket(desk, text="Khác.")
    spoil(strange)

    assert told_at(DUE) == [f"agency:{desk.agency.pk} email", "leader email", "leader sms", "root email"]
    assert Breach.objects.count() == 2
    assert [row.ticket for row in Alert.objects.filter(rung="alarm", recipient__startswith="agency")] == [strange]
    assert told_at(DUE + HOUR) == []


def test_it_comes_back_later_to_what_it_cannot_read(desk, ticket, caplog):
    spoil(ticket)

    reminders.sweep(at=DUE - 24 * HOUR)

    assert Milestone.objects.get().next_look_at == DUE - 24 * HOUR + reminders.NOBODY_THERE
    assert not Breach.objects.exists()


def spoil(ticket: Ticket) -> None:
    """Pin a ticket's clock to a version of its policy that nobody can read."""
    clock = Clock.objects.get(ticket_clock__ticket=ticket)
    broken = PolicyVersion.objects.create(
        policy=clock.policy_version.policy, number=99, document={"rule": "?"}, created_at=MORNING
    )
    Clock.objects.filter(pk=clock.pk).update(policy_version=broken)


def test_it_holds_nothing_but_code_times_and_units_in_subject_and_sms(desk, ticket):
    """N10."""
    reminders.sweep(at=DUE - 24 * HOUR)
    reminders.sweep(at=DUE)

    for row in Notification.objects.filter(cause__startswith="alert:"):
        line = row.title if row.channel == "email" else row.text
        assert ticket.code in line
        assert not any(secret in line for secret in ("Trần", "Vạn Phát", "giấy phép", "0950000001"))


def test_it_leaves_no_trace_of_a_milestone_met_in_time(desk, ticket):
    answered_by_call(ticket, by=desk.alice, at=later(hours=1))

    assert reminders.sweep(at=later(days=9)) == 0
    assert not Firing.objects.exists()
