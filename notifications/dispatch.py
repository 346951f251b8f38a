"""Send one batch of a channel, outside any transaction.

Claim, ask the provider about doubtful ones, begin, send, and hand each result up to the caller.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

from notifications import channels, outbox
from notifications.channels.base import Channel
from notifications.models import Notification
from notifications.results import Result

PAUSE = timedelta(seconds=30)  # what the rest of a batch waits when the provider is at fault
BUDGET = timedelta(seconds=40)  # a task of 60 s at most begins nothing after this

Clock = Callable[[], datetime]


def send(
    channel: str, *, clock: Clock, limit: int, lease_seconds: int, owner: str
) -> Iterator[tuple[Notification, Result]]:
    """Send up to `limit` due messages and yield each with its result, which the caller must `outbox.record` at once.

    Yields nothing when nothing is due. What was claimed and not begun is given back, so nothing waits for a lease to
    end. `clock` is read at every step: a batch takes time and each attempt is dated when it happened.
    """
    claimed = outbox.claim(channel, at=clock(), limit=limit, lease_seconds=lease_seconds, owner=owner)
    if not claimed:
        return
    try:
        way = channels.get(channel)
    except channels.ChannelUnavailable:
        yield from ((row, Result.permanent("unavailable")) for row in claimed)
        return
    yield from _send_batch(way, claimed, clock=clock, lease_seconds=lease_seconds)


def _send_batch(
    way: Channel, claimed: list[Notification], *, clock: Clock, lease_seconds: int
) -> Iterator[tuple[Notification, Result]]:
    waiting: deque[Notification] = deque()
    for row in claimed:
        known = way.reconcile(row) if row.began_at else None
        if known is None:
            waiting.append(row)
        else:
            yield row, known
    pause = timedelta()
    begun = _begin_each(waiting, clock=clock, lease_seconds=lease_seconds)
    with closing(way.send(begun)) as results:
        for row, result in results:
            yield row, result
            if result.outage:
                pause = PAUSE
                break
    at = clock()
    outbox.release(waiting, at=at + pause)


def _begin_each(waiting: deque[Notification], *, clock: Clock, lease_seconds: int) -> Iterator[Notification]:
    end = clock() + BUDGET
    while waiting and clock() < end:
        row = waiting.popleft()
        if outbox.begin_attempt(row, at=clock(), lease_seconds=lease_seconds):
            yield row
