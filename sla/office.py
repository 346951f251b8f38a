"""When a reminder that would ring in an empty office is sent instead (N1): pure, no database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sla import worktime
from sla.errors import NeverOpen
from sla.worktime import Calendar

# Long enough to act on it the same day, short enough that the time left it names still holds (N1).
BEFORE_CLOSING = timedelta(hours=1)


def moved(planned_at: datetime, *, logged_at: datetime, calendar: Calendar) -> datetime:
    """Return when a reminder planned at an instant is sent (N1).

    Outside office hours that is one hour before the last closing before it, or that stretch's opening where it is
    shorter than an hour; never before `logged_at`.
    """
    if planned_at <= logged_at:
        return logged_at
    if worktime.is_open(calendar, planned_at):
        return planned_at
    # Backwards, never to the next opening: a reminder moved later might come after the deadline.
    closing = worktime.previous_close(calendar, planned_at)
    if closing is None or closing <= logged_at:
        return logged_at
    earlier = closing - BEFORE_CLOSING
    if earlier > logged_at and not worktime.is_open(calendar, earlier):
        earlier = worktime.next_open(calendar, earlier)
    # Nobody is reminded of what was not written down yet.
    return max(earlier, logged_at)


def is_ever_open(calendar: Calendar, start: datetime, end: datetime) -> bool:
    """Tell whether any office hour lies between two instants."""
    try:
        # An office that opens at the due instant had no hour for it.
        return worktime.next_open(calendar, start) < end
    except NeverOpen:
        return False
