"""Somebody calls or stands at the counter and asks about a request: who is it, and what may be said to them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets.models import Event, Ticket
from requests_desk.tickets.services import ledger, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import CallerProof

# As long as one conversation lasts, and how often its look-up code may be read out wrong.
HOLDS = timedelta(minutes=30)
TRIES, WITHIN = 5, timedelta(minutes=10)


class Refused(refusing.Refused):
    """The caller is not verified. `fields` says why; a wrong look-up code is written into the history."""


@dataclass(frozen=True, slots=True)
class Verified:
    """When and how the caller at hand was verified, and by whom."""

    at: datetime
    method: str
    by: str


def by_lookup(ticket: Ticket, lookup: str, *, by: User, at: datetime) -> None:
    """Verify a caller by the look-up code they read out. Raises Refused: wrong, or wrong too often."""
    is_right = identifiers.lookup_digest(ticket.code, lookup) == ticket.lookup_digest
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
        # Counted under the lock and for the right one too: else the last guess would be free.
        if _wrong(ticket, at=at) >= TRIES:
            raise Refused({"lookup": [_("Wrong too often: wait ten minutes, or call a number on record back.")]})
        _write(ticket, CallerProof.LOOKUP if is_right else None, by=by, at=at)
    if not is_right:
        raise Refused({"lookup": [_("This is not the look-up code. Say nothing that needs it.")]})


def by_call_back(ticket: Ticket, number: int, *, by: User, at: datetime) -> None:
    """Write down that an officer called a number on record back and reached the requester. Raises Refused.

    A sealed request does not exist for whoever answers a firm's phone: only its look-up code opens it (P13).
    """
    if ticket.sealed:
        raise Refused({"number": [_("A sealed request is spoken of with its look-up code only.")]})
    if not ticket.requester.phones.filter(pk=number).exists():
        raise Refused({"number": [_("Choose a number on record: any other proves nothing.")]})
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
        _write(ticket, CallerProof.CALL_BACK, by=by, at=at)


def verified(ticket: Ticket, *, at: datetime) -> Verified | None:
    """Return who was verified within this conversation's time, None where nobody was."""
    rows = ticket.events.filter(kind="caller_verified", at__gt=at - HOLDS).select_related("actor")
    event: Event | None = rows.order_by("-seq").first()
    return Verified(event.at, event.facts["method"], str(event.actor)) if event else None


def _wrong(ticket: Ticket, *, at: datetime) -> int:
    return ticket.events.filter(kind="caller_not_verified", at__gt=at - WITHIN).count()


def _write(ticket: Ticket, method: CallerProof | None, *, by: User, at: datetime) -> None:
    line = (
        Line(ticket, "caller_verified", {"method": str(method)}) if method else Line(ticket, "caller_not_verified", {})
    )
    ledger.append([line], actor=by, at=at)
