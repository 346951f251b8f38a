"""Tie requests that belong together: each keeps its own clock (P7, P8)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from requests_desk.people.models import User
from requests_desk.tickets.models import Ticket, TicketLink
from requests_desk.tickets.services import ledger, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import LinkKind

# How the other end of a link calls it.
BACK = {
    LinkKind.FOLLOW_UP: "followed_by",
    LinkKind.POSSIBLY_ABOUT: "possibly_about",
    LinkKind.MERGED_INTO: "merged_from",
    LinkKind.SPLIT_OFF: "split_into",
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


class Refused(refusing.Refused):
    """These two cannot be linked. `fields` says what to change; nothing was saved."""


def tie(ticket: Ticket, other: Ticket, *, by: User, at: datetime) -> TicketLink:
    """Say that a request is possibly about the same as another: each keeps its own deadline (P8). Raises Refused."""
    with transaction.atomic():
        # In one order for all: two people who tie the same two must not wait for each other.
        both = Ticket.objects.select_for_update().filter(pk__in=[ticket.pk, other.pk]).order_by("pk")
        rows = {row.pk: row for row in both}
        if problem := _problem(rows[ticket.pk], rows[other.pk]):
            raise Refused({"to": [problem]})
        return link(rows[ticket.pk], rows[other.pk], LinkKind.POSSIBLY_ABOUT, by=by, at=at)


def _problem(ticket: Ticket, other: Ticket) -> str:
    between = Q(ticket=ticket, other=other) | Q(ticket=other, other=ticket)
    reasons = (
        (ticket.pk == other.pk, _("A request cannot be linked to itself.")),
        (ticket.agency_id != other.agency_id, _("Requests of different agencies are never linked.")),
        # Its code in the history of one that anybody reads would say that it is there (P13).
        (ticket.sealed != other.sealed, _("A sealed request is linked to a sealed one only.")),
        (TicketLink.objects.filter(between).exists(), _("These requests are linked already.")),
    )
    return next((said for is_so, said in reasons if is_so), "")


def link(ticket: Ticket, other: Ticket, kind: LinkKind, *, by: User | None, at: datetime) -> TicketLink:
    """Link `ticket` to `other`, both locked by the caller, and write it into both histories."""
    made = TicketLink.objects.create(ticket=ticket, other=other, kind=kind, by=by, at=at)
    lines = [
        Line(ticket, "linked", {"link": str(kind), "ticket": other.pk, "code": other.code}),
        Line(other, "linked", {"link": BACK[kind], "ticket": ticket.pk, "code": ticket.code}),
    ]
    ledger.append(lines, actor=by, at=at)
    return made
