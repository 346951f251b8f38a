"""Who asks, as the desk sees it: their requests, and other records that may be the same requester."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Requester, RequesterMerge, Ticket
from requests_desk.tickets.queries.desk import dressed
from requests_desk.tickets.services import requesters
from requests_desk.tickets.services.requester_merging import UNDONE_WITHIN

SHOWN, LATEST = 10, 20


@dataclass(frozen=True, slots=True)
class Twin:
    """Another record that may be the same requester, and why."""

    requester: Requester
    reasons: list[str]


def get(user: User, pk: int) -> Requester:
    """Return a record of which the person may see a request. Raises Requester.DoesNotExist."""
    return _seen(user).prefetch_related("phones").select_related("agency").get(pk=pk)


def tickets_of(user: User, requester: Requester) -> list[Ticket]:
    """Return the latest requests of a requester, of those the person may see."""
    rows = access.visible(user).filter(requester=requester)
    return list(dressed(rows).order_by("-received_at")[:LATEST])


def twins(user: User, requester: Requester) -> list[Twin]:
    """Return the records that share a number, an address or a tax code with one, of those the person may see."""
    numbers = {form for phone in requester.phones.all() for form in _forms(phone.typed)}
    shared = requesters.sharing(
        requester.agency, numbers=sorted(numbers), email=requester.email, tax_number=requester.tax_number
    )
    seen = shared.filter(pk__in=_seen(user).values("pk"), merged_into__isnull=True).exclude(pk=requester.pk)
    found = seen.prefetch_related("phones")[:SHOWN]
    return [Twin(one, _why(one, requester, numbers)) for one in found]


def undoable(requester: Requester, *, at: datetime) -> QuerySet[RequesterMerge]:
    """Return the merges into a record that can still be taken back."""
    rows = requester.merges.filter(undone_at__isnull=True, at__gte=at - UNDONE_WITHIN)
    return rows.select_related("absorbed", "by").order_by("-at")


def _seen(user: User) -> QuerySet[Requester]:
    # Who asks is known through what they asked: without a request one may read, the record does not exist (P13).
    own = access.visible(user).filter(requester=OuterRef("pk"))
    return Requester.objects.filter(Exists(own))


def _why(one: Requester, requester: Requester, numbers: set[str]) -> list[str]:
    theirs = {form for phone in one.phones.all() for form in _forms(phone.typed)}
    same = (
        (bool(numbers & theirs), _("same phone number")),
        (bool(one.email) and one.email.lower() == requester.email.lower(), _("same e-mail address")),
        (bool(one.tax_number) and one.tax_number == requester.tax_number, _("same tax code")),
        (_alike(one.organisation, requester.organisation), _("same business")),
        (_alike(one.name, requester.name), _("same name")),
    )
    return [said for is_so, said in same if is_so]


def _alike(one: str, other: str) -> bool:
    return bool(one) and identifiers.folded(one) == identifiers.folded(other)


def _forms(typed: str) -> list[str]:
    return identifiers.forms_of(identifiers.read_phone(typed))
