from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connection, connections, transaction

from notifications import dispatch, outbox
from notifications.models import Attempt, Notification
from notifications.results import Result
from tests.notifications.cast import LEASE, MORNING, a_draft, an_sms, begun, claimed, enqueued, later, stored

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work, people=4):
    """Run the work in threads that start together, each with its own connection; return what each returned."""
    gate = threading.Barrier(people)

    def one(number):
        try:
            gate.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(one, range(people)))


def test_it_never_gives_one_row_to_two_claimers():
    outbox.enqueue([a_draft(f"a:{n}") for n in range(400)], at=MORNING)

    def work(number):
        mine = []
        while rows := claimed(owner=f"worker:{number}", limit=7):
            mine += [n.pk for n in rows]
        return mine

    shares = at_once(work)

    everything = [pk for share in shares for pk in share]
    assert (len(everything), len(set(everything))) == (400, 400)


def test_it_sends_each_message_once_with_many_at_work(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(100)], at=MORNING)

    def work(number):
        for tried in dispatch.send(
            "email", clock=lambda: MORNING, limit=100, lease_seconds=LEASE, owner=f"worker:{number}"
        ):
            for row, result in tried:
                outbox.record(row, result, at=MORNING)

    at_once(work)

    keys = [mail["X-Desk-Key"] for mail in relay.taken]
    assert (len(keys), len(set(keys))) == (100, 100)
    assert Notification.objects.filter(state="sent").count() == 100


def test_it_writes_one_row_when_two_tell_of_the_same_cause():
    drafts = [a_draft(f"breach:{n}") for n in range(50)]

    new = at_once(lambda number: len(outbox.enqueue(drafts, at=MORNING)))

    assert sum(new) == Notification.objects.count() == 50


def test_it_begins_once_when_a_lease_is_taken_over():
    enqueued(a_draft())
    rows = [claimed(owner="one")[0], claimed(at=later(LEASE), owner="two")[0]]

    begins = at_once(lambda n: outbox.begin_attempt(rows[n], at=later(LEASE), lease_seconds=LEASE), people=2)

    assert begins == [False, True]
    assert Attempt.objects.count() == 1


def test_it_hears_a_report_that_comes_while_it_stores_the_id():
    row = begun(an_sms())

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        outbox.record(row, Result.accepted("SM1"), at=MORNING)
        heard = pool.submit(at_once, lambda n: outbox.callback("SM1", "delivered", at=later(1)), people=1)
        wait([heard], timeout=0.3)

    assert [outcome.state for outcome in heard.result()] == ["delivered"]
    assert stored(row.key).state == "delivered"


def test_it_claims_nothing_that_is_not_committed():
    with transaction.atomic():
        enqueued(a_draft())

        assert at_once(lambda n: len(claimed(owner="other")), people=1) == [0]

    assert len(claimed()) == 1


def test_it_holds_no_transaction_open_while_a_message_is_under_way(relay):
    enqueued(a_draft())

    for _tried in dispatch.send("email", clock=lambda: MORNING, limit=9, lease_seconds=LEASE, owner="one"):
        assert not connection.in_atomic_block

    assert len(relay.taken) == 1
