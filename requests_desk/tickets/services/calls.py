"""Calls that nobody took: when there were enough of them to say that the requester could not be reached (P3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import due
from requests_desk.tickets.words import CallOutcome
from sla import worktime
from sla.models import BreachCause

CALLS_NEEDED = 3
BETWEEN_CALLS = timedelta(hours=2)


def has_tried_enough(ticket: Ticket, *, until: datetime) -> bool:
    """Tell whether three unanswered calls up to `until` lie two hours of office time apart (P3)."""
    calls = ticket.replies.filter(cycle=ticket.cycle, call_outcome=CallOutcome.NO_ANSWER).values_list(
        "happened_at", "created_at"
    )
    moments = sorted(happened_at or created_at for happened_at, created_at in calls)
    if len(moments) < CALLS_NEEDED:
        return False
    calendar = worktime.Calendar.from_json(due.reply_clock(ticket).calendar_version.document)
    kept: list[datetime] = []
    for moment in moments:
        if moment <= until and (not kept or _are_apart(calendar, kept[-1], moment)):
            kept.append(moment)
    return len(kept) >= CALLS_NEEDED


def why_missed(ticket: Ticket, *, due_at: datetime) -> BreachCause:
    """Return the cause of a breach: what was tried before it was due counts, however late it is recorded."""
    return BreachCause.NOT_REACHABLE if has_tried_enough(ticket, until=due_at) else BreachCause.NO_REPLY


def _are_apart(calendar: worktime.Calendar, earlier: datetime, moment: datetime) -> bool:
    return worktime.elapsed_working(calendar, earlier, moment) >= BETWEEN_CALLS.total_seconds()
