"""The circuit breaker: opens once, lets one through at a time, and lets all go when the provider is back (N7)."""

from __future__ import annotations

import pytest

from notifications import breaker, outbox
from notifications.models import Breaker, Notification
from notifications.results import Result
from tests.notifications.cast import MORNING, a_draft, begun, later, stored

pytestmark = pytest.mark.django_db
AWAY, WELL = Result.temporary("unreachable", outage=True), Result.accepted()


def opened(*, at=MORNING):
    guard = breaker.guard("email", at=at)
    assert guard.note([AWAY] * breaker.OUTAGES, at=at) == "opened"
    return guard


def test_it_writes_nothing_while_all_goes_well(django_assert_num_queries):
    guard = breaker.guard("email", at=MORNING)

    with django_assert_num_queries(0):
        assert guard.note([WELL] * 100, at=MORNING) == ""


def test_it_opens_after_some_outages_in_a_row():
    guard = breaker.guard("email", at=MORNING)

    turns = [guard.note([AWAY], at=MORNING) for _ in range(4)]

    assert turns == ["", "", "opened", ""]
    assert breaker.open_since() == {"email": MORNING}


@pytest.mark.parametrize("between", [WELL, Result.permanent("smtp_550"), Result.temporary("smtp_451")])
def test_it_stays_closed_when_one_message_alone_upsets_the_provider(between):
    guard = breaker.guard("email", at=MORNING)

    turns = guard.note([AWAY, AWAY, between, AWAY, AWAY], at=MORNING)

    assert turns == ""
    assert breaker.open_since() == {}


def test_it_counts_across_senders():
    for _ in range(2):
        breaker.guard("email", at=MORNING).note([AWAY], at=MORNING)

    assert breaker.guard("email", at=MORNING).note([AWAY], at=MORNING) == "opened"


def test_it_keeps_each_channel_apart():
    opened()

    assert not breaker.guard("sms", at=MORNING).is_open


def test_it_lets_one_prober_through_at_a_time():
    opened()
    probe = MORNING + breaker.PROBE

    assert breaker.guard("email", at=MORNING) is None
    assert breaker.guard("email", at=probe).is_open
    assert breaker.guard("email", at=probe) is None


def test_it_probes_no_sooner_than_the_provider_asked():
    guard = breaker.guard("sms", at=MORNING)
    guard.note([Result.temporary("twilio_20429", outage=True, retry_after=60)] * 3, at=MORNING)

    assert breaker.guard("sms", at=later(59)) is None
    assert breaker.guard("sms", at=later(60))


def test_it_closes_at_the_first_answer():
    opened()
    guard = breaker.guard("email", at=later(60))

    assert guard.note([WELL], at=later(60)) == "closed"

    assert not breaker.guard("email", at=later(60)).is_open
    assert Breaker.objects.get().failures == 0


def test_it_lets_all_go_that_waited_for_the_provider():
    row = begun(a_draft())
    outbox.record(row, AWAY, at=MORNING)
    opened()

    breaker.guard("email", at=later(11)).note([WELL], at=later(11))

    assert stored(row.key).next_attempt_at == later(11)


def test_it_lets_nothing_go_that_waits_for_its_own_hour_or_trouble():
    row = begun(a_draft("own trouble"))
    outbox.record(row, Result.temporary("smtp_451"), at=MORNING)
    outbox.enqueue([a_draft("own hour", not_before=later(3600))], at=MORNING)
    before = dict(Notification.objects.values_list("key", "next_attempt_at"))
    opened()

    breaker.guard("email", at=later(11)).note([WELL], at=later(11))

    assert dict(Notification.objects.values_list("key", "next_attempt_at")) == before
