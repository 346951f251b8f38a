"""The public question form: a ticket at once, or held for a person to look at when it bears the signs of spam.

Nothing sent is lost: what is held is kept whole, and counts from when it was submitted once it is released (P1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Agency, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Attachment, Held, Ticket
from requests_desk.tickets.services import incoming, intake, notices, refusing
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.words import SEALED_KINDS

# Nobody reads the form, writes a question and sends it in less; programs do.
FASTEST = timedelta(seconds=4)
# What one address may send in one window of the throttle before the rest is held, and before it is turned away.
FREELY, AT_MOST = 10, 100
_KEPT = ("channel", "text", "kind", "field", "reply_by", "language", "consent")


class Sign(StrEnum):
    """Why a submission was held."""

    HONEYPOT = "honeypot"
    TOO_FAST = "too_fast"
    TOO_MANY = "too_many"


class Sent(NamedTuple):
    """What became of a submission: a ticket, with the secret link when this very form opened it, or a held row."""

    ticket: Ticket | None
    held: Held | None
    link_token: str = ""


class Flood(Exception):
    """So much comes from one connection that not even holding it helps: its sender is told, and keeps the form."""


class Refused(refusing.Refused):
    """This cannot be dropped so. `fields` says what to change."""


def send(
    agency: Agency,
    request: Request,
    *,
    nonce: str,
    issued_date: date,
    signs: Sequence[Sign],
    files: Sequence[Attachment],
    is_flood: bool = False,
    at: datetime,
) -> Sent:
    """Take in a form, once: sent again it changes nothing, however often, and finds what it became.

    `nonce` is the signed form's own; the secret link is drawn from it, so that whoever sent the form, and nobody else,
    gets the same receipt again. Raises incoming.Refused with the fields to change, and Flood for a new one in a flood.
    """
    carried = [incoming.digest(request), *sorted(file.sha256 for file in files)]
    key = f"ask:{issued_date:%Y%m%d}:{identifiers.text_digest(':'.join(carried))[:40]}"
    token = identifiers.token_for(f"{nonce}:{key}")
    request = replace(request, submission=key)
    if ticket := _ticket(agency, key):
        return _again(ticket, token)
    if held := Held.objects.filter(agency=agency, submission=key).first():
        return _held_again(held, token)
    if is_flood:
        raise Flood
    if signs:
        return Sent(None, _hold(agency, request, signs, files, at=at))
    logged = intake.log(agency, request, by=None, at=at, files=files, token=token)
    return Sent(logged.ticket, None, token) if logged.is_new else _again(logged.ticket, token)


def _ticket(agency: Agency, key: str) -> Ticket | None:
    return Ticket.objects.filter(agency=agency, logged_by=None, submission=key).first()


def _again(ticket: Ticket, token: str) -> Sent:
    # Whoever types the same words by chance finds the request, and never its link.
    is_own = ticket.status_links.filter(digest=identifiers.token_digest(token), revoked_at=None).exists()
    return Sent(ticket, None, token if is_own else "")


def _held_again(held: Held, token: str) -> Sent:
    Held.objects.filter(pk=held.pk).update(times=F("times") + 1)
    return _again(held.ticket, token) if held.ticket else Sent(None, held)


def _hold(
    agency: Agency, request: Request, signs: Sequence[Sign], files: Sequence[Attachment], *, at: datetime
) -> Held:
    request = incoming.checked(agency, request, by=None, at=at)
    data = {name: getattr(request, name) for name in _KEPT} | {"asked": asdict(request.asked)}
    with transaction.atomic():
        held, is_new = Held.objects.get_or_create(
            agency=agency,
            submission=request.submission,
            defaults={
                "signs": ",".join(signs),
                "data": data,
                "is_sealed": request.kind in SEALED_KINDS,
                "received_at": at,
            },
        )
        if is_new:
            notices.tell_held(held, at=at)
            Attachment.objects.filter(pk__in=[file.pk for file in files], ticket=None).update(held=held)
    return held


def waiting(user: User) -> QuerySet[Held]:
    """Return what waits for a decision of this person, the oldest first; a sealed kind for those above alone (P13)."""
    reach = Q(is_sealed=False) | Q(agency__in=access.agencies(user, Right.READ_SEALED))
    rows = Held.objects.filter(reach, agency__in=access.agencies(user, Right.LOG), settled_at=None)
    return rows.order_by("received_at")


def release(held: Held, *, by: User, at: datetime) -> Ticket:
    """Make a ticket of a held submission, received when it was submitted. Twice is once. Raises refusing.NotNow."""
    with transaction.atomic():
        held = Held.objects.select_for_update().select_related("agency").get(pk=held.pk)
        if held.ticket is not None:
            return held.ticket
        _require_open(held)
        logged = intake.log(held.agency, request_of(held), by=None, at=at, files=list(held.files.order_by("pk")))
        held.ticket, held.settled_at, held.settled_by = logged.ticket, at, by
        held.save(update_fields=["ticket", "settled_at", "settled_by"])
    return logged.ticket


def drop(held: Held, *, reason: str, by: User, at: datetime) -> Held:
    """Say of a held submission that it is none, and why; its row stays. Raises Refused, refusing.NotNow."""
    reason = identifiers.clean_text(reason, limit=500)
    if not reason:
        raise Refused({"reason": [_("Please say why.")]})
    with transaction.atomic():
        held = Held.objects.select_for_update().get(pk=held.pk)
        _require_open(held)
        held.reason, held.settled_at, held.settled_by = reason, at, by
        held.save(update_fields=["reason", "settled_at", "settled_by"])
    return held


def request_of(held: Held) -> Request:
    """Return what a held submission asks, as its form had it."""
    asked = held.data["asked"]
    who = Asked(**{**asked, "phones": tuple(asked["phones"])})
    kept = {name: held.data[name] for name in _KEPT}
    return Request(**kept, asked=who, received_at=held.received_at, submission=held.submission)


def _require_open(held: Held) -> None:
    if held.settled_at is not None:
        raise refusing.NotNow("settled", _("Somebody else has decided on this meanwhile."))
