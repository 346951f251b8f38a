"""Work off what is due batch by batch, so that one row that breaks its reader holds up no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from django.db import InterfaceError, OperationalError

log = logging.getLogger(__name__)
LIMIT = 1_000  # what one person is told of in one batch is one digest (N5)


class Batch(NamedTuple):
    """What came of one batch: how many rows were looked at, and which must wait for the next sweep."""

    looked: int
    left: set[int]


class Step(Protocol):
    """Do one batch in a transaction of its own; what it claims it notes in `claim` before it reads on."""

    def __call__(self, *, limit: int, besides: Collection[int], claim: set[int]) -> Batch: ...


def work_off(step: Step, *, set_aside: Callable[[int], None]) -> int:
    """Repeat `step` until it claims less than it may: nothing is left. Return how many rows were looked at.

    The rows of a batch that raises are done again one by one, and the one that raises alone is set aside. A database
    that is away is nobody's fault: that is raised.
    """
    looked, left, alone = 0, set[int](), 0
    while True:
        claim: set[int] = set()
        limit = 1 if alone else LIMIT
        try:
            done = step(limit=limit, besides=left, claim=claim)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            if not claim:
                raise
            # As many single rows as the broken batch held, then batches again: one bad row must not slow the rest.
            alone = max(alone - 1, 0) if len(claim) == 1 else len(claim)
            log.exception("could not work off %s rows, the first of them %s", len(claim), min(claim))
            if len(claim) == 1:
                left |= claim
                _aside(claim.pop(), set_aside)
            continue
        looked += done.looked
        left |= done.left
        # Counted by what was claimed and not by what was done: busy rows are no sign of an end.
        if len(claim) < limit:
            return looked
        alone = max(alone - 1, 0)


def _aside(row: int, set_aside: Callable[[int], None]) -> None:
    try:
        set_aside(row)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("could not set %s aside", row)
