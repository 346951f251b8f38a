"""What a receipt says: to whom a secret link was given, and what a slip of paper repeats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language

from requests_desk.people import identifiers
from requests_desk.tickets import slips
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import ticket_page, whereabouts
from requests_desk.tickets.queries.public import Office
from requests_desk.tickets.queries.whereabouts import Status
from requests_desk.tickets.services import incoming
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.slips import Slip


@dataclass(frozen=True, slots=True)
class Receipt:
    """A request just taken in. `lookup_code` is empty once another one was issued; `warnings` ask to look again."""

    status: Status
    lookup_code: str
    link: str
    qr: str
    channel: str
    requester: str
    warnings: tuple[str, ...]


def by_link(token: str, *, at: datetime) -> Receipt:
    """Return the receipt that a secret link opens. Raises NotFound."""
    status = whereabouts.by_link(token, at=at)
    ticket = Ticket.objects.select_related("agency", "requester").get(code=status.code)
    lookup = identifiers.lookup_for(token)
    is_current = identifiers.lookup_digest(ticket.code, lookup) == ticket.lookup_digest
    link = f"{settings.PUBLIC_BASE_URL}/s/{token}/"
    return Receipt(
        status=status,
        lookup_code=lookup if is_current else "",
        link=link,
        qr=slips.qr(link),
        channel=ticket.channel,
        requester=str(ticket.requester),
        warnings=_warnings(ticket),
    )


def slip(receipt: Receipt) -> Slip:
    """Return the slip of a receipt."""
    status = receipt.status
    return Slip(
        office=status.office,
        code=status.code,
        lookup_code=receipt.lookup_code,
        link=receipt.link,
        requester=receipt.requester,
        channel=receipt.channel,
        received_at=status.received_at,
        due_at=status.due_at,
        text=status.question,
        language=get_language() or "vi",
    )


def slip_of(ticket: Ticket, *, lookup_code: str, link: str, officer: str) -> Slip:
    """Return the slip of a request taken in at the counter; its officer signs it."""
    return Slip(
        office=Office.of(ticket.agency),
        code=ticket.code,
        lookup_code=lookup_code,
        link=link,
        requester=str(ticket.requester),
        channel=ticket.channel,
        received_at=ticket.received_at,
        due_at=ticket_page.clock(ticket).due_at,
        text=ticket.text,
        language=ticket.language,
        officer=officer,
    )


def _warnings(ticket: Ticket) -> tuple[str, ...]:
    requester = ticket.requester
    phones = tuple(requester.phones.values_list("typed", flat=True))
    asked = Asked(tax_code=requester.tax_code, phones=phones, email=requester.email)
    odd = incoming.oddities(ticket.agency, Request(channel=ticket.channel, text="", asked=asked))
    return tuple(oddity.detail for oddity in odd)
