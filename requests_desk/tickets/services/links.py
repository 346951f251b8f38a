"""Tie requests that belong together: each keeps its own clock (P7, P8)."""

from __future__ import annotations

from datetime import datetime

from requests_desk.people.models import User
from requests_desk.tickets.models import Ticket, TicketLink
from requests_desk.tickets.services import ledger
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import LinkKind

# How the other end of a link calls it.
BACK = {
    LinkKind.FOLLOW_UP: "followed_by",
    LinkKind.POSSIBLY_ABOUT: "possibly_about",
    LinkKind.MERGED_INTO: "merged_from",
}


def absorbed_by(ticket: Ticket) -> list[int]:
    """Return the ids of the requests that were merged into a ticket, and into those in turn (P8)."""
    found: list[int] = []
    newest = [ticket.pk]
    while newest:
        newest = list(
            TicketLink.objects.filter(other__in=newest, kind=LinkKind.MERGED_INTO).values_list("ticket", flat=True)
        )
        found += newest
    return found


def link(ticket: Ticket, other: Ticket, kind: LinkKind, *, by: User | None, at: datetime) -> TicketLink:
    """Link `ticket` to `other`, both locked by the caller, and write it into both histories."""
    made = TicketLink.objects.create(ticket=ticket, other=other, kind=kind, by=by, at=at)
    lines = [
        Line(ticket, "linked", {"link": str(kind), "ticket": other.pk, "code": other.code}),
        Line(other, "linked", {"link": BACK[kind], "ticket": ticket.pk, "code": ticket.code}),
    ]
    ledger.append(lines, actor=by, at=at)
    return made
