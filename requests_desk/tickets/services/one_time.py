"""A code of six digits to the address or number on record: who opened a request shows that they are who asked."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from requests_desk.tickets import texts
from requests_desk.tickets.models import OneTimeCode, Ticket
from requests_desk.tickets.services import merging, outbox, refusing
from requests_desk.tickets.services.recipients import Recipient

# Long enough for a slow relay, too short to be worth stealing.
HOLDS = timedelta(minutes=15)
TRIES = 5
SENT_AN_HOUR = 3


class Wrong(Exception):
    """This is not the code, or it holds no longer: nothing says which."""


def ways(ticket: Ticket) -> list[Recipient]:
    """Return how a code can be sent now: to the address on record, to the number."""
    return list(texts.ways_to_requester(merging.survivor_of(ticket)))


def send(ticket: Ticket, channel: str, *, at: datetime) -> Recipient:
    """Send a fresh code by a channel; earlier ones hold no longer. Return whither it went. Raises refusing.NotNow."""
    with transaction.atomic():
        ticket = merging.lock_survivor(ticket)
        way = next((one for one in ways(ticket) if one.channel == channel), None)
        if way is None:
            raise refusing.NotNow("no_way", _("No code can be sent this way now: please call the hotline."))
        if ticket.one_time_codes.filter(sent_at__gt=at - timedelta(hours=1)).count() >= SENT_AN_HOUR:
            raise refusing.NotNow("too_many", _("Several codes were sent within the hour: please use the last one."))
        # Each code alone: several that open at once would multiply the guesses.
        ticket.one_time_codes.filter(used_at=None, expires_at__gt=at).update(expires_at=at)
        code = f"{secrets.randbelow(10**6):06d}"
        row = OneTimeCode.objects.create(ticket=ticket, digest="", sent_at=at, expires_at=at + HOLDS)
        OneTimeCode.objects.filter(pk=row.pk).update(digest=_digest(row.pk, code))
        outbox.post([texts.one_time_code(ticket, way, code=code, number=row.pk, until=row.expires_at)], at=at)
    return way


def check(ticket: Ticket, code: str, *, at: datetime) -> None:
    """Use up a code. Raises Wrong, and after five tries for the right one too."""
    survivor = merging.survivor_of(ticket)
    # Each try is counted before it is judged, so that parallel ones share the limit.
    row = survivor.one_time_codes.filter(used_at=None, expires_at__gt=at).order_by("-pk").first()
    if row is None or not OneTimeCode.objects.filter(pk=row.pk, tries__lt=TRIES).update(tries=F("tries") + 1):
        raise Wrong
    typed = "".join(letter for letter in code if letter.isdigit())
    if not constant_time_compare(row.digest, _digest(row.pk, typed)):
        raise Wrong
    if not OneTimeCode.objects.filter(pk=row.pk, used_at=None).update(used_at=at):
        raise Wrong


def _digest(pk: int, code: str) -> str:
    return salted_hmac("requests_desk.one-time-code", f"{pk}:{code}", algorithm="sha256").hexdigest()
