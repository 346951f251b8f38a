"""Know a requester again without ever merging two silently: alike is not the same (deliver 4 of the doors)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from requests_desk.people import identifiers
from requests_desk.people.identifiers import Phone
from requests_desk.people.models import Agency
from requests_desk.tickets.models import Requester, RequesterPhone
from requests_desk.tickets.services.incoming import Asked

NAMES = ("name", "organisation")
# Who shares an address or a number with more records than these is known by none of them.
COMPARED = 50


def find_or_add(agency: Agency, asked: Asked, *, at: datetime) -> Requester:
    """Return the record that knows all these particulars already, or a new one; in the caller's transaction.

    The same record: a number or an e-mail address in common, the same name, firm or address in writing, and nothing
    told now that it does not hold. A number alone names nobody, and what is new is never written into an old record:
    a stranger's address must not get the answers to somebody else's questions.
    Two doors that hear of one requester at one moment pass in turn: each has taken its code, whose row is locked.
    """
    phones = [phone for typed in asked.phones for phone in identifiers.read_phones(typed)]
    if known := _known(agency, asked, phones):
        return survivor_of(known)
    return _add(agency, asked, phones, at=at)


def asked(requester: Requester) -> Asked:
    """Return the particulars of a known requester as a further request of theirs carries them."""
    return Asked(
        name=requester.name,
        organisation=requester.organisation,
        tax_code=requester.tax_code,
        phones=tuple(requester.phones.values_list("typed", flat=True)),
        email=requester.email,
        address=requester.address,
    )


def survivor_of(requester: Requester) -> Requester:
    """Return the record a merged one lives on in, itself where it was not merged."""
    while requester.merged_into is not None:
        requester = requester.merged_into
    return requester


# Each by its own index: joined by OR they would have every record of the agency read. What is empty shares nothing.
_SHARING = """
SELECT requester_id FROM tickets_requesterphone WHERE number = ANY(%s) AND number <> ''
UNION SELECT id FROM tickets_requester WHERE agency_id = %s AND lower(email) = %s AND email <> ''
UNION SELECT id FROM tickets_requester WHERE agency_id = %s AND tax_number = %s AND tax_number <> ''
"""


def sharing(agency: Agency, *, numbers: Sequence[str], email: str = "", tax_number: str = "") -> QuerySet[Requester]:
    """Return the records of an agency with one of these numbers (E.164), this address or this tax number."""
    ids = RawSQL(_SHARING, [list(numbers), agency.pk, email.lower(), agency.pk, tax_number])  # noqa: S611  our own text
    return Requester.objects.filter(agency=agency, pk__in=ids).order_by("pk")


_KNOWN = f"""
SELECT one.*, ARRAY(
    SELECT typed FROM tickets_requesterphone WHERE requester_id = one.id ORDER BY position
) AS numbers_typed
FROM tickets_requester AS one WHERE one.agency_id = %s AND one.id IN ({_SHARING}) ORDER BY one.id LIMIT {COMPARED}
"""  # noqa: S608  our own text


def _known(agency: Agency, asked: Asked, phones: Sequence[Phone]) -> Requester | None:
    numbers = [form for phone in phones for form in identifiers.forms_of(phone)]
    found = Requester.objects.raw(_KNOWN, [agency.pk, numbers, agency.pk, asked.email.lower(), agency.pk, ""])
    fitting = [one for one in found if _holds(one, asked, phones) and _names(one, asked)]
    exact = [one for one in fitting if _is_all(one, asked)]
    if exact:
        return exact[0]
    others = {survivor_of(one).pk: one for one in fitting}
    # Two firms with one accountant: which of them speaks now is not for us to guess.
    return next(iter(others.values())) if len(others) == 1 else None


def _holds(one: Any, asked: Asked, phones: Sequence[Phone]) -> bool:
    """Tell whether a record says already all that is said now."""
    of_record = [identifiers.forms_of(identifiers.read_phone(typed)) for typed in one.numbers_typed]
    numbers = {form for forms in of_record for form in forms} | set(one.numbers_typed)
    return (
        all(_same(getattr(one, name), getattr(asked, name)) for name in (*NAMES, "address"))
        and (not asked.email or one.email.lower() == asked.email.lower())
        and (not asked.tax_code or _tax(one.tax_code) == _tax(asked.tax_code))
        and all({phone.typed, *identifiers.forms_of(phone)} & numbers for phone in phones)
    )


def _same(known: str, told: str) -> bool:
    return not told or identifiers.folded(known) == identifiers.folded(told)


def _tax(text: str) -> str:
    return identifiers.tax_number(text) or text


def _names(one: Requester, asked: Asked) -> bool:
    """Tell whether more than a number says who it is: a telephone is shared, a name or an address in writing is not."""
    if asked.email or any(getattr(asked, name) for name in (*NAMES, "tax_code")):
        return True
    return not any((one.name, one.organisation, one.tax_code, one.email))


def _is_all(one: Requester, asked: Asked) -> bool:
    told = [bool(getattr(asked, name)) for name in (*NAMES, "tax_code", "email")]
    return [bool(getattr(one, name)) for name in (*NAMES, "tax_code", "email")] == told


def _add(agency: Agency, asked: Asked, phones: Sequence[Phone], *, at: datetime) -> Requester:
    requester = Requester.objects.create(
        agency=agency,
        name=asked.name,
        organisation=asked.organisation,
        tax_code=asked.tax_code,
        tax_number=identifiers.tax_number(asked.tax_code),
        email=asked.email,
        address=asked.address,
        created_at=at,
    )
    RequesterPhone.objects.bulk_create(
        RequesterPhone(requester=requester, position=position, typed=phone.typed, number=phone.number)
        for position, phone in enumerate(phones)
    )
    return requester
