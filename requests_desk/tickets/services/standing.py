"""What the replies that reached a requester come to: which promises they keep, and where they leave the request."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, QuerySet

from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.services import closing, due, items
from requests_desk.tickets.services.incoming import FREE_BACKDATING
from requests_desk.tickets.words import FINAL_REPLIES, POSTED, ReplyKind, State
from sla import clocks
from sla.changes import Change
from sla.models import BreachCause, Clock, MilestoneName


class Done(NamedTuple):
    """What a delivered reply comes to, with those before it: the milestones it can meet, when, and how sure that is."""

    names: Sequence[str]
    at: datetime
    is_proven: bool
    told_at: datetime

    @property
    def is_final(self) -> bool:
        """Tell whether nothing that was asked is open any more."""
        return MilestoneName.STATUTORY in self.names


def done_by(ticket: Ticket, reply: Reply) -> Done:
    """Return what a reply that has just reached comes to, with all that reached in its cycle."""
    asked = items.numbers(ticket).get(reply.cycle, set())
    return _done(reply, list(_final(ticket, reply.cycle)) if asked else [], asked)


def answered_at(ticket: Ticket) -> datetime | None:
    """Return when the last final reply of the current cycle arrived; None while one of its questions is open (P7)."""
    if ticket.items.filter(cycle=ticket.cycle, result="").exists():
        return None
    last: datetime | None = _final(ticket, ticket.cycle).aggregate(last=Max("reached_at"))["last"]
    return last


def unsettle(ticket: Ticket, own: Collection[Clock], *, cycle: int, at: datetime) -> list[Change]:
    """Open again what the replies of a cycle met together, where one of its questions is open again (P4, P8)."""
    if not ticket.items.filter(cycle=cycle, result="").exists():
        return []
    return [one for reply in _final(ticket, cycle) for one in clocks.void(own, by=reply.key, at=at)]


def promise(ticket: Ticket, reply: Reply, *, at: datetime) -> list[Change]:
    """Open what a delivered interim reply promised, once (P5)."""
    if reply.kind != ReplyKind.INTERIM or reply.promised_at is None:
        return []
    clock = due.reply_clock(ticket, cycle=reply.cycle)
    # Judged anew, a reply must not promise a second time what it promised before.
    if clocks.is_promised([clock], by=reply.key):
        return []
    return clocks.promise(clock, due_at=reply.promised_at, opened_by=reply.key, at=at)


def stand(ticket: Ticket, *, cause: BreachCause, at: datetime, may_void: bool = True) -> list[Change]:
    """Let each reply that stands meet what is open, at its own moment and in the order they arrived (P4, P8).

    Where not `may_void` a breach that stands never goes, whatever proves to have arrived in time.
    """
    own = due.clocks_of(ticket)
    changes: list[Change] = []
    # In the order they arrived: the first that could meet a promise is the one that met it.
    standing = list(ticket.replies.filter(reached_at__isnull=False).order_by("reached_at", "pk"))
    asked = items.numbers(ticket)
    whole: set[int] = set()
    for place, reply in enumerate(standing):
        # Only those up to this one: what came later cannot have completed it.
        final = [one for one in standing[: place + 1] if one.kind in FINAL_REPLIES and one.cycle == reply.cycle]
        done = _done(reply, final, asked.get(reply.cycle, set()))
        changes += clocks.meet(
            [clock for clock in own if clock.ticket_clock.cycle <= reply.cycle],
            names=done.names,
            met_at=done.at,
            by=reply.key,
            at=at,
            is_proven=done.is_proven,
            told_at=done.told_at,
            may_void=may_void,
            cause=cause,
            unless_opened_by=[one.key for one in standing[place:]],
        )
        if done.is_final:
            # After the last answer an interim reply owes nothing more in that round.
            whole.add(reply.cycle)
        elif reply.cycle not in whole:
            changes += promise(ticket, reply, at=at)  # one that came after a voided answer promises from now on
    return changes


def _final(ticket: Ticket, cycle: int) -> QuerySet[Reply]:
    return ticket.replies.filter(cycle=cycle, kind__in=FINAL_REPLIES, reached_at__isnull=False).order_by(
        "reached_at", "pk"
    )


def _done(reply: Reply, final: Sequence[Reply], asked: Collection[int]) -> Done:
    """Return what a reply comes to with the `final` ones that arrived, where these questions are `asked` (P3, P12).

    Part of an answer is not the answer, and does not say when the rest comes: it meets nothing (P5).
    """
    if reply.kind not in FINAL_REPLIES:
        return _sure(clocks.REPLY_MILESTONES, [reply])
    if not asked:
        return _sure(MilestoneName.values, [reply])
    left, settling = set(asked), []
    for one in final:
        # A reply that repeats what was settled before adds nothing, and must not move the moment.
        if left & set(one.items):
            settling.append(one)
            left -= set(one.items)
    return _sure((), [reply]) if left else _sure(MilestoneName.values, settling)


def _sure(names: Sequence[str], replies: Sequence[Reply]) -> Done:
    """Return it done when the last of these arrived, and proven where each of them is."""
    # One doubtful part makes the whole as late as the day it was written down.
    doubtful = [one.created_at for one in replies if not _is_proven(one)]
    at = max(one.reached_at for one in replies if one.reached_at)
    return Done(names, at, not doubtful, max(doubtful, default=at))


def _is_proven(reply: Reply) -> bool:
    """A relay's word is proof; a person's is where it was written down soon (P3)."""
    soon = reply.reached_at is not None and reply.created_at - reply.reached_at <= FREE_BACKDATING
    return soon or reply.channel in POSTED


def restate(ticket: Ticket) -> None:
    """Put the ticket back where its standing replies leave it; one whose ending lacks its reply now comes back."""
    if ticket.state == State.CLOSED and (ticket.came_closed or not closing.missing(ticket, ticket.ending)):
        return
    reached = ticket.replies.filter(cycle=ticket.cycle, reached_at__isnull=False)
    if answered_at(ticket):
        ticket.state = State.REPLIED
    elif reached.filter(kind=ReplyKind.INTERIM).exists():
        ticket.state = State.INTERIM_SENT
    else:
        ticket.state = State.ASSIGNED if ticket.unit_id else State.RECEIVED
    ticket.closed_at, ticket.ending = None, ""
    ticket.save(update_fields=["state", "closed_at", "ending"])
