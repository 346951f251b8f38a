"""What the page of an opened request carries, so that its reader can act on it for half a day without an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.core import signing

from requests_desk.tickets.models import StatusLink, Ticket
from requests_desk.tickets.queries.public import NotFound

# As long as somebody may take to write what they have to say.
HOLDS = timedelta(hours=12)
_SIGNER = signing.Signer(salt="requests_desk.opened-page")


class Opened(NamedTuple):
    """The request whose page it was, and the secret link that opened it: None where the look-up code did."""

    ticket: Ticket
    link: StatusLink | None


def give(*, ticket: int, link: int | None, lookup_digest: str, at: datetime) -> str:
    """Return the token of a page shown in full; it names the proof that opened it, and goes when that goes."""
    return _SIGNER.sign_object([ticket, link or 0, lookup_digest[:12], int((at + HOLDS).timestamp())])


def take(token: str, *, at: datetime) -> Opened:
    """Return what a token was given for. Raises NotFound for a wrong and an old one, and when its proof was revoked."""
    try:
        pk, link_pk, lookup, until = _SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise NotFound from error
    ticket = Ticket.objects.filter(pk=pk).select_related("agency", "requester").first()
    if ticket is None or until < at.timestamp():
        raise NotFound
    if not link_pk:
        if not ticket.lookup_digest.startswith(lookup):
            raise NotFound
        return Opened(ticket, None)
    link = StatusLink.standing(at=at).filter(pk=link_pk, ticket=ticket).first()
    if link is None:
        raise NotFound
    return Opened(ticket, link)
