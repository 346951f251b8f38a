"""A person who leaves hands over first what lies on their desk: nothing may wait for somebody who is gone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from requests_desk.people.models import Agency, User
from requests_desk.people.services import staff
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.words import State


class StillHolds(Exception):
    """Requests lie on their desk."""


def open_tickets(user: User, agency: Agency) -> QuerySet[Ticket]:
    """Return the open requests of an agency that lie on somebody's desk, sealed ones too."""
    return Ticket.objects.filter(officer=user, agency=agency).exclude(state=State.CLOSED)


def leave(user: User, agency: Agency, *, by: User, at: datetime) -> None:
    """Let a person go from an agency. Raises StillHolds, staff.LastAdministrator."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if open_tickets(user, agency).exists():
            raise StillHolds
        staff.leave(user, agency, by=by, at=at)
