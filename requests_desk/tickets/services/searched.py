"""What the search box finds a request by: its numbers, who asked, and its words, all folded."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from requests_desk.people import identifiers
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services.incoming import Asked


def vector(numbers: Iterable[str], asked: Asked, text: str) -> SearchVector:
    """Return the vector of a request: `numbers` are its code and what others call it."""
    phones = [phone for typed in asked.phones for phone in identifiers.read_phones(typed)]
    shown = [identifiers.show_phone(phone.number) for phone in phones if phone.number]
    names = [asked.organisation, asked.name, asked.tax_code, asked.email]
    folded = identifiers.folded(" ".join([*numbers, *names, *shown, text]))
    return SearchVector(Value(folded), config="simple")


def again(ticket: Ticket) -> None:
    """Write it anew from the rows as they stand now."""
    requester = ticket.requester
    asked = Asked(
        name=requester.name,
        organisation=requester.organisation,
        tax_code=requester.tax_code,
        phones=tuple(requester.phones.values_list("typed", flat=True)),
        email=requester.email,
    )
    numbers = (ticket.code, ticket.old_number, ticket.external_number, ticket.arrival_number)
    Ticket.objects.filter(pk=ticket.pk).update(search=vector(numbers, asked, ticket.text))
