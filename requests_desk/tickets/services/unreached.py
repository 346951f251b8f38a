"""A message to one of us failed for good: flag the address, and let the next person be told (N8)."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from notifications.models import Notification
from notifications.outbox import Outcome
from requests_desk.people.models import User
from requests_desk.tickets.models import Alert

FLAGS = {"email": "email_failed_at", "sms": "phone_failed_at"}
ALERT = re.compile(r"alert:(?P<milestone>\d+):(?P<due>\d+):(?P<rung>[^:]+)")
# The provider or we are at fault then, not the address.
NOT_THE_ADDRESS = ("unavailable", "bad_header", "error", "twilio_401", "twilio_403", "twilio_429", "smtp_53")


@transaction.atomic
def settle(outcome: Outcome, *, at: datetime) -> None:
    """Take up that one message failed for good.

    Once no message of an alert can reach its person any more it climbs at the next sweep, acknowledged or not asked.
    """
    # Before anybody is looked for: the address that failed must not be chosen again.
    _flag(outcome, at=at)
    if outcome.key.startswith("digest:"):
        key = ":".join(outcome.key.split(":")[:2])
        own = Alert.objects.filter(digest=int(key.split(":")[1]))
    elif named := ALERT.match(outcome.key):
        key = f"{named[0]}:{outcome.recipient}"
        same = Alert.objects.filter(milestone=int(named["milestone"]), rung=named["rung"], recipient=outcome.recipient)
        # By the whole key: a moved deadline has alerts of the same rung for another instant.
        own = same.filter(pk__in=[alert.pk for alert in same if alert.key == key])
    else:
        return
    # One way that is still open, or has worked, and the person counts as reached (N8).
    if not Notification.objects.filter(key__startswith=f"{key}:").exclude(state="failed").exists():
        own.filter(acknowledged_at__isnull=True, failed_at__isnull=True).update(failed_at=at, climb_at=at)


def _flag(outcome: Outcome, *, at: datetime) -> None:
    kind, _colon, pk = outcome.recipient.partition(":")
    if kind != "user" or outcome.channel not in FLAGS or outcome.reason.startswith(NOT_THE_ADDRESS):
        return
    User.objects.filter(pk=int(pk)).update(**{FLAGS[outcome.channel]: at})
