"""What the leadership reads: breaches with who holds them, and what is late or soon due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser

from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket, TicketClock
from requests_desk.tickets.queries import desk
from sla.models import Breach

LISTED = 50


def latest_breaches(user: User | AnonymousUser, *, limit: int = LISTED) -> list[dict[str, Any]]:
    """Return missed milestones of tickets a leader may see, the latest first; void ones stand on the ticket's page."""
    visible = access.visible(user, Right.LEADERSHIP)
    timed = TicketClock.objects.filter(ticket__in=visible)
    rows = Breach.objects.filter(voided_at__isnull=True, milestone__clock__in=timed.values("clock"))
    found = list(rows.select_related("milestone__clock__ticket_clock").order_by("-due_at")[:limit])
    tickets = {t.pk: t for t in desk.dressed(Ticket.objects.filter(pk__in={_ticket_id(b) for b in found}))}
    held = [(breach, tickets[_ticket_id(breach)]) for breach in found]
    return [{"ticket": t, "due_at": b.due_at, "cause": b.cause, "holder": _holder(t)} for b, t in held]


def overdue_and_soon(
    user: User | AnonymousUser, *, at: datetime, within: timedelta
) -> tuple[list[Ticket], list[Ticket]]:
    """Return the tickets late at `at`, and those that fall due `within` a span after it."""
    rows = desk.dressed(access.visible(user, Right.LEADERSHIP).filter(closed_at__isnull=True)).order_by(
        "next_due_at", "pk"
    )
    late = rows.filter(next_due_at__lte=at, queue_at__lte=at)
    soon = rows.filter(next_due_at__gt=at, next_due_at__lte=at + within, queue_at__lte=at + within)
    return list(late[:LISTED]), list(soon[:LISTED])


def _ticket_id(breach: Breach) -> int:
    return breach.milestone.clock.ticket_clock.ticket_id


def _holder(ticket: Ticket) -> str:
    return str(ticket.officer or ticket.unit or "")
