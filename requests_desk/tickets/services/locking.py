"""Take a ticket in hand, and notice when somebody else did since its page was read."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F

from requests_desk.people.models import User
from requests_desk.tickets.models import Event, Ticket

# What a colleague does that makes a half-written reply or ending worth a second look; the timer's lines do not.
ACTS = (
    "assigned",
    "handed_over",
    "handover_accepted",
    "handover_returned",
    "reply_recorded",
    "reply_returned",
    "reply_approved",
    "message_received",
    "received_corrected",
    "cycle_opened",
    "merged",
    "absorbed",
    "split_off",
    "part_delivered",
    "part_returned",
    "items_changed",
    "closed",
)


def lock_free(clock_ids: Collection[int]) -> dict[int, Ticket]:
    """Return by clock the tickets nobody is writing to, locked; a busy one is left out and waits for the next sweep.

    Waiting for it could deadlock: whoever holds the ticket may be about to write the milestone the sweep holds.
    """
    rows = (
        Ticket.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(ticket_clocks__clock__in=clock_ids)
        .annotate(timed_by=F("ticket_clocks__clock"))
        .select_related("agency", "unit", "officer", "requester")
    )
    # A row for each clock: what is written on a ticket must be written on one and the same object.
    known: dict[int, Ticket] = {}
    return {row.timed_by: known.setdefault(row.pk, row) for row in rows}


class ChangedMeanwhile(Exception):
    """Somebody else acted on the ticket since the page was read: `event` says who did what, and when."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.kind)
        self.event = event


def lock(ticket: Ticket, *, seen_seq: int | None, by: User | None) -> Ticket:
    """Return the ticket locked for this transaction. Raises ChangedMeanwhile when `seen_seq` is given and too old."""
    # Nothing is joined: a row that changed while we waited is not found beside what it named before.
    locked = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if seen_seq is not None and seen_seq < locked.ledger_seq:
        # One's own second tab is no colleague: what they did themselves they know.
        others = locked.events.filter(seq__gt=seen_seq, kind__in=ACTS).exclude(actor=by)
        if event := others.select_related("actor").order_by("-seq").first():
            raise ChangedMeanwhile(event)
    return locked
