"""Send one batch of a channel, outside any transaction.

Claim, ask the provider about doubtful ones, then by the handful: begin, send, and hand the results up to the caller.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from notifications import channels, outbox
from notifications.breaker import OUTAGES
from notifications.channels.base import Channel
from notifications.models import Notification
from notifications.results import Result

BUDGET = timedelta(seconds=40)  # a task of 60 s at most begins nothing after this
SPAN = timedelta(seconds=2)  # however slow the provider, a handful is recorded soon after this

Clock = Callable[[], datetime]
Tried = list[tuple[Notification, Result]]


def send(channel: str, *, clock: Clock, limit: int, lease_seconds: int, owner: str) -> Iterator[Tried]:
    """Send up to `limit` due messages and yield them by the handful with their results, to be recorded at once.

    Yields nothing when nothing is due. What was claimed and not sent is given back, so nothing waits for a lease to
    end. `clock` is read at every step: a batch takes time and each attempt is dated when it happened.
    """
    claimed = outbox.claim(channel, at=clock(), limit=limit, lease_seconds=lease_seconds, owner=owner)
    if not claimed:
        return
    try:
        way = channels.get(channel)
    except channels.ChannelUnavailable:
        # Failed at once and not kept waiting: the domain goes on to the next channel or the next person (N8).
        yield [(row, Result.permanent("unavailable")) for row in claimed]
        return
    waiting: deque[Notification] = deque()
    for row in claimed:
        # Only what somebody began and nobody ended is in doubt; the rest costs the provider no question.
        known = way.reconcile(row) if row.began_at else None
        if known is None:
            waiting.append(row)
        else:
            yield [(row, known)]
    yield from _send_waiting(way, waiting, clock=clock, lease_seconds=lease_seconds)


def _send_waiting(way: Channel, waiting: deque[Notification], *, clock: Clock, lease_seconds: int) -> Iterator[Tried]:
    end, size, outages = clock() + BUDGET, 1, 0
    with way.session() as session:
        while waiting and outages < OUTAGES and clock() < end:
            handful = [waiting.popleft() for _ in range(min(size, len(waiting)))]
            begun = outbox.begin(handful, at=clock(), lease_seconds=lease_seconds)
            tried = _try_each(way, begun, session, clock=clock)
            if tried:
                yield tried
            # Back to the front in their order: the oldest message is the most urgent.
            waiting.extendleft(reversed(outbox.take_back(begun[len(tried) :])))
            is_out = bool(tried) and tried[-1][1].outage
            # In a row: a provider that answers in between is there.
            outages = outages + 1 if is_out else 0
            # A handful is what a killed sender leaves in doubt, so it grows only while all goes well.
            size = 1 if is_out else min(2 * size, way.handful)
    # At once and not at the lease's end: whoever comes next may have more luck with the provider.
    outbox.release(waiting, at=clock())


def _try_each(way: Channel, begun: list[Notification], session: Any, *, clock: Clock) -> Tried:
    tried: Tried = []
    end = clock() + SPAN
    for row in begun:
        tried.append((row, way.attempt(row, session)))
        # What is not tried is not recorded: the rest of the handful is taken back by the caller.
        if tried[-1][1].outage or clock() >= end:
            break
    return tried
