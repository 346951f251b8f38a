"""Prove the ledger: every line hashed as it was written, chained to the one before, none missing (P14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services.ledger import event_hash

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """Where a chain breaks: `missing` (no such line), `unlinked` (not after the one before) or `changed`."""

    ticket: str
    seq: int
    fault: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many chains and lines were read, how many chains are broken, and the first broken link of the first one."""

    tickets: int
    events: int
    broken: int
    first: BrokenLink | None

    @property
    def ok(self) -> bool:
        """Tell whether every chain holds."""
        return self.first is None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"ok": self.ok} | asdict(self)


class _Row(NamedTuple):
    """A ticket beside one line of its history; a ticket without history has one row of nothing."""

    ticket_id: int
    code: str
    last_seq: int
    head: str
    seq: int | None
    kind: str
    actor_id: int | None
    at: datetime
    facts: dict[str, Any]
    previous: str
    hash: str


_FIELDS = ("pk", "code", "ledger_seq", "ledger_head")
_EVENT_FIELDS = ("seq", "kind", "actor_id", "at", "facts", "previous", "hash")


def verify(*, on_progress: Callable[[int], None]) -> Verdict:
    """Read every chain once and say whether all hold. Memory stays the same however long the ledger is.

    `on_progress` hears now and then how many lines were read. One statement reads all, so that what is written
    meanwhile is seen whole or not at all.
    """
    tickets = events = broken = 0
    first: BrokenLink | None = None
    for _pk, chain in groupby(_rows(), key=lambda row: row.ticket_id):
        lines, fault = _check(chain)
        tickets, events = tickets + 1, events + lines
        if events // CHUNK > (events - lines) // CHUNK:
            on_progress(events)
        if fault:
            first, broken = first or fault, broken + 1
    return Verdict(tickets, events, broken, first)


def _rows() -> Iterator[_Row]:
    names = [*_FIELDS, *(f"events__{name}" for name in _EVENT_FIELDS)]
    # From the tickets, so that one whose history was emptied shows as broken and not as absent.
    rows = Ticket.objects.order_by("pk", "events__seq").values_list(*names)
    return (_Row(*row) for row in rows.iterator(chunk_size=CHUNK))


def _check(chain: Iterable[_Row]) -> tuple[int, BrokenLink | None]:
    """Return how many lines a chain has and where it first breaks; all of it is read either way."""
    count, previous = 0, ""
    fault: BrokenLink | None = None
    for row in chain:
        code, last_seq, head = row.code, row.last_seq, row.head
        if row.seq is None:
            break
        count += 1
        fault = fault or _fault(row, count, previous)
        previous = row.hash
    # Lines cut off the end leave a chain that holds: only the head on the ticket tells.
    if fault is None and (count == 0 or (count, previous) != (last_seq, head)):
        fault = BrokenLink(code, count + 1, "missing")
    return count, fault


def _fault(row: _Row, expected: int, previous: str) -> BrokenLink | None:
    if row.seq != expected:
        return BrokenLink(row.code, expected, "missing")
    if row.previous != previous:
        return BrokenLink(row.code, expected, "unlinked")
    sealed = event_hash(
        ticket_id=row.ticket_id,
        seq=expected,
        kind=row.kind,
        actor_id=row.actor_id,
        at=row.at,
        facts=row.facts,
        previous=row.previous,
    )
    return None if row.hash == sealed else BrokenLink(row.code, expected, "changed")
