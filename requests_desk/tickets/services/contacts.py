"""A requester changes how they are reached: never silently, and a new address only once whoever reads it agrees.

What changes is the record of this request alone: a record may be known to others who share a firm or a number, and
whoever opened one request must not turn the answers to theirs aside.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from notifications import channels
from requests_desk.people import identifiers
from requests_desk.people.identifiers import Phone
from requests_desk.tickets import texts
from requests_desk.tickets.models import ContactChange, Requester, RequesterPhone, Ticket
from requests_desk.tickets.services import ledger, links, merging, notices, outbox, refusing, searched
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import NoticeKind

CONFIRMED_WITHIN = timedelta(days=2)
# Each sends a mail to an address of the sender's choice: more would make the desk a tool for pestering.
ASKED_A_DAY = 5
PARTICULARS = ("name", "organisation", "tax_code", "tax_number", "email", "address")


class Refused(refusing.Refused):
    """This contact cannot be taken. `fields` says what to change; nothing was saved or sent."""


class NotFound(LookupError):
    """Nothing waits to be confirmed here: the link is wrong, used, overtaken or too old, and none says which."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a wish: the number counts at once, the address `waits` for its reader."""

    phone: bool
    waits: bool


def change(ticket: Ticket, *, email: str, phone: str, at: datetime) -> Changed:
    """Take a new number at once and ask the reader of a new address to confirm it; the old one is told of both.

    Raises Refused with the fields to change, refusing.NotNow after too many in a day.
    """
    email, number = _checked(email.strip(), phone.strip())
    with transaction.atomic():
        ticket = merging.lock_survivor(ticket)
        if number:
            # Before the number changes: it goes to where they were reached until now.
            _tell_old(ticket, waits=False, at=at)
            _set_phone(ticket, number, at=at)
        if email:
            _ask(ticket, email, at=at)
        notices.tell(NoticeKind.MESSAGE, ticket, by=None, at=at)
    return Changed(bool(number), bool(email))


def waiting(token: str, *, at: datetime) -> ContactChange:
    """Return the change that a link from the new address confirms; reading it changes nothing. Raises NotFound."""
    digest = identifiers.token_digest(token)
    rows = ContactChange.objects.filter(digest=digest, settled_at=None, expires_at__gt=at)
    found = rows.select_related("ticket__agency").first()
    if found is None:
        raise NotFound
    return found


def confirm(token: str, *, at: datetime) -> Ticket:
    """Let the new address count from now on. Raises NotFound."""
    with transaction.atomic():
        found = waiting(token, at=at)
        ticket = merging.lock_survivor(found.ticket)
        settled = ContactChange.objects.filter(pk=found.pk, settled_at=None)
        if not settled.update(settled_at=at, is_confirmed=True, email=""):
            raise NotFound
        requester = _own_record(ticket, at=at)
        was, requester.email = requester.email, found.email
        requester.save(update_fields=["email"])
        _written(ticket, "email", was, found.email, at=at)
    return ticket


def _checked(email: str, phone: str) -> tuple[str, Phone | None]:
    problems: dict[str, list[str]] = {}
    number = identifiers.read_phone(phone) if phone else None
    if not email and not phone:
        problems["email"] = [_("Please give a new e-mail address or a new phone number.")]
    if number and not number.number:
        problems["phone"] = [_("“%(typed)s” does not look like a phone number.") % {"typed": phone}]
    try:
        if email:
            validate_email(email)
    except ValidationError:
        problems["email"] = [_("This is not a valid e-mail address.")]
    if email and channels.availability("email") == "unavailable":
        problems["email"] = [_("An address cannot be confirmed now: please call the hotline.")]
    if problems:
        raise Refused(problems)
    return email, number


def _set_phone(ticket: Ticket, phone: Phone, *, at: datetime) -> None:
    requester = _own_record(ticket, at=at)
    was = ", ".join(requester.phones.values_list("typed", flat=True))
    requester.phones.all().delete()
    RequesterPhone.objects.create(requester=requester, position=0, typed=phone.typed, number=phone.number)
    _written(ticket, "phone", was, phone.number, at=at)


def _ask(ticket: Ticket, email: str, *, at: datetime) -> None:
    asked = ticket.contact_changes.filter(asked_at__gt=at - timedelta(days=1))
    if asked.count() >= ASKED_A_DAY:
        raise refusing.NotNow("too_many", _("Too many changes today: please call the hotline."))
    # One at a time: an older link must not bring back an address they thought better of.
    asked.model.objects.filter(ticket=ticket, settled_at=None).update(settled_at=at, email="")
    token = secrets.token_urlsafe(16)
    row = ContactChange.objects.create(
        ticket=ticket,
        email=email,
        digest=identifiers.token_digest(token),
        asked_at=at,
        expires_at=at + CONFIRMED_WITHIN,
    )
    facts = {"digest": identifiers.text_digest(email)}
    ledger.append([Line(ticket, "contact_asked", facts)], actor=None, at=at)
    outbox.post([texts.confirm_contact(ticket, email, change=row.pk, token=token, until=row.expires_at)], at=at)
    _tell_old(ticket, waits=True, at=at)


def _tell_old(ticket: Ticket, *, waits: bool, at: datetime) -> None:
    """Tell whoever was reached until now: by then it must not be too late for them to speak."""
    outbox.post(texts.contact_changed(ticket, waits=waits, seq=ticket.ledger_seq), at=at)


def _own_record(ticket: Ticket, *, at: datetime) -> Requester:
    """Return a record that is this request's alone, and that of what was merged into it."""
    family = [ticket.pk, *links.absorbed_by(ticket)]
    shared = ticket.requester
    others = Ticket.objects.filter(requester=shared).exclude(pk__in=family)
    # A record that took others in speaks for them too: changed here, it would change for all.
    if not others.exists() and not shared.took_in.exists():
        return shared
    own = Requester.objects.create(
        agency=shared.agency, created_at=at, **{name: getattr(shared, name) for name in PARTICULARS}
    )
    RequesterPhone.objects.bulk_create(
        RequesterPhone(requester=own, position=phone.position, typed=phone.typed, number=phone.number)
        for phone in shared.phones.all()
    )
    Ticket.objects.filter(pk__in=family).update(requester=own)
    ticket.requester = own
    return own


def _written(ticket: Ticket, what: str, was: str, now: str, *, at: datetime) -> None:
    """The history can prove both and holds neither (P14)."""
    facts = {
        "what": what,
        "requester": ticket.requester_id,
        "was_digest": identifiers.text_digest(was) if was else "",
        "digest": identifiers.text_digest(now),
    }
    ledger.append([Line(ticket, "contact_changed", facts)], actor=None, at=at)
    searched.again(ticket)
