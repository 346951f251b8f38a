"""What units still owe to requests that others lead."""

from __future__ import annotations

from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import AskedPart
from requests_desk.tickets.words import PartState


def due_of(user: User, *, limit: int = 8) -> list[AskedPart]:
    """Return what a person's units were asked for and have not settled, the nearest due first (P13)."""
    units = [m.unit_id for m in access.reaching(user) if m.unit_id]
    if not units:
        return []
    waiting = AskedPart.objects.filter(
        unit__in=units, state=PartState.ASKED, ticket__closed_at__isnull=True, ticket__in=access.visible(user)
    )
    return list(waiting.select_related("unit", "ticket").order_by("due_at", "pk")[:limit])
