"""The secret links of a request: revoked when they got into wrong hands, given out anew."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets.models import StatusLink, Ticket
from requests_desk.tickets.services import ledger
from requests_desk.tickets.services.ledger import Line


def revoke(ticket: Ticket, *, only: StatusLink | None = None, by: User | None, at: datetime) -> int:
    """Let the links of a request, or `only` one of them, open nothing any more. Return how many did until now."""
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
        return _revoke(ticket, only, by=by, at=at)


def issue(
    ticket: Ticket,
    *,
    instead_of: StatusLink | None = None,
    holds: timedelta | None = None,
    by: User | None,
    at: datetime,
) -> str:
    """Return the address of a new link, shown this once; all others, or the one it takes the place of, are revoked.

    `holds` says how long it opens; None: until it is revoked.
    """
    # 128 bits, and kept as a digest alone: who reads the database opens nothing.
    token = secrets.token_urlsafe(16)
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
        _revoke(ticket, instead_of, by=by, at=at)
        expires_at = at + holds if holds else None
        digest = identifiers.token_digest(token)
        StatusLink.objects.create(ticket=ticket, digest=digest, created_at=at, expires_at=expires_at)
        ledger.append([Line(ticket, "link_issued", {"holds_days": holds.days if holds else None})], actor=by, at=at)
    return f"{settings.PUBLIC_BASE_URL}/s/{token}/"


def _revoke(ticket: Ticket, only: StatusLink | None, *, by: User | None, at: datetime) -> int:
    links = ticket.status_links.filter(revoked_at=None)
    count: int = (links.filter(pk=only.pk) if only else links).update(revoked_at=at)
    if count:
        ledger.append([Line(ticket, "links_revoked", {"count": count})], actor=by, at=at)
    return count
