"""What the desk's lists show: keyset pages in the order of what is due, never a count over everything."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Requester, Ticket
from requests_desk.tickets.queries.filters import ORDERS, Filters, Order, narrowed
from sla.models import Breach, Milestone

PAGE = 50
EXPORTED_AT_ONCE = 500
COUNTED_TO = 1_001  # "more than 1,000" is answer enough, and costs the same at a million


class BadCursor(ValueError):
    """The mark of a page is not one this list gave out."""


class Page(NamedTuple):
    """Some rows, and the mark from which the next page goes on: None at the end."""

    rows: list[Ticket]
    next: str | None


def page(user: User, filters: Filters, *, cursor: str | None = None, limit: int = PAGE) -> Page:
    """Return the tickets a person may see, in the order the filters name. Raises BadCursor."""
    order = ORDERS[filters.order]
    rows = narrowed(user, filters)
    if cursor:
        rows = rows.filter(order.after(*_read(cursor)))
    # One more than is shown tells whether there is a next page, without counting.
    found = list(dressed(rows).order_by(*order.fields)[: limit + 1])
    return Page(found[:limit], _mark(found[limit - 1], order) if len(found) > limit else None)


def short(user: User, filters: Filters, *, limit: int) -> list[Ticket]:
    """Return the first rows of a list, with no more than a slip of paper shows of each."""
    rows = narrowed(user, filters).select_related("requester", "unit", "officer")
    return list(rows.order_by(*ORDERS[filters.order].fields)[:limit])


def every(user: User, filters: Filters, *, at_most: int) -> Iterator[Ticket]:
    """Yield the tickets of a list page by page, the first `at_most` of them: what an export reads."""
    mark: str | None = None
    given = 0
    while given < at_most:
        found = page(user, filters, cursor=mark, limit=min(EXPORTED_AT_ONCE, at_most - given))
        yield from found.rows
        given += len(found.rows)
        mark = found.next
        if mark is None:
            return


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


def counts(user: User, lists: Sequence[Filters]) -> list[int]:
    """Count several lists in one query, each up to the cap; the rows stay in the database."""
    parts: list[str] = []
    values: list[Any] = []
    for filters in lists:
        try:
            sql, given = narrowed(user, filters).order_by().values("pk")[:COUNTED_TO].query.sql_with_params()
        except EmptyResultSet:  # there is nothing this person might see
            sql, given = "SELECT 1 WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS listed)")  # noqa: S608  its values are parameters
        values += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return list(cursor.fetchone())


def known_requesters(user: User, phone: str, *, limit: int = 50) -> list[Requester]:
    """Return the requesters of the person's agencies who have this number, the newest first."""
    numbers = [form for found in identifiers.read_phones(phone) for form in identifiers.forms_of(found)]
    agencies = access.agencies(user, access.Right.LOG)
    if not numbers:
        return []
    own = Ticket.objects.filter(requester=OuterRef("pk"))
    # Who is known by a sealed report alone is known to nobody who may not read it (P13).
    known = Exists(own.filter(sealed=False)) | Exists(access.visible(user).filter(requester=OuterRef("pk")))
    rows = Requester.objects.filter(known, agency__in=agencies, phones__number__in=numbers, merged_into=None)
    return list(rows.order_by("-pk").distinct().prefetch_related("phones")[:limit])


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


def _mark(row: Ticket, order: Order) -> str:
    moment: datetime = getattr(row, order.moment)
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), row.pk]).encode()).decode()


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        at = datetime.fromisoformat(moment)
        # A mark is the reader's word: a moment without its zone would break the comparison in the database.
        if at.tzinfo is None:
            raise BadCursor
        return at.astimezone(UTC), int(pk)  # PostgreSQL knows no offset of a day, Python does
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor from error
