"""The rows that the page of a request is made of: one statement each, of the columns that are shown.

Written out: nothing of the desk is asked for more often, and the ORM takes longer to write these questions than the
database to answer them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import connection

from requests_desk.tickets.models import StatusLink, TicketClock
from requests_desk.tickets.queries.public import Office
from requests_desk.tickets.words import LinkKind
from sla.models import MilestoneName

Row = dict[str, Any]
Columns = Mapping[str, str]

OFFICE = tuple(field.name for field in fields(Office))
_OFFICE = {f"office_{name}": f"a.{name}" for name in OFFICE}
_TICKET = {name: f"t.{name}" for name in ("id", "code", "state", "ending", "received_at", "text", "lookup_digest")}
_ERASED = {name: f"t.{name}" for name in ("erased_why", "erased_at")}
_SURVEY = {f"survey_{name}": f"s.{name}" for name in ("id", "digest", "expires_at")}
_HANDLED = {"unit": "u.name", "unit_en": "u.name_en", "officer": "CASE WHEN a.shows_officer THEN o.full_name END"}
_SHOWN = {**_TICKET, **_ERASED, **_SURVEY, **_HANDLED, **_OFFICE}
# How they are reached: read where the request opens in full alone.
_PHONES = "SELECT typed FROM tickets_requesterphone WHERE requester_id = t.requester_id ORDER BY position"
_IN_FULL = {**_SHOWN, "email": "r.email", "phones": f"ARRAY({_PHONES})"}
_FROM = """
FROM tickets_ticket AS t
JOIN tickets_requester AS r ON r.id = t.requester_id
JOIN people_agency AS a ON a.id = t.agency_id
LEFT JOIN people_unit AS u ON u.id = t.unit_id
LEFT JOIN people_user AS o ON o.id = t.officer_id
LEFT JOIN tickets_survey AS s ON s.ticket_id = t.id
"""


def by_phone(code: str, numbers: list[str]) -> Row | None:
    """Return the request of this code and one of these numbers, unless it is sealed (P13)."""
    where = """
    WHERE t.code = %(code)s AND NOT t.sealed AND EXISTS (
        SELECT FROM tickets_requesterphone AS p WHERE p.requester_id = t.requester_id AND p.number = ANY(%(numbers)s)
    )
    """
    return _one(_SHOWN, _FROM + where, code=code, numbers=numbers)


def by_lookup(code: str, digest: str) -> Row | None:
    """Return in full the request of this code and digest of a look-up code."""
    return _one(_IN_FULL, _FROM + "WHERE t.code = %(code)s AND t.lookup_digest = %(digest)s", code=code, digest=digest)


def by_link(digest: str, *, at: datetime) -> Row | None:
    """Return in full the request that a secret link opens at `at`, and the `link`."""
    link = StatusLink.standing(at=at).filter(digest=digest).values_list("pk", "ticket").first()
    return {**by_id(link[1]), "link": link[0]} if link else None


def by_id(pk: int) -> Row:
    """Return in full a request that is there."""
    row = _one(_IN_FULL, _FROM + "WHERE t.id = %(id)s", id=pk)
    assert row is not None  # noqa: S101  its reader has just opened it
    return row


def survivor(pk: int) -> Row | None:
    """Return the request that another was merged into (P8)."""
    where = "WHERE t.id = (SELECT other_id FROM tickets_ticketlink WHERE ticket_id = %(id)s AND kind = %(kind)s)"
    return _one(_SHOWN, _FROM + where, id=pk, kind=LinkKind.MERGED_INTO.value)


_MILESTONE = {name: f"m.{name}" for name in ("name", "due_at", "met_at", "ended_at")}
_CLOCK = {
    "cycle": "k.cycle",
    "clock": "c.id",
    "started_at": "c.started_at",
    "policy": "c.policy_version_id",
    "calendar": "c.calendar_version_id",
    "missed": "EXISTS (SELECT FROM sla_breach AS b WHERE b.milestone_id = m.id AND b.voided_at IS NULL)",
}


def milestones(ticket: int) -> list[Row]:
    """Return the promises of the reply clocks, the newest cycle and the latest promise last; `missed`: a breach stands.

    `policy` and `calendar` are the numbers of the versions their clock is pinned to (P10).
    """
    rest = """
    FROM tickets_ticketclock AS k
    JOIN sla_clock AS c ON c.id = k.clock_id
    JOIN sla_milestone AS m ON m.clock_id = c.id
    WHERE k.ticket_id = %(ticket)s AND k.role = %(role)s AND m.name = ANY(%(names)s)
        AND m.end_reason <> ALL(ARRAY['voided', 'thanks'])
    ORDER BY k.cycle, m.opened_at, m.id
    """
    names = [MilestoneName.FIRST_REPLY.value, MilestoneName.PROMISED.value]
    return _all({**_MILESTONE, **_CLOCK}, rest, ticket=ticket, role=TicketClock.Role.REPLY.value, names=names)


WORDS = ("kind", "channel", "text", "done", "reason", "contact", "ground", "receiving_body")
_REPLY = {name: name for name in ("id", "items", "documents", "cycle", "reached_at", "promised_at", "said", *WORDS)}


def replies(ticket: int) -> list[Row]:
    """Return the replies that reached the requester, the latest last."""
    rest = "FROM tickets_reply WHERE ticket_id = %(ticket)s AND reached_at IS NOT NULL ORDER BY reached_at, id"
    return _all(_REPLY, rest, ticket=ticket)


def _one(columns: Columns, rest: str, **values: Any) -> Row | None:
    return next(iter(_all(columns, f"{rest} LIMIT 1", **values)), None)


def _all(columns: Columns, rest: str, **values: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns.values())} {rest}", values)
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
