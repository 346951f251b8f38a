"""P10: a new version is shown, confirmed and logged before it moves an open request; P6: no breach is ever lost."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from requests_desk.tickets import access
from requests_desk.tickets.models import Application, Event, Ticket
from requests_desk.tickets.services import policy_choice, reminders, repinning, replies
from requests_desk.tickets.services.repinning import MoreWouldBeMissed, NotInForce, ReasonMissing
from sla import catalogue, special_days, worktime
from sla.models import Breach, Clock, Firing, Milestone
from sla.policies import DEFAULT_POLICY
from sla.special_days import SpecialDay
from tests.sla.vietnam import document
from tests.support.cast import MORNING, PROMISE, Desk, a_reply, later, log_ticket


@pytest.fixture
def desk(tireless: Desk) -> Desk:
    """Work where no reminder moves; tests/sla/test_office.py tells of those that do."""
    return tireless


HOUR = timedelta(hours=1)
WHY = "Kết luận giao ban ngày 23/11"


def a_policy(desk, at=MORNING, **changes):
    owner = policy_choice.owner(desk.agency)
    return catalogue.add_policy(owner, policy_choice.POLICY, name="48 giờ", document=DEFAULT_POLICY | changes, at=at)


def a_calendar(desk, *days_off, at=MORNING):
    days = [SpecialDay(day, "holiday") for day in days_off]
    owner = policy_choice.owner(desk.agency)
    return catalogue.add_calendar(
        owner, policy_choice.CALENDAR, name="Sở", document=special_days.put(document(), days), at=at
    )


def applied(desk, version, *, at, missed=0):
    return repinning.apply(desk.agency, version, reason=WHY, missed=missed, by=desk.root, at=at)


def due_times():
    return list(Milestone.objects.order_by("pk").values_list("due_at", flat=True))


def test_it_leaves_open_requests_alone_until_it_is_applied(desk):
    ticket = log_ticket(desk)

    a_policy(desk, first_reply="72h")

    ticket.refresh_from_db()
    assert ticket.next_due_at == MORNING + PROMISE
    assert log_ticket(desk, at=later(hours=1)).next_due_at == later(hours=73)


def test_it_shows_every_request_that_would_move_old_and_new(desk):
    first, second = log_ticket(desk, at=later(hours=1)), log_ticket(desk)
    version = a_policy(desk, first_reply="72h")

    shown = repinning.preview(desk.agency, version, by=desk.root, at=later(hours=2))

    assert [(row.ticket, row.was_due_at, row.due_at) for row in shown.rows] == [
        (second, later(hours=48), later(hours=72)),
        (first, later(hours=49), later(hours=73)),
    ]
    assert (shown.open, shown.moved, shown.missed) == (2, 2, 0)
    assert due_times() == [later(hours=49), later(hours=48)]


def test_it_moves_them_once_confirmed(desk):
    ticket = log_ticket(desk)
    version = a_policy(desk, first_reply="72h")

    made = applied(desk, version, at=later(hours=2))

    ticket.refresh_from_db()
    milestone = Milestone.objects.get()
    assert ticket.next_due_at == milestone.due_at == milestone.due_a_at == later(hours=72)
    assert milestone.clock.policy_version == version
    assert (made.repinned, made.moved, made.missed, made.reason, made.by) == (1, 1, 0, WHY, desk.root)


def test_it_logs_what_was_and_what_is_without_anybody_s_words(desk):
    """P14."""
    ticket = log_ticket(desk)
    made = applied(desk, a_policy(desk, first_reply="72h"), at=later(hours=2))

    event = ticket.events.get(kind="policy_applied")

    assert event.actor == desk.root
    assert (event.facts["was_due_at"], event.facts["due_at"]) == (
        later(hours=48).isoformat(),
        later(hours=72).isoformat(),
    )
    assert event.facts["application"] == made.pk
    assert WHY not in str(event.facts)


def test_it_moves_nothing_without_a_reason(desk):
    log_ticket(desk)
    version = a_policy(desk, first_reply="72h")

    with pytest.raises(ReasonMissing):
        repinning.apply(desk.agency, version, reason="  ", missed=0, by=desk.root, at=later(hours=2))

    assert due_times() == [later(hours=48)]
    assert not Application.objects.exists()


def test_it_applies_only_the_version_in_force(desk):
    old = a_policy(desk, first_reply="72h")
    a_policy(desk, first_reply="24h")

    with pytest.raises(NotInForce):
        applied(desk, old, at=later(hours=2))


def test_it_applies_no_other_agency_s_version(desk):
    theirs = catalogue.current_policy(f"agency:{desk.other_agency.pk}", policy_choice.POLICY)

    with pytest.raises(NotInForce):
        repinning.preview(desk.agency, theirs, by=desk.root, at=MORNING)


@pytest.mark.parametrize("kind", ["answer", "interim"])
def test_it_keeps_what_was_met_and_what_was_promised(desk, kind):
    """P10: a promised time was told to the requester; a met milestone stays explicable by its own version."""
    ticket = log_ticket(desk)
    replies.send(ticket, a_reply(kind, "call"), by=desk.bob, at=later(hours=1))
    before = due_times()

    made = applied(desk, a_policy(desk, first_reply="72h"), at=later(hours=2))

    assert (due_times(), made.repinned) == (before, 0)


def test_it_keeps_a_breach_and_the_deadline_that_was_missed(desk):
    """P6."""
    log_ticket(desk)
    at = later(hours=49)
    reminders.sweep(at=at)

    made = applied(desk, a_policy(desk, first_reply="72h"), at=at)

    assert (due_times(), made.repinned) == ([later(hours=48)], 0)
    assert Breach.objects.get().due_at == later(hours=48)


def test_it_counts_as_missed_what_is_due_even_before_the_timer_looked(desk):
    """P6: an edit does not outrun the timer."""
    log_ticket(desk)

    applied(desk, a_policy(desk, first_reply="72h"), at=later(hours=49))
    reminders.sweep(at=later(hours=50))

    assert Breach.objects.get().due_at == later(hours=48)


def test_it_shows_what_would_be_overdue_at_once_and_records_it_when_that_is_confirmed(desk):
    """P6, P10: dated when it was due by the new count, recorded when it was applied."""
    log_ticket(desk)
    version, at = a_policy(desk, first_reply="4h"), later(hours=6)

    shown = repinning.preview(desk.agency, version, by=desk.root, at=at)
    with pytest.raises(MoreWouldBeMissed):
        applied(desk, version, at=at, missed=0)
    made = applied(desk, version, at=at, missed=shown.missed)

    breach = Breach.objects.get()
    assert (shown.missed, shown.rows[0].is_missed, made.missed) == (1, True, 1)
    assert (breach.due_at, breach.recorded_at) == (later(hours=4), at)
    assert Event.objects.filter(kind="breach_recorded").count() == 1


def test_it_tells_the_leadership_of_a_breach_so_found_once(desk):
    log_ticket(desk)
    applied(desk, a_policy(desk, first_reply="4h"), at=later(hours=6), missed=1)

    reminders.sweep(at=later(hours=6))
    reminders.sweep(at=later(hours=7))

    assert Firing.objects.filter(rung="leadership-0m", result="told").count() == 1
    assert Breach.objects.count() == 1


def test_it_earns_the_alerts_of_the_new_deadline(desk):
    """N1."""
    log_ticket(desk)
    reminders.sweep(at=later(hours=24))

    applied(desk, a_policy(desk, first_reply="72h"), at=later(hours=25))
    reminders.sweep(at=later(hours=48))

    told = Firing.objects.filter(rung="officer-1440m").order_by("due_at").values_list("due_at", "planned_at")
    assert list(told) == [(later(hours=48), later(hours=24)), (later(hours=72), later(hours=48))]


def test_it_applies_another_ladder_where_no_deadline_moves(desk):
    log_ticket(desk)
    ladder = [{"to": "officer", "before": "30h", "by": ["email"]}, *DEFAULT_POLICY["ladder"]]
    version = a_policy(desk, ladder=ladder)

    shown = repinning.preview(desk.agency, version, by=desk.root, at=later(hours=1))
    applied(desk, version, at=later(hours=1))
    reminders.sweep(at=later(hours=18))

    assert (shown.open, shown.moved, shown.rows) == (1, 0, [])
    assert Firing.objects.filter(rung="officer-1800m").exists()


def test_it_applies_a_calendar_to_the_rule_that_reads_it(desk):
    a_policy(desk, rule="B")
    log_ticket(desk)
    version = a_calendar(desk, (MORNING + timedelta(days=2)).date())

    made = applied(desk, version, at=later(hours=1))

    assert due_times() == [later(hours=96)]  # 24/11 is a day off; now 25/11 is one too
    assert made.calendar_version == version


def test_it_neither_lists_nor_counts_a_sealed_report_but_moves_it(desk):
    """P13."""
    log_ticket(desk, kind="denunciation")
    version = a_policy(desk, first_reply="4h")

    shown = repinning.preview(desk.agency, version, by=desk.root, at=later(hours=6))
    made = applied(desk, version, at=later(hours=6), missed=shown.missed)

    assert (shown.open, shown.rows) == (0, [])
    assert made.missed == 1


def test_it_leaves_other_agencies_alone(desk):
    log_ticket(desk)
    other = log_ticket(desk)
    Ticket.objects.filter(pk=other.pk).update(agency=desk.other_agency)

    made = applied(desk, a_policy(desk, first_reply="72h"), at=later(hours=1))

    assert made.repinned == 1


def test_it_previews_in_as_many_queries_however_many_there_are(desk):
    first = log_ticket(desk).ticket_clocks.get().clock.policy_version
    version = a_policy(desk, first_reply="96h")
    access.memberships(desk.root)
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            repinning.preview(desk.agency, version, by=desk.root, at=later(hours=1))
        counts.append(len(queries))
        pinned = [log_ticket(desk).ticket_clocks.get().clock_id for _ in range(3)]
        Clock.objects.filter(pk__in=pinned).update(policy_version=first)

    assert counts[1] == counts[2] <= 7


# --- properties -------------------------------------------------------------------------------------------------

few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
rules = st.sampled_from(["A", "B", "W"])
edits = st.fixed_dictionaries({"rule": rules, "first_reply": st.integers(1, 120).map(lambda hours: f"{hours}h")})


@pytest.fixture
def scratch(desk):
    """Return a way to run one example on a desk as it was, and leave it so."""

    @contextmanager
    def example():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return example


@few
@given(offset=st.integers(0, 9), hours=st.integers(0, 40), start=st.integers(0, 200), rule=rules)
def test_it_never_makes_a_deadline_earlier_by_a_day_off_more(desk, scratch, *, offset, hours, start, rule):
    with scratch():
        a_calendar(desk)
        a_policy(desk, rule=rule)
        received = later(hours=start)
        log_ticket(desk, at=received)
        before = Milestone.objects.order_by("-pk")[0]
        day = received.astimezone(worktime.Calendar.from_json(document()).tz).date() + timedelta(days=offset)

        version = a_calendar(desk, day)
        applied(desk, version, at=received + hours * HOUR, missed=99)

        assert Milestone.objects.get(pk=before.pk).due_at >= before.due_at


@few
@given(st.lists(st.tuples(edits, st.integers(0, 30), st.booleans()), min_size=1, max_size=4))
def test_it_never_lowers_the_number_of_breaches_by_any_edit(desk, scratch, steps):
    """P6: and what was missed keeps the time it was due."""
    with scratch():
        at = MORNING
        known: dict[int, object] = {}
        for number, (edit, hours, is_calendar) in enumerate(steps):
            log_ticket(desk, at=at)
            at += hours * HOUR
            if number % 2:
                reminders.sweep(at=at)
            day = (at + timedelta(days=1)).date()
            applied(desk, a_calendar(desk, day) if is_calendar else a_policy(desk, **edit), at=at, missed=99)
            found = dict(Breach.objects.filter(voided_at__isnull=True).values_list("milestone", "due_at"))
            assert known.items() <= found.items()
            known = found
