"""Know a requester again without ever merging two silently (issue 5 deepens this)."""

from __future__ import annotations

from datetime import datetime

from requests_desk.people.models import Agency
from requests_desk.tickets import identifiers
from requests_desk.tickets.models import Requester, RequesterPhone
from requests_desk.tickets.services.incoming import Asked


def find_or_add(agency: Agency, asked: Asked, *, at: datetime) -> Requester:
    """Return the requester known by exactly these particulars, or a new one: alike is not the same."""
    phones = [phone for typed in asked.phones for phone in identifiers.read_phones(typed)]
    named = {"name": asked.name, "organisation": asked.organisation, "tax_code": asked.tax_code, "email": asked.email}
    known = Requester.objects.filter(agency=agency, address=asked.address, **named)
    first = next((phone.number for phone in phones if phone.number), "")
    if first:
        known = known.filter(phones__number=first)
    elif not asked.email:
        known = known.none()  # a name alone identifies nobody
    if requester := known.order_by("pk").first():
        return requester
    requester = Requester.objects.create(agency=agency, address=asked.address, created_at=at, **named)
    RequesterPhone.objects.bulk_create(
        RequesterPhone(requester=requester, position=position, typed=phone.typed, number=phone.number)
        for position, phone in enumerate(phones)
    )
    return requester
