"""What stands around every page of the staff: the timer's pulse, what cannot be sent, what the reader may open."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from notifications import channels
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Alert, Ticket
from requests_desk.tickets.queries import alerts, health, promises
from requests_desk.tickets.queries import frame as frames
from requests_desk.tickets.templatetags.desk import word


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's values, each asked for only by a page that shows it (N8, N9)."""
    around = cache(lambda: _around(request))
    return {
        "timer": SimpleLazyObject(lambda: known.timer if (known := around()) else health.timer(timezone.now())),
        "channels_unavailable": SimpleLazyObject(_unavailable),
        "unconfirmed": SimpleLazyObject(lambda: _unconfirmed(request)),
        "rights": SimpleLazyObject(lambda: access.held(request.user)),
        "alarms": SimpleLazyObject(lambda: _alarms(request, around())),
        "untold": SimpleLazyObject(lambda: _untold(request, around())),
        "bell": lambda: known.unread if (known := around()) else 0,
    }


def _around(request: HttpRequest) -> frames.Frame | None:
    """Return what one query tells of the reader's frame; strangers have none."""
    return frames.frame(request.user, at=timezone.now()) if isinstance(request.user, User) else None


def _alarms(request: HttpRequest, around: frames.Frame | None) -> list[Alert]:
    has_alarms = around is not None and around.has_alarms
    return alerts.alarms(request.user) if has_alarms and isinstance(request.user, User) else []


def _untold(request: HttpRequest, around: frames.Frame | None) -> list[Ticket]:
    is_untold = around is not None and around.is_untold
    return alerts.untold(request.user) if is_untold and isinstance(request.user, User) else []


def _unconfirmed(request: HttpRequest) -> list[promises.Unconfirmed]:
    """An administrator is told that next year's days off are still a guess, and nobody else."""
    return promises.unconfirmed(access.agencies(request.user, access.Right.SETTINGS), at=timezone.now())


def _unavailable() -> list[str]:
    return [word(name, "way") for name in ("email", "sms") if channels.availability(name) == "unavailable"]
