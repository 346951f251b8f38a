"""What runs in workers: the sweep, and a sender per channel. Rows are the truth; a task that is lost costs a sweep."""

from __future__ import annotations

import os
import socket

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notifications import dispatch, outbox
from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import heartbeat, reminders, replies
from requests_desk.tickets.services.outbox import SENDERS, wake

SEND_AT_ONCE = 50


@shared_task(name="tickets.sweep")
def sweep() -> None:
    """Run one sweep; beat asks for it every SWEEP_SECONDS."""
    run_sweep()


def run_sweep() -> int:
    """Fire what is due, leave a sign of life, and wake the senders: they ask for themselves whether anything waits.

    Return how many milestones were looked at.
    """
    at = database_now()
    looked = reminders.sweep(at=at)
    heartbeat.beat(heartbeat.SWEEP, at=at)
    wake(SENDERS)
    return looked


@shared_task(name="tickets.send_mail")
def send_mail() -> None:
    """Send the mails that wait."""
    deliver("email")


@shared_task(name="tickets.send_sms")
def send_sms() -> None:
    """Send the SMS that wait."""
    deliver("sms")


def deliver(channel: str) -> int:
    """Send one batch of a channel and return how many; what came of each is stored and settled in one transaction."""
    heartbeat.beat(heartbeat.SENDERS[channel], at=database_now())
    owner = f"{socket.gethostname()}:{os.getpid()}"
    count = 0
    batch = dispatch.send(
        channel, clock=timezone.now, limit=SEND_AT_ONCE, lease_seconds=settings.OUTBOX_LEASE_SECONDS, owner=owner
    )
    for notification, result in batch:
        count += 1
        with transaction.atomic():
            at = timezone.now()
            outcome = outbox.record(notification, result, at=at)
            if outcome is not None:
                replies.settle([outcome], at=at)
                outbox.mark_settled([outcome], at=at)
    if count == SEND_AT_ONCE:
        wake([channel])  # more may wait: a fresh task keeps each one short
    return count
