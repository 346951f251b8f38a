"""What a list of requests can be narrowed to and ordered by: one closed set for pages, exports and the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Alert, AskedPart, Handover, Ticket
from requests_desk.tickets.services import signing
from requests_desk.tickets.words import HandoverState, PartState
from sla.models import Breach

SEARCHED_TO = 1_000
SEARCH_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty means no matter. Without a state only open requests are listed.

    `hands` names in whose hands a request lies (a key of HANDS); `due_after` and `due_before` bound the next due
    instant, `received_from` and `received_before` that of receipt. `order` is a key of ORDERS.
    """

    unit: int | None = None
    officer: int | None = None
    state: str = ""
    channel: str = ""
    kind: str = ""
    field: str = ""
    priority: str = ""
    hands: str = ""
    breached: bool = False
    due_after: datetime | None = None
    due_before: datetime | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    q: str = ""
    order: str = "due"


@dataclass(frozen=True, slots=True)
class Order:
    """One order of a list: by a moment and, where two share it, by number; an index of the table follows it."""

    moment: str
    newest_first: bool = False

    @property
    def fields(self) -> tuple[str, str]:
        """Return what to sort by."""
        sign = "-" if self.newest_first else ""
        return f"{sign}{self.moment}", f"{sign}pk"

    def after(self, moment: datetime, pk: int) -> Q:
        """Return the condition of what comes behind a row."""
        way = "lt" if self.newest_first else "gt"
        # The first condition follows from the second, but only with it does the index begin at the mark.
        beyond = Q(**{f"{self.moment}__{way}": moment}) | Q(**{f"pk__{way}": pk})
        return Q(**{f"{self.moment}__{way}e": moment}) & beyond


ORDERS: Final[dict[str, Order]] = {
    "due": Order("queue_at"),
    "newest": Order("received_at", newest_first=True),
    "oldest": Order("received_at"),
}


def narrowed(user: User | AnonymousUser, filters: Filters) -> QuerySet[Ticket]:
    """Return the tickets a person may see that pass every filter: what a list shows and what its count counts."""
    # What others lead is in nobody's list of work but where it is looked for.
    rows = access.visible(user, with_parts=bool(filters.q) or filters.hands == "my_part")
    rows = rows.filter(_plain(filters), _between(filters))
    if filters.hands:
        rows = rows.filter(HANDS[filters.hands](user))
    if filters.breached:
        rows = rows.filter(Exists(_breaches()))
    if not filters.state and not filters.q:
        rows = rows.filter(closed_at__isnull=True)
    return _searched(rows, filters.q) if filters.q.strip() else rows


def _plain(filters: Filters) -> Q:
    names = ("unit", "officer", "state", "channel", "kind", "field", "priority")
    return Q(**{name: value for name in names if (value := getattr(filters, name))})


def _between(filters: Filters) -> Q:
    bounds: dict[str, Any] = {
        "next_due_at__gt": filters.due_after,
        "next_due_at__lte": filters.due_before,
        # Never later than what is due: it is what the index knows (ticket_queue_by_due).
        "queue_at__lte": filters.due_before,
        "received_at__gte": filters.received_from,
        "received_at__lt": filters.received_before,
    }
    return Q(**{name: value for name, value in bounds.items() if value is not None})


def _breaches() -> QuerySet[Breach]:
    return Breach.objects.filter(milestone__clock__ticket_clock__ticket=OuterRef("pk"), voided_at__isnull=True)


def _waiting_for_signature(user: User | AnonymousUser) -> Q:
    signs = Q()
    for desk, right in signing.SIGNS.items():
        signs |= Q(waiting_for=desk, pk__in=access.visible(user, right).values("pk"))
    return signs & Q(closed_at__isnull=True)


def _unheard(user: User | AnonymousUser) -> Q:
    told = Alert.objects.filter(person=user.pk, needs_ack=True, acknowledged_at__isnull=True)
    open_ = told.filter(milestone__met_at__isnull=True, milestone__ended_at__isnull=True)
    return Q(closed_at__isnull=True, pk__in=open_.values("ticket"))


def _own_units(user: User | AnonymousUser) -> Q:
    return Q(unit__in=[m.unit_id for m in access.memberships(user) if m.unit_id])


def _to_accept(user: User | AnonymousUser) -> Q:
    units = [m.unit_id for m in access.memberships(user) if m.unit_id]
    waiting = Handover.objects.filter(state=HandoverState.PENDING, to_unit__in=units)
    return Q(closed_at__isnull=True, pk__in=waiting.values("ticket"))


def _my_part(user: User | AnonymousUser) -> Q:
    units = [m.unit_id for m in access.reaching(user) if m.unit_id]
    waiting = AskedPart.objects.filter(state=PartState.ASKED, unit__in=units)
    return Q(closed_at__isnull=True, pk__in=waiting.values("ticket"))


# In whose hands a request lies, as the person who looks is asked.
HANDS: Final[dict[str, Callable[[User | AnonymousUser], Q]]] = {
    "mine": lambda user: Q(officer=user.pk),
    "my_unit": _own_units,
    "unassigned": lambda user: Q(officer__isnull=True),
    "to_accept": _to_accept,
    "my_part": _my_part,
    "to_sign": _waiting_for_signature,
    "to_acknowledge": _unheard,
}


def _searched(rows: QuerySet[Ticket], q: str) -> QuerySet[Ticket]:
    """Narrow to what every word of `q` begins a word of. The inner query is capped: a frequent word costs no more."""
    words = identifiers.folded(q[:SEARCH_LENGTH]).split()
    if not words:
        return rows.none()
    tokens = " & ".join(f"{word}:*" for word in words)
    query = SearchQuery(tokens, config="simple", search_type="raw")
    return Ticket.objects.filter(pk__in=rows.filter(search=query).order_by().values("pk")[:SEARCHED_TO])
