"""Prove that what is stored to be quick agrees with the clocks: the queue's copies, and when the timer looks next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Subquery

from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.services import due
from sla.clocks import OPEN
from sla.models import Breach, Milestone


class Wrong(NamedTuple):
    """A ticket and what is wrong: `queue` (not in the place its clocks give) or `silent` (nobody will look at it)."""

    ticket_id: int
    code: str
    fault: str


def wrong() -> Iterator[Wrong]:
    """Yield every ticket whose copies or whose timer disagree with its clocks; nothing when all is right."""
    yield from _misplaced()
    yield from _silent()


def _misplaced() -> Iterator[Wrong]:
    open_ = Milestone.objects.filter(OPEN, clock__ticket_clock__ticket=OuterRef("pk")).order_by("due_at")
    said = Reply.objects.filter(ticket=OuterRef("pk"), reached_at__isnull=False)
    rows = Ticket.objects.order_by("pk").annotate(due=Subquery(open_.values("due_at")[:1]), said=Exists(said))
    names = ("pk", "code", "next_due_at", "queue_at", "wanted_by", "due", "said")
    for pk, code, next_due_at, queue_at, wanted_by, due_at, has_said in rows.values_list(*names).iterator():
        if (next_due_at, queue_at) != (due_at, due.place(due_at, None if has_said else wanted_by)):
            yield Wrong(pk, code, "queue")


def _silent() -> Iterator[Wrong]:
    """Yield what is open and was never missed, and yet the timer would not look at again."""
    standing = Breach.objects.filter(milestone=OuterRef("pk"), voided_at__isnull=True)
    # Missed and told, it rings no more; open and never missed it must ring some day.
    rows = Milestone.objects.filter(OPEN, next_look_at__isnull=True).exclude(Exists(standing))
    names = ("clock__ticket_clock__ticket_id", "clock__ticket_clock__ticket__code")
    for pk, code in rows.order_by("pk").values_list(*names).iterator():
        yield Wrong(pk, code, "silent")
