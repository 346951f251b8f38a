from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from notifications import dispatch, outbox
from notifications.models import Notification
from tests.notifications.cast import LEASE, MORNING, a_draft, an_sms, claimed, dispatched, enqueued, later, stored

pytestmark = pytest.mark.django_db


class TickingClock:
    """A clock on which every look costs some seconds."""

    def __init__(self, seconds):
        self.now, self.step = MORNING - timedelta(seconds=seconds), timedelta(seconds=seconds)

    def __call__(self):
        self.now += self.step
        return self.now


def send(**changes):
    usual = {"clock": lambda: MORNING, "limit": 100, "lease_seconds": LEASE, "owner": "one"}
    return dispatch.send("email", **{**usual, **changes})


def sent(**changes):
    return [pair for tried in send(**changes) for pair in tried]


def dies_after(mails, *, relay):
    """Let a sender be killed once the relay has taken so many, before it records any of that handful."""
    for _tried in send():
        if len(relay.taken) >= mails:
            return


def test_it_does_nothing_when_nothing_is_due(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert list(send()) == []


def test_it_sends_no_more_than_a_batch(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(5)], at=MORNING)

    assert len(sent(limit=2)) == 2


def test_it_gives_back_what_a_task_has_no_time_for(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(9)], at=MORNING)

    results = sent(clock=TickingClock(8))

    assert 0 < len(results) < 9
    assert Notification.objects.filter(state="pending").count() == 9 - len(results)


def test_it_stops_after_some_outages_in_a_row_and_leaves_the_rest_due(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(6)], at=MORNING)
    relay.at_mail.extend(["421"] * 6)

    assert len(dispatched("email")) == 3

    assert [n.next_attempt_at for n in Notification.objects.filter(attempts=0)] == [MORNING] * 3


def test_it_sends_the_others_past_one_that_upsets_the_relay(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(6)], at=MORNING)
    relay.at_mail.append("421")

    dispatched("email")

    assert len(relay.taken) == 5


def test_it_sends_what_waited_once_the_relay_is_back(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(3)], at=MORNING)
    relay.at_mail.extend(["421"] * 3)
    dispatched("email")
    relay.at_mail.clear()

    dispatched("email", at=later(60))

    assert len(relay.taken) == 3


def test_it_sends_nothing_that_another_took_over_in_between(relay):
    outbox.enqueue([a_draft("a"), a_draft("b")], at=MORNING)
    sending = send()
    outbox.record(*next(sending)[0], at=MORNING)
    Notification.objects.filter(key="b").update(lease_owner="two")

    assert list(sending) == []

    assert [mail["X-Desk-Key"] for mail in relay.taken] == ["a"]


def test_it_leaves_a_row_under_lease_when_its_sender_dies(relay):
    enqueued(a_draft())

    next(send())

    assert stored("reply:1:email").state == "leased"
    assert claimed(at=later(LEASE - 1)) == []
    assert len(claimed(at=later(LEASE))) == 1


def test_it_begins_few_before_it_knows_that_the_relay_is_well(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(40)], at=MORNING)

    sizes = [len(tried) for tried in send()]

    assert sizes == [1, 2, 4, 8, 8, 8, 8, 1]


def test_it_sends_sms_one_by_one(twilio):
    outbox.enqueue([an_sms(f"a:{n}") for n in range(3)], at=MORNING)

    sizes = [len(tried) for tried in dispatch.send("sms", clock=lambda: MORNING, limit=9, lease_seconds=9, owner="one")]

    assert sizes == [1, 1, 1]


def test_it_repeats_no_more_than_one_handful_of_a_sender_that_was_killed(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(7)], at=MORNING)
    dies_after(3, relay=relay)

    dispatched("email", at=later(LEASE))

    keys = Counter(mail["X-Desk-Key"] for mail in relay.taken)
    assert len(keys) == 7
    assert max(keys.values()) == 2
    assert len({mail["Message-ID"] for mail in relay.taken}) == 7


def test_it_takes_back_what_was_begun_and_never_left(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(9)], at=MORNING)
    relay.at_mail.extend([""] * 4 + ["421"] * 12)

    dispatched("email")

    rows = Notification.objects.order_by("pk")
    assert [n.attempts for n in rows] == [n.tries.count() for n in rows] == [1] * 7 + [0] * 2


def test_it_breaks_off_a_handful_that_takes_too_long(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(9)], at=MORNING)

    sizes = [len(tried) for tried in send(clock=TickingClock(1))]

    assert max(sizes) <= 3
