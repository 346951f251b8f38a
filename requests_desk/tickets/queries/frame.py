"""What stands around every page of the staff, asked in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Subquery

from requests_desk.people.models import User
from requests_desk.tickets.models import Heartbeat
from requests_desk.tickets.queries import alerts, health, notices
from requests_desk.tickets.services import heartbeat

# The timer tries every five minutes; once it found somebody the bar is gone with the next try.
TRIED_AGAIN = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class Frame:
    """How the timer stands, how many notices are unread, whether an alarm nobody heard must be shown.

    `is_untold`: lately there was an alert, and not one person to send it to.
    """

    timer: health.Timer
    unread: int
    has_alarms: bool
    is_untold: bool


def frame(user: User, *, at: datetime) -> Frame:
    """Return what a person's frame shows. One query."""
    beat = Heartbeat.objects.filter(name=heartbeat.SWEEP).values("at")[:1]
    unread = notices.unread_of(user).values("pk")[: notices.COUNTED_TO]
    untold = Heartbeat.objects.filter(name=heartbeat.UNTOLD, at__gt=at - TRIED_AGAIN)
    asked = (Subquery(beat), ArraySubquery(unread), Exists(alerts.alarmed(user)), Exists(untold))
    swept_at, pks, has_alarms, is_untold = User.objects.filter(pk=user.pk).values_list(*asked).get()
    return Frame(health.timer_of(swept_at, at=at), len(pks), has_alarms, is_untold)
