"""Put messages into the outbox and wake who sends them, once the transaction has committed (N7)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from notifications import outbox
from notifications.outbox import Draft

log = logging.getLogger(__name__)
SENDERS = {"email": "tickets.send_mail", "sms": "tickets.send_sms"}


def post(drafts: Sequence[Draft], *, at: datetime) -> None:
    """Write `drafts` with the facts they tell of: both commit, or neither does."""
    if not drafts:
        return
    outbox.enqueue(drafts, at=at)
    channels = {draft.channel for draft in drafts}
    transaction.on_commit(lambda: wake(channels))


def wake(channels: Iterable[str]) -> None:
    """Tell the senders that rows wait. A broker that is away costs a sweep's delay and nothing else."""
    for channel in sorted(channels):
        if task := SENDERS.get(channel):
            try:
                current_app.send_task(task)
            except (OperationalError, OSError) as error:
                log.warning("could not wake %s (%s): the next sweep will", task, type(error).__name__)
