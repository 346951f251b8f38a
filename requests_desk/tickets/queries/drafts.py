"""What a person has begun to type and not sent."""

from __future__ import annotations

from requests_desk.people.models import User
from requests_desk.tickets.models import Draft

SHOWN = 10


def begun(user: User) -> list[Draft]:
    """Return the requests a person began to log, the latest first."""
    return list(Draft.objects.filter(user=user, place__startswith="new:").order_by("-updated_at")[:SHOWN])


def one(user: User, pk: str) -> Draft | None:
    """Return one of a person's own drafts."""
    return Draft.objects.filter(user=user, pk=pk).first() if pk.isdecimal() else None
