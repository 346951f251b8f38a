"""What the replies that reached a requester come to: which promises they keep, and where they leave the request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.services import closing, due
from requests_desk.tickets.services.incoming import FREE_BACKDATING
from requests_desk.tickets.words import FINAL_REPLIES, ReplyChannel, ReplyKind, State
from sla import clocks
from sla.changes import Change
from sla.models import BreachCause, MilestoneName


def meets(reply: Reply) -> Sequence[str]:
    """Return the names of the milestones a delivered reply can meet (P3, P12)."""
    return MilestoneName.values if reply.kind in FINAL_REPLIES else clocks.REPLY_MILESTONES


def promise(ticket: Ticket, reply: Reply, *, at: datetime) -> list[Change]:
    """Open what a delivered interim reply promised, once (P5)."""
    if reply.kind != ReplyKind.INTERIM or reply.promised_at is None:
        return []
    clock = due.reply_clock(ticket, cycle=reply.cycle)
    if clocks.is_promised([clock], by=reply.key):
        return []
    return clocks.promise(clock, due_at=reply.promised_at, opened_by=reply.key, at=at)


def stand(ticket: Ticket, *, cause: BreachCause, at: datetime, may_void: bool = True) -> list[Change]:
    """Let each reply that stands meet what is open, at its own moment and in the order they arrived (P4, P8).

    Where not `may_void` a breach that stands never goes, whatever proves to have arrived in time.
    """
    own = due.clocks_of(ticket)
    changes: list[Change] = []
    standing = list(ticket.replies.filter(reached_at__isnull=False).order_by("reached_at", "pk"))
    for place, reply in enumerate(standing):
        changes += clocks.meet(
            [clock for clock in own if clock.ticket_clock.cycle <= reply.cycle],
            names=meets(reply),
            met_at=reply.reached_at or at,
            by=reply.key,
            at=at,
            is_proven=_is_proven(reply),
            told_at=reply.created_at,
            may_void=may_void,
            cause=cause,
            unless_opened_by=[one.key for one in standing[place:]],
        )
        if not any(one.kind in FINAL_REPLIES and one.cycle == reply.cycle for one in standing[:place]):
            changes += promise(ticket, reply, at=at)  # one that came after a voided answer promises from now on
    return changes


def _is_proven(reply: Reply) -> bool:
    """A relay's word is proof; a person's is where it was written down soon (P3)."""
    soon = reply.reached_at is not None and reply.created_at - reply.reached_at <= FREE_BACKDATING
    return soon or reply.channel == ReplyChannel.EMAIL


def restate(ticket: Ticket) -> None:
    """Put the ticket back where its standing replies leave it; one whose ending lacks its reply now comes back."""
    if ticket.state == State.CLOSED and (ticket.came_closed or not closing.missing(ticket, ticket.ending)):
        return
    reached = ticket.replies.filter(cycle=ticket.cycle, reached_at__isnull=False)
    kinds = set(reached.values_list("kind", flat=True))
    if kinds & FINAL_REPLIES:
        ticket.state = State.REPLIED
    else:
        ticket.state = State.INTERIM_SENT if kinds else State.ASSIGNED if ticket.unit_id else State.RECEIVED
    ticket.closed_at, ticket.ending = None, ""
    ticket.save(update_fields=["state", "closed_at", "ending"])
