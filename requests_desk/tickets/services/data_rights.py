"""What a requester asks about their own data once they showed who they are, and how staff carry it out.

Law 91/2025/QH15 and Decree 356/2025: answered within two working days, by a policy of its own.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import own_data
from requests_desk.tickets.services import erasing, intake, ledger, links, merging, notices, refusing
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import Channel, ErasedWhy, Kind, LinkKind, NoticeKind, State


class Refused(refusing.Refused):
    """This cannot be asked so. `fields` says what to change; nothing was saved."""


class Wished(NamedTuple):
    """The request that was logged, and its look-up code: empty where the same wish was open already."""

    ticket: Ticket
    lookup_code: str


class Done(NamedTuple):
    """How many requests lost every word, how many only who asked, and how many had to stay as they are."""

    whole: int
    who: int
    kept: int


def seen(ticket: Ticket, kind: str, *, at: datetime) -> None:
    """Write down that the requester saw (`data_shown`) or took away (`data_taken`) what is held about them."""
    with transaction.atomic():
        ticket = merging.lock_survivor(ticket)
        ledger.append([Line(ticket, kind, {})], actor=None, at=at)


def ask(ticket: Ticket, text: str, *, at: datetime) -> Wished:
    """Log the wish to have data corrected or erased, of the same requester; one that is open already is returned.

    Raises Refused without words, identifiers.BadText.
    """
    text = identifiers.clean_text(text)
    if not text:
        raise Refused({"text": [_("Please say what you want corrected or erased.")]})
    with transaction.atomic():
        first = merging.lock_survivor(ticket)
        running = Ticket.objects.filter(requester=first.requester, kind=Kind.PERSONAL_DATA).exclude(state=State.CLOSED)
        if same := running.first():
            return Wished(same, "")
        wish = Request(channel=Channel.QNA, text=text, asked=_as_known(first), kind=Kind.PERSONAL_DATA)
        logged = intake.log(first.agency, wish, by=None, at=at)
        # Known by proof and not by likeness: two records of one firm would leave it open whose data are meant.
        Ticket.objects.filter(pk=logged.ticket.pk).update(requester=first.requester)
        # The link would name a sealed request in the history of one that the desk reads (P13).
        if not first.sealed:
            links.link(logged.ticket, first, LinkKind.POSSIBLY_ABOUT, by=None, at=at)
        notices.tell(NoticeKind.UNIT_ASSIGNED, logged.ticket, by=None, at=at)
    return Wished(logged.ticket, logged.lookup_code)


def carry_out(ticket: Ticket, *, by: User, at: datetime) -> Done:
    """Forget what may be forgotten now of the other requests of whoever made this one; the rest stays by rule.

    Raises refusing.NotNow when this is no request about personal data, or has ended.
    """
    if ticket.kind != Kind.PERSONAL_DATA or ticket.state == State.CLOSED:
        raise refusing.NotNow("no_erasure_asked", _("Only an open request about personal data is carried out so."))
    counts = Counter(_forget(row, fate, ticket, by=by, at=at) for row, fate in own_data.planned(ticket, at=at))
    return Done(counts["whole"], counts["who"], counts["open"])


def _forget(row: Ticket, fate: str, wish: Ticket, *, by: User, at: datetime) -> str:
    try:
        if fate != "open":
            erasing.erase(row, why=ErasedWhy.REQUEST, is_whole=fate == "whole", asked_in=wish, by=by, at=at)
    except erasing.StillInUse:
        return "open"
    return fate


def _as_known(ticket: Ticket) -> Asked:
    record = ticket.requester
    return Asked(
        name=record.name,
        organisation=record.organisation,
        tax_code=record.tax_code,
        phones=tuple(record.phones.values_list("typed", flat=True)),
        email=record.email,
        address=record.address,
    )
