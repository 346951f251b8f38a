"""Write history: every line is chained to the one before it (P14)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from requests_desk.people.models import User
from requests_desk.tickets.models import Event, Ticket
from sla.changes import Change


class Line(NamedTuple):
    """One thing to remember about a ticket whose row the caller holds locked."""

    ticket: Ticket
    kind: str
    facts: dict[str, Any]


def event_hash(
    *, ticket_id: int, seq: int, kind: str, actor_id: int | None, at: datetime, facts: dict[str, Any], previous: str
) -> str:
    """Return the SHA-256 that seals one line together with the hash of the line before."""
    # In UTC: the same instant, read back on a server elsewhere, must give the same hash.
    sealed = [ticket_id, seq, kind, actor_id, at.astimezone(UTC).isoformat(), facts, previous]
    return hashlib.sha256(
        json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def append(lines: Sequence[Line], *, actor: User | None, at: datetime) -> None:
    """Add `lines` in order to the histories of their tickets: one statement, however many there are."""
    if not lines:
        return
    events: list[Event] = []
    for ticket, kind, facts in lines:
        seq, previous = ticket.ledger_seq + 1, ticket.ledger_head
        actor_id = actor.pk if actor else None
        sealed = event_hash(
            ticket_id=ticket.pk, seq=seq, kind=kind, actor_id=actor_id, at=at, facts=facts, previous=previous
        )
        events.append(
            Event(ticket=ticket, seq=seq, kind=kind, actor=actor, at=at, facts=facts, previous=previous, hash=sealed)
        )
        # On the object too: the next line of the same transaction follows on this one.
        ticket.ledger_seq, ticket.ledger_head = seq, sealed
    _write(events, {ticket.pk: ticket for ticket, _kind, _facts in lines})


# Head and lines in one statement: a chain whose head names no line, or the other way round, cannot be written.
_WRITE = """
WITH head AS (
    UPDATE tickets_ticket AS t SET ledger_seq = new.seq, ledger_head = new.head
    FROM unnest(%(tickets)s::bigint[], %(seqs)s::int[], %(heads)s::text[]) AS new (id, seq, head) WHERE t.id = new.id
)
INSERT INTO tickets_event (ticket_id, seq, kind, actor_id, at, facts, previous, hash)
SELECT * FROM unnest(%(ticket)s::bigint[], %(seq)s::int[], %(kind)s::text[], %(actor)s::bigint[], %(at)s::timestamptz[],
    %(facts)s::jsonb[], %(previous)s::text[], %(hash)s::text[])
"""


def _write(events: Sequence[Event], tickets: dict[int, Ticket]) -> None:
    values: dict[str, list[Any]] = {
        "tickets": list(tickets),
        "seqs": [t.ledger_seq for t in tickets.values()],
        "heads": [t.ledger_head for t in tickets.values()],
        "ticket": [e.ticket_id for e in events],
        "seq": [e.seq for e in events],
        "kind": [str(e.kind) for e in events],
        "actor": [e.actor_id for e in events],
        "at": [e.at for e in events],
        "facts": [json.dumps(e.facts) for e in events],
        "previous": [e.previous for e in events],
        "hash": [e.hash for e in events],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def lines_of(ticket: Ticket, changes: Iterable[Change]) -> list[Line]:
    """Return what a clock reported as lines of the ticket it belongs to."""
    return [Line(ticket, change.kind, change.facts) for change in changes]
