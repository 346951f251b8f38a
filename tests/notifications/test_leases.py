"""Whose sender is gone loses its rows at once: the database notices the end of its connection (N7)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from notifications import outbox
from notifications.leases import IN_DOUBT
from tests.notifications.cast import LEASE, MORNING, a_draft, begun, claimed, enqueued, later, stored

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def another_sender(owner: str) -> Iterator[None]:
    """Let another connection live as `owner` meanwhile."""
    lives, done = threading.Event(), threading.Event()

    def live() -> None:
        try:
            with outbox.alive(owner):
                lives.set()
                done.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=live)
    thread.start()
    assert lives.wait(20)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_it_leaves_the_rows_of_a_living_sender():
    enqueued(a_draft())
    claimed(owner="one")

    with another_sender("one"):
        assert outbox.free_orphans("email", at=later(1)) == 0


def test_it_frees_what_a_dead_sender_had_not_begun_at_once():
    enqueued(a_draft())
    with another_sender("one"):
        claimed(owner="one")

    assert outbox.free_orphans("email", at=later(1)) == 1

    assert [n.key for n in claimed(at=later(1), owner="two")] == ["reply:1:email"]


def test_it_frees_what_a_dead_sender_had_begun_once_its_provider_must_have_answered():
    row = begun(a_draft())

    outbox.free_orphans("email", at=later(1))

    assert stored(row.key).leased_until == MORNING + IN_DOUBT
    assert claimed(at=MORNING + IN_DOUBT, owner="two")


def test_it_frees_nothing_twice():
    begun(a_draft())
    outbox.free_orphans("email", at=later(1))

    assert outbox.free_orphans("email", at=later(2)) == 0


def test_it_never_makes_a_lease_longer():
    row = begun(a_draft(), at=MORNING)
    late = later(LEASE - 1)

    outbox.free_orphans("email", at=late)

    assert stored(row.key).leased_until == late


def test_it_lets_no_sender_begin_what_was_freed():
    enqueued(a_draft())
    rows = claimed(owner="one")
    outbox.free_orphans("email", at=later(1))

    assert outbox.begin(rows, at=later(1), lease_seconds=LEASE) == []


def test_it_counts_a_sender_as_gone_after_its_batch():
    enqueued(a_draft())
    with outbox.alive("one"):
        claimed(owner="one")
        assert outbox.free_orphans("email", at=later(1)) == 0

    assert outbox.free_orphans("email", at=later(1)) == 1
