"""Apologise for a broken promise: drafted at the desk, signed by a leader, sent, and logged. It meets no deadline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access, texts
from requests_desk.tickets.access import Right
from requests_desk.tickets.blanks import GAP
from requests_desk.tickets.models import Apology, Ticket
from requests_desk.tickets.services import ledger, locking, outbox, refusing, signing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import ApologyState
from sla.models import Breach


class Refused(refusing.Refused):
    """It cannot be submitted or signed so. `fields` says what to change; nothing was saved or sent."""


def is_owed(ticket: Ticket, *, missed: Iterable[Breach] | None = None) -> bool:
    """Tell whether a promise of this ticket was broken, and nobody has signed or waits to sign an apology yet.

    `missed` are its breaches, void ones too, where they were read before.
    """
    done = (ApologyState.SUBMITTED, ApologyState.SIGNED)
    is_late = _breaches(ticket).exists() if missed is None else any(one.voided_at is None for one in missed)
    return is_late and not any(one.state in done for one in ticket.apologies.all())


def drafted(ticket: Ticket) -> str:
    """Return the words to begin with: those returned for revision, or the house's own with what is known filled in."""
    if returned := ticket.apologies.filter(state=ApologyState.RETURNED).order_by("-pk").first():
        return str(returned.text)
    # The first one missed: that is when the requester was let down.
    missed = _breaches(ticket).order_by("due_at").values_list("due_at", flat=True).first() or ticket.received_at
    is_promised = ticket.next_due_at is not None and ticket.next_due_at > missed
    context = {
        "ticket": ticket,
        "agency": ticket.agency,
        "due_at": missed,
        "promised_at": ticket.next_due_at if is_promised else None,
        "gap": GAP,
    }
    with translation.override(ticket.language), timezone.override(ZoneInfo(ticket.agency.timezone)):
        text: str = render_to_string(f"letters/apology_draft.{ticket.language}.txt", context)
    return text.strip()


def submit(ticket: Ticket, text: str, *, by: User, at: datetime, seen_seq: int | None = None) -> Apology:
    """Lay an apology on the leadership's desk. Raises Refused when it has gaps, or when none is owed."""
    text = identifiers.clean_text(text)
    if not text or GAP in text:
        raise Refused({"text": [_("Please fill in every gap (%(gap)s).") % {"gap": GAP}]})
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        if not is_owed(ticket):
            raise refusing.NotNow("no_apology_owed", _("No apology is owed, or one was submitted already."))
        apology = Apology.objects.create(ticket=ticket, text=text, author=by, created_at=at)
        signing.refresh(ticket)
        facts = {"apology": apology.pk, "text_digest": identifiers.text_digest(text)}
        ledger.append([Line(ticket, "apology_submitted", facts)], actor=by, at=at)
    return apology


def give_back(apology: Apology, *, reason: str, by: User, at: datetime, seen_seq: int | None = None) -> Apology:
    """Return an apology to its author with what to change. Raises as `sign`, and Refused without a reason."""
    reason = identifiers.clean_text(reason)
    if not reason:
        raise Refused({"reason": [_("Please say what to change.")]})
    with transaction.atomic():
        ticket, apology = _locked(apology, by=by, seen_seq=seen_seq)
        apology.state, apology.return_reason = ApologyState.RETURNED, reason
        apology.save(update_fields=["state", "return_reason"])
        signing.refresh(ticket)
        facts = {"apology": apology.pk, "reason_digest": identifiers.text_digest(reason)}
        ledger.append([Line(ticket, "apology_returned", facts)], actor=by, at=at)
    return apology


def sign(apology: Apology, *, number: str = "", by: User, at: datetime, seen_seq: int | None = None) -> Apology:
    """Sign an apology and send it: by mail where the requester has an address, as a letter with its number else.

    Raises access.Denied to whom it is not for, refusing.NotNow when it does not wait any more, Refused when a letter
    has no number.
    """
    with transaction.atomic():
        ticket, apology = _locked(apology, by=by, seen_seq=seen_seq)
        number = identifiers.clean_text(number, limit=64)
        by_mail = bool(ticket.requester.email)
        if not by_mail and not number:
            raise Refused({"number": [_("There is no e-mail address: please give the number of the letter.")]})
        apology.state, apology.signed_by, apology.signed_at = ApologyState.SIGNED, by, at
        apology.document_number = number
        apology.save(update_fields=["state", "signed_by", "signed_at", "document_number"])
        signing.refresh(ticket)
        facts = {"apology": apology.pk, "channel": "email" if by_mail else "letter", "number": number}
        ledger.append([Line(ticket, "apology_signed", facts)], actor=by, at=at)
        if by_mail:
            apology.ticket = ticket
            outbox.post([texts.apology(apology)], at=at)
    return apology


def _breaches(ticket: Ticket) -> QuerySet[Breach]:
    return Breach.objects.filter(milestone__clock__ticket_clock__ticket=ticket, voided_at__isnull=True)


def _locked(apology: Apology, *, by: User, seen_seq: int | None) -> tuple[Ticket, Apology]:
    ticket = locking.lock(apology.ticket, seen_seq=seen_seq, by=by)
    apology = Apology.objects.get(pk=apology.pk)
    if apology.state != ApologyState.SUBMITTED:
        raise refusing.NotNow("nothing_waits", _("This apology does not wait any more."))
    if Right.SIGN not in access.rights_on(by, ticket):
        raise access.Denied(_("This apology lies on another desk."))
    return ticket, apology
