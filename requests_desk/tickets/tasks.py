"""What runs in workers: the sweep, and a sender per channel. Rows are the truth; a task that is lost costs a sweep."""

from __future__ import annotations

import os
import socket
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notifications import dispatch, outbox
from requests_desk.tickets.models import Heartbeat
from requests_desk.tickets.services import reminders, replies
from requests_desk.tickets.services.outbox import SENDERS, wake

SEND_AT_ONCE = 50


def database_now() -> datetime:
    """Return the database's clock: one for all machines, whatever theirs say (design §6)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


@shared_task(name="tickets.sweep")
def sweep() -> None:
    """Fire what is due, leave a sign of life, and wake the senders: they ask for themselves whether anything waits."""
    at = database_now()
    reminders.sweep(at=at)
    Heartbeat.objects.bulk_create(
        [Heartbeat(name="sweep", at=at)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )
    wake(SENDERS)


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
