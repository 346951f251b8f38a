"""One row that breaks its reader holds up no other (N6)."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from django.db import OperationalError

from requests_desk.tickets.services.batches import LIMIT, Batch, work_off

ROWS = 20


class Work:
    """Rows to look at, some of which raise whenever they are in a batch."""

    def __init__(self, *, bad: Collection[int] = (), busy: Collection[int] = ()) -> None:
        self.waiting, self.bad, self.busy = set(range(ROWS)), set(bad), set(busy)
        self.sizes: list[int] = []
        self.aside: list[int] = []

    def step(self, *, limit: int, besides: Collection[int], claim: set[int]) -> Batch:
        mine = set(sorted(self.waiting - set(besides))[:limit])
        claim |= mine
        self.sizes.append(len(mine))
        if mine & self.bad:
            raise ValueError("a row that always raises")
        self.waiting -= mine - self.busy
        return Batch(len(mine - self.busy), mine & self.busy)

    def run(self) -> int:
        return work_off(self.step, set_aside=self.aside.append)


def test_it_looks_at_everything_in_one_batch():
    work = Work()

    assert work.run() == ROWS
    assert work.sizes == [ROWS]


def test_it_sets_aside_what_raises_and_does_the_rest():
    work = Work(bad=[0, 7, 19])

    assert work.run() == ROWS - 3
    assert (work.aside, work.waiting) == ([0, 7, 19], {0, 7, 19})


def test_it_goes_back_to_whole_batches_after_the_broken_one():
    work = Work(bad=[0])
    work.waiting = set(range(3 * LIMIT))

    work.run()

    assert work.sizes.count(LIMIT) == 2 + 1


def test_it_leaves_what_is_busy_and_comes_to_an_end():
    work = Work(busy=[3], bad=[5])

    assert work.run() == ROWS - 2
    assert (work.aside, work.waiting) == ([5], {3, 5})


def test_it_blames_no_row_for_a_database_that_is_away():
    def away(*, limit: int, besides: Collection[int], claim: set[int]) -> Batch:
        claim.add(1)
        raise OperationalError

    with pytest.raises(OperationalError):
        work_off(away, set_aside=pytest.fail)


def test_it_goes_on_where_a_row_cannot_even_be_set_aside(caplog):
    work = Work(bad=[4])

    assert work_off(work.step, set_aside=lambda row: 1 / 0) == ROWS - 1
    assert "could not set 4 aside" in caplog.text
