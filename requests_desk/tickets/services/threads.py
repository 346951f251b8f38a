"""Which request a mail belongs to, and by what proof: what we signed first, then references, then the code it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from notifications import queries as outbox
from requests_desk.people import identifiers
from requests_desk.people.models import Agency, User
from requests_desk.tickets.access import Proof
from requests_desk.tickets.mail_words import Parsed
from requests_desk.tickets.models import Mail, Ticket
from requests_desk.tickets.services import reply_address

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}[-\s./]?20\d{2}[-\s./]?\d{1,7}", re.I)


@dataclass(frozen=True, slots=True)
class Thread:
    """A request a mail points at, how, and the member of staff it was written to answer as, if any."""

    ticket: Ticket
    proof: Proof
    staff_id: int | None = None


def find(agency: Agency, parsed: Parsed) -> Thread | None:
    """Return the request a mail points at by its strongest proof; whether that suffices is `access`'s to say."""
    return (
        _by_address(agency, parsed)
        or _by_our_message(agency, parsed)
        or _by_their_message(agency, parsed)
        or _by_subject(agency, parsed)
    )


def _by_address(agency: Agency, parsed: Parsed) -> Thread | None:
    held = reply_address.read(agency, parsed.recipients)
    ticket = _tickets(agency).filter(code=held.code).first() if held else None
    return Thread(ticket, Proof.REPLY_ADDRESS, held.user_id) if held and ticket else None


def _by_our_message(agency: Agency, parsed: Parsed) -> Thread | None:
    """Our Message-IDs are keyed digests: who names one has seen that mail."""
    for sent in outbox.by_message_ids(parsed.references, owner=f"agency:{agency.pk}"):
        kind, _colon, pk = sent.recipient.partition(":")
        ticket = ticket_of(agency, sent.subject)
        if ticket and kind == "requester":
            return Thread(ticket, Proof.MESSAGE_ID)
        # An alert forwarded to somebody else proves nothing of who answers it.
        if ticket and kind == "user" and User.objects.filter(pk=int(pk), email__iexact=parsed.sender).exists():
            return Thread(ticket, Proof.MESSAGE_ID, int(pk))
    return None


def ticket_of(agency: Agency, subject: str) -> Ticket | None:
    """Return the request that an outbox row names as its subject, or None where it is about something else."""
    kind, _colon, pk = subject.partition(":")
    return _tickets(agency).filter(pk=int(pk)).first() if kind == "ticket" else None


def _by_their_message(agency: Agency, parsed: Parsed) -> Thread | None:
    earlier = Mail.objects.filter(agency=agency, message_id__in=parsed.references, ticket__isnull=False)
    mail = earlier.order_by("-pk").first() if parsed.references else None
    ticket = _tickets(agency).filter(mails=mail).first() if mail else None
    return Thread(ticket, Proof.REFERENCES) if ticket else None


def _by_subject(agency: Agency, parsed: Parsed) -> Thread | None:
    codes = codes_in(parsed.subject)
    ticket = _tickets(agency).filter(code__in=codes).first() if codes else None
    return Thread(ticket, Proof.SUBJECT) if ticket else None


def codes_in(subject: str) -> Sequence[str]:
    """Return what looks like codes of requests in a subject line, as they are kept."""
    # Capped: a subject made of codes must not become a search through the register.
    return [identifiers.read_code(found) for found in _CODE.findall(subject[:1000])][:5]


def _tickets(agency: Agency) -> QuerySet[Ticket]:
    return Ticket.objects.filter(agency=agency).select_related("agency", "requester", "unit")
