"""Calls that nobody took: when there were enough of them to say that the requester could not be reached (P3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.services import due
from requests_desk.tickets.words import UNANSWERED_CALLS
from sla import worktime
from sla.models import BreachCause

# Three, two hours of office time apart: fewer, or all within an hour, prove a busy morning and no absence (P3).
CALLS_NEEDED = 3
BETWEEN_CALLS = timedelta(hours=2)


class Tried(NamedTuple):
    """How many unanswered calls count, and from when on the next one would: None where any would, or none is needed."""

    times: int
    next_from: datetime | None


def has_tried_enough(ticket: Ticket, *, until: datetime) -> bool:
    """Tell whether three unanswered calls up to `until` lie two hours of office time apart (P3)."""
    unanswered = ticket.replies.filter(cycle=ticket.cycle, call_outcome__in=UNANSWERED_CALLS)
    # Before the calendar is read: nearly every request has no such call.
    if unanswered.count() < CALLS_NEEDED:
        return False
    calendar = worktime.Calendar.from_json(due.reply_clock(ticket).calendar_version.document)
    return len(_counted(calendar, unanswered, until=until)) >= CALLS_NEEDED


def tried(calendar: worktime.Calendar, written: Iterable[Reply], *, cycle: int, at: datetime) -> Tried:
    """Return how often a requester was called in vain, of all the replies of a request, by the office's calendar."""
    unanswered = [one for one in written if one.cycle == cycle and one.call_outcome in UNANSWERED_CALLS]
    kept = _counted(calendar, unanswered, until=at)
    if not kept or len(kept) >= CALLS_NEEDED:
        return Tried(len(kept), None)
    return Tried(len(kept), worktime.add_working(calendar, kept[-1], int(BETWEEN_CALLS.total_seconds())))


def _counted(calendar: worktime.Calendar, unanswered: Iterable[Reply], *, until: datetime) -> list[datetime]:
    kept: list[datetime] = []
    # Each is measured against the last that counted, so that a call too many takes nothing away.
    for moment in sorted(call.happened_at or call.created_at for call in unanswered):
        if moment <= until and (not kept or _are_apart(calendar, kept[-1], moment)):
            kept.append(moment)
    return kept


def why_missed(ticket: Ticket, *, due_at: datetime) -> BreachCause:
    """Return the cause of a breach: what was tried before it was due counts, however late it is recorded."""
    return BreachCause.NOT_REACHABLE if has_tried_enough(ticket, until=due_at) else BreachCause.NO_REPLY


def _are_apart(calendar: worktime.Calendar, earlier: datetime, moment: datetime) -> bool:
    return worktime.elapsed_working(calendar, earlier, moment) >= BETWEEN_CALLS.total_seconds()
