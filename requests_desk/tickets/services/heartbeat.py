"""Write the signs of life that `queries.health` reads (N9)."""

from __future__ import annotations

from datetime import datetime

from requests_desk.tickets.models import Heartbeat

SWEEP = "sweep"
MAILBOXES = "mailboxes"
# The last time there was an alert to send and nobody at all to send it to.
UNTOLD = "untold"
# By channel: each sender's queue has a process of its own, which may stop while the others live.
SENDERS = {"email": "mail", "sms": "sms"}


def beat(name: str, *, at: datetime) -> None:
    """Note that a part of the timer was at work at `at`, by the database's clock."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=at)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )
