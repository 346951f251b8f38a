"""All that is known of one request, for who may read it: a fixed number of queries however long its story is."""

from __future__ import annotations

from typing import NamedTuple

from requests_desk.tickets.models import Attachment, Event, Item, Message, Reply, Ticket
from requests_desk.tickets.queries import promise
from requests_desk.tickets.queries.promise import Promise
from requests_desk.tickets.services import links
from sla.models import Breach


class Record(NamedTuple):
    """A request's promise and what was said about it, the oldest first."""

    promise: Promise
    phones: list[str]
    replies: list[Reply]
    messages: list[Message]
    files: list[Attachment]
    items: list[Item]


def of(ticket: Ticket) -> Record:
    """Return the record of a ticket. Seven queries."""
    replies = ticket.replies.select_related("author", "signed_by").prefetch_related("deliveries")
    return Record(
        promise=promise.of(ticket),
        phones=[phone.typed for phone in ticket.requester.phones.all()],
        replies=list(replies.order_by("created_at", "pk")),
        messages=list(ticket.messages.select_related("author").order_by("at", "pk")),
        files=list(ticket.files.order_by("pk")),
        items=list(ticket.items.order_by("cycle", "number")),
    )


def events(ticket: Ticket) -> list[Event]:
    """Return the history of a ticket, the oldest line first (P14)."""
    return list(ticket.events.select_related("actor").order_by("seq"))


def breaches(ticket: Ticket) -> list[Breach]:
    """Return every missed milestone of every cycle, void ones and those of merged requests too (P6, P8)."""
    rows = Breach.objects.filter(milestone__clock__ticket_clock__ticket__in=[ticket.pk, *links.absorbed_by(ticket)])
    return list(rows.select_related("milestone").order_by("due_at", "pk"))
