"""Moments and time left in the words of the office (24 h, dd/mm/yyyy, midnight as the day's end)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON, URGENT = timedelta(hours=24), timedelta(hours=8)


def office_time(moment: datetime, zone: ZoneInfo | None = None) -> str:
    """Return `16:45 27/11/2026` in the office's zone; midnight belongs to the day it ends: `24:00 15/02/2027` (P2)."""
    local = timezone.localtime(moment, zone)
    if local.time() == time():
        return f"24:00 {local - timedelta(days=1):%d/%m/%Y}"
    return f"{local:%H:%M %d/%m/%Y}"


def duration(span: timedelta) -> str:
    """Return a length in its two largest units: `2 ngày 3 giờ`, `5 giờ 20 phút`, `12 phút`, `dưới 1 phút`."""
    minutes = max(int(span.total_seconds()) // 60, 0)
    if not minutes:
        return _("less than 1 minute")
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)s day", "%(n)s days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if rest and not days:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": rest})
    return " ".join(parts)


def time_left(due_at: datetime, at: datetime) -> str:
    """Return the time left, or the time gone by, in words."""
    if due_at > at:
        return _("%(time)s left") % {"time": duration(due_at - at)}
    return _("overdue by %(time)s") % {"time": duration(at - due_at)}


def urgency(due_at: datetime | None, at: datetime) -> str:
    """Return how pressing a due instant is: `none`, `ok`, `soon` (24 h), `urgent` (8 h) or `overdue`."""
    if due_at is None:
        return "none"
    if due_at <= at:
        return "overdue"
    return "urgent" if due_at - at <= URGENT else "soon" if due_at - at <= SOON else "ok"
