"""What the desk's lists show: keyset pages in the order of what is due, never a count over everything."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from requests_desk.people.models import User
from requests_desk.tickets import access, identifiers
from requests_desk.tickets.models import Requester, Ticket
from requests_desk.tickets.services import signing
from sla.models import Breach, Milestone

PAGE = 50
COUNTED_TO = 1_001  # "more than 1,000" is answer enough, and costs the same at a million
SEARCHED_TO = 1_000


class BadCursor(ValueError):
    """The mark of a page is not one this list gave out."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty means no matter. Without a state only open requests are listed."""

    unit: int | None = None
    officer: int | None = None
    state: str = ""
    channel: str = ""
    q: str = ""


class Page(NamedTuple):
    """Some rows, and the mark from which the next page goes on: None at the end."""

    rows: list[Ticket]
    next: str | None


def page(user: User | AnonymousUser, filters: Filters, *, cursor: str | None = None, limit: int = PAGE) -> Page:
    """Return the tickets a person may see, what is due next first. Raises BadCursor."""
    rows = _filtered(access.visible(user), filters)
    if cursor:
        queue_at, pk = _read(cursor)
        # The first condition follows from the second, but only with it does the index begin at the mark.
        rows = rows.filter(queue_at__gte=queue_at).filter(Q(queue_at__gt=queue_at) | Q(pk__gt=pk))
    found = list(dressed(rows).order_by("queue_at", "pk")[: limit + 1])
    return Page(found[:limit], _mark(found[limit - 1]) if len(found) > limit else None)


def dressed(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Return the rows with all that a line of a list shows, in the same one query."""
    open_ = Milestone.objects.filter(
        clock__ticket_clock__ticket=OuterRef("pk"), met_at__isnull=True, ended_at__isnull=True
    )
    breaches = Breach.objects.filter(milestone__clock__ticket_clock__ticket=OuterRef("pk"), voided_at__isnull=True)
    counted = breaches.order_by().values("milestone__clock__ticket_clock__ticket").annotate(n=Count("pk")).values("n")
    return rows.select_related("requester", "unit", "officer", "agency").annotate(
        open_milestone=Subquery(open_.order_by("due_at").values("name")[:1]),
        breach_count=Coalesce(Subquery(counted), 0),
    )


def count(rows: QuerySet[Ticket]) -> int:
    """Count rows up to a cap: 1,001 means more than a thousand."""
    return rows.order_by()[:COUNTED_TO].count()


def unassigned(user: User | AnonymousUser) -> QuerySet[Ticket]:
    """Return open tickets that no officer holds."""
    return access.visible(user).filter(closed_at__isnull=True, officer__isnull=True)


def mine(user: User) -> QuerySet[Ticket]:
    """Return the open tickets on a person's own desk."""
    return access.visible(user).filter(closed_at__isnull=True, officer=user)


def waiting_for_signature(user: User | AnonymousUser) -> QuerySet[Ticket]:
    """Return the open tickets with a reply on a desk at which this person signs, what is due next first (P5)."""
    signs = Q()
    for desk, right in signing.SIGNS.items():
        signs |= Q(waiting_for=desk, pk__in=access.visible(user, right).values("pk"))
    return Ticket.objects.filter(signs, closed_at__isnull=True)


def due_before(user: User | AnonymousUser, moment: datetime) -> QuerySet[Ticket]:
    """Return open tickets whose next promise falls due before `moment`."""
    return access.visible(user).filter(closed_at__isnull=True, next_due_at__lt=moment, queue_at__lt=moment)


def known_requesters(user: User, phone: str, *, limit: int = 50) -> list[Requester]:
    """Return the requesters of the person's agencies who have this number, the newest first."""
    numbers = [found.number for found in identifiers.read_phones(phone) if found.number]
    agencies = access.agencies(user, access.Right.LOG)
    if not numbers:
        return []
    rows = Requester.objects.filter(agency__in=agencies, phones__number__in=numbers).order_by("-pk").distinct()
    return list(rows.prefetch_related("phones")[:limit])


def told_apart(requesters: list[Requester], *, limit: int = 5) -> list[Requester]:
    """Return those a reader can tell apart: the newest of each, and none that left a number alone."""
    newest: dict[tuple[str, ...], Requester] = {}
    for one in requesters:
        newest.setdefault((one.organisation, one.name, one.tax_code, one.email), one)
    return [one for particulars, one in newest.items() if any(particulars)][:limit]


def earlier_tickets(user: User, requesters: list[Requester], *, limit: int = 8) -> list[Ticket]:
    """Return the latest tickets of these requesters that the person may see."""
    rows = access.visible(user).filter(requester__in=requesters)
    return list(dressed(rows).order_by("-received_at")[:limit])


def _filtered(rows: QuerySet[Ticket], filters: Filters) -> QuerySet[Ticket]:
    wanted: dict[str, Any] = {
        "unit": filters.unit,
        "officer": filters.officer,
        "state": filters.state,
        "channel": filters.channel,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if not filters.state and not filters.q:
        rows = rows.filter(closed_at__isnull=True)
    return _searched(rows, filters.q) if filters.q.strip() else rows


def _searched(rows: QuerySet[Ticket], q: str) -> QuerySet[Ticket]:
    """Narrow to what every word of `q` begins a word of. The inner query is capped: a frequent word costs no more."""
    words = identifiers.folded(q[:200]).split()
    if not words:
        return rows.none()
    tokens = " & ".join(f"{word}:*" for word in words)
    query = SearchQuery(tokens, config="simple", search_type="raw")
    return Ticket.objects.filter(pk__in=rows.filter(search=query).order_by().values("pk")[:SEARCHED_TO])


def _mark(row: Ticket) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.queue_at.isoformat(), row.pk]).encode()).decode()


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise BadCursor
        return at, int(pk)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor from error
