"""What the leadership reads: breaches with who holds them, and what is late or soon due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Alert, Ticket, TicketClock
from requests_desk.tickets.queries import desk
from sla.models import Breach, MilestoneName

LISTED = 50
OWED = (
    (MilestoneName.FIRST_REPLY,),
    (MilestoneName.PROMISED,),
    (MilestoneName.STATUTORY, MilestoneName.EXTERNAL),
)


class DueLists(NamedTuple):
    """What is late and what falls due soon, each by what is owed: the first reply, a promised one, or a limit that the
    law or another body sets.
    """

    overdue_first: list[Ticket]
    overdue_promised: list[Ticket]
    overdue_limit: list[Ticket]
    soon_first: list[Ticket]
    soon_promised: list[Ticket]
    soon_limit: list[Ticket]

    @property
    def overdue(self) -> list[Ticket]:
        """Return all that is late."""
        return [*self.overdue_first, *self.overdue_promised, *self.overdue_limit]

    @property
    def soon(self) -> list[Ticket]:
        """Return all that falls due soon."""
        return [*self.soon_first, *self.soon_promised, *self.soon_limit]


def latest_breaches(user: User | AnonymousUser, *, limit: int = LISTED) -> list[dict[str, Any]]:
    """Return missed milestones of tickets a leader may see, the latest first; void ones stand on the ticket's page.

    Those still open name the alerts of them that nobody acknowledged (N2).
    """
    # What a report about a leader missed is not told to that leader either (P13).
    visible = access.visible(user, Right.LEADERSHIP)
    timed = TicketClock.objects.filter(ticket__in=visible)
    rows = Breach.objects.filter(voided_at__isnull=True, milestone__clock__in=timed.values("clock"))
    found = list(rows.select_related("milestone__clock__ticket_clock").order_by("-due_at")[:limit])
    tickets = {t.pk: t for t in desk.dressed(Ticket.objects.filter(pk__in={_ticket_id(b) for b in found}))}
    told = _told({breach.milestone_id for breach in found})
    return [_row(breach, tickets[_ticket_id(breach)], told[breach.milestone_id]) for breach in found]


def due_lists(
    user: User | AnonymousUser, *, at: datetime, within: timedelta, right: Right = Right.LEADERSHIP
) -> DueLists:
    """Return the open tickets late at `at` and those that fall due `within` a span after it, the first due on top."""
    rows = desk.dressed(access.visible(user, right).filter(closed_at__isnull=True)).order_by("next_due_at", "pk")
    # The second follows from the first, but only with it does the index of the queue begin and end there.
    late = rows.filter(next_due_at__lte=at, queue_at__lte=at)
    soon = rows.filter(next_due_at__gt=at, next_due_at__lte=at + within, queue_at__lte=at + within)
    return DueLists(*_by_milestone(late), *_by_milestone(soon))


def _by_milestone(rows: QuerySet[Ticket]) -> list[list[Ticket]]:
    """Return the first of each list, in one query."""
    # Each kind of promise has its own list: many late first replies must not push a late limit out of sight.
    place = Window(RowNumber(), partition_by="open_milestone", order_by=["next_due_at", "pk"])
    found = list(rows.annotate(place=place).filter(place__lte=LISTED).order_by("next_due_at", "pk"))
    return [[row for row in found if row.open_milestone in names] for names in OWED]  # type: ignore[attr-defined]


def _told(milestones: Collection[int]) -> dict[int, list[Alert]]:
    """Return by milestone what was told of its breach."""
    told: dict[int, list[Alert]] = defaultdict(list)
    rows = Alert.objects.filter(milestone__in=milestones, is_breach=True, needs_ack=True)
    for alert in rows.select_related("acknowledged_by").order_by("pk"):
        told[alert.milestone_id].append(alert)
    return told


def _row(breach: Breach, ticket: Ticket, told: list[Alert]) -> dict[str, Any]:
    heard = next((alert for alert in told if alert.acknowledged_at), None)
    return {
        "ticket": ticket,
        "due_at": breach.due_at,
        "cause": breach.cause,
        "holder": _holder(ticket),
        "is_open": breach.milestone.is_open,
        "unheard": [alert for alert in told if alert.acknowledged_at is None] if breach.milestone.is_open else [],
        "acknowledged_by": heard.acknowledged_by if heard else None,
        "acknowledged_at": heard.acknowledged_at if heard else None,
    }


def _ticket_id(breach: Breach) -> int:
    return breach.milestone.clock.ticket_clock.ticket_id


def _holder(ticket: Ticket) -> str:
    return str(ticket.officer or ticket.unit or "")
