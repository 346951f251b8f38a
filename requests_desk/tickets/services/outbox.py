"""Put messages into the outbox and wake who sends them, once the transaction has committed (N7)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from celery import current_app
from django.db import transaction
from kombu import Connection, pools
from kombu.exceptions import OperationalError

from notifications import outbox
from notifications.outbox import Draft

log = logging.getLogger(__name__)
SENDERS = {"email": "tickets.send_mail", "sms": "tickets.send_sms"}
# A worker may wait half a minute for its next task; whoever only leaves one may not: an officer waits for the page.
PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}


def post(drafts: Sequence[Draft], *, at: datetime) -> None:
    """Write `drafts` with the facts they tell of: both commit, or neither does."""
    if not drafts:
        return
    outbox.enqueue(drafts, at=at)
    channels = {draft.channel for draft in drafts}
    transaction.on_commit(lambda: wake(channels))


def wake(channels: Iterable[str]) -> None:
    """Tell the senders that rows wait. A broker that is away, or takes the call and never answers, costs a second."""
    _ask_for([SENDERS[channel] for channel in sorted(channels) if channel in SENDERS])


def wake_later(task: str, *, seconds: float) -> None:
    """Ask for a task in some seconds, a minute at most: what the broker loses the next sweep finds (design §6)."""
    _ask_for([task], countdown=seconds)


@cache
def _way_to(_broker: str) -> Connection:
    """Return how a broker is reached, not yet connected: to make that out takes as long as to leave it a task."""
    limits = current_app.conf.broker_transport_options | PATIENCE
    return current_app.connection_for_write(transport_options=limits)


def _ask_for(tasks: Sequence[str], *, countdown: float | None = None) -> None:
    try:
        with pools.producers[_way_to(current_app.conf.broker_url)].acquire(block=True) as broker:
            for task in tasks:
                current_app.send_task(task, producer=broker, countdown=countdown)
    except (OperationalError, OSError) as error:
        log.warning("could not wake %s (%s): the next sweep will", ", ".join(tasks), type(error).__name__)
