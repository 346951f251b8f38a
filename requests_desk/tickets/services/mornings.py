"""The morning list: at the opening of each working day the leadership reads what is late and what is due (N1, N2)."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation

from notifications.outbox import Draft
from requests_desk.people.models import Agency, Membership, Role, User
from requests_desk.people.services.presence import Presence
from requests_desk.tickets import texts
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Alert, Ticket
from requests_desk.tickets.moments import time_left
from requests_desk.tickets.queries import leadership
from requests_desk.tickets.services import outbox, policy_choice
from requests_desk.tickets.services.recipients import ways_to

log = logging.getLogger(__name__)
CAUSE = "morning"
SOON = timedelta(hours=24)
LATER = timedelta(days=1)  # for an office without a calendar, or one that never opens


def due(*, at: datetime) -> QuerySet[Agency]:
    """Return the agencies whose morning list is due, and those of which nobody has found out yet when it is."""
    return Agency.objects.filter(Q(morning_at__lte=at) | Q(morning_at__isnull=True))


def write_due(*, at: datetime) -> None:
    """Write every morning list that is due, one a working day: after an outage only the one of today."""
    for pk in list(due(at=at).values_list("pk", flat=True)):
        try:
            _write(pk, at=at)
        except Exception:
            log.exception("cannot write the morning list of agency %s", pk)


@transaction.atomic
def _write(pk: int, *, at: datetime) -> None:
    agency = due(at=at).select_for_update(skip_locked=True).filter(pk=pk).first()
    if agency is None:
        return
    today = at.astimezone(ZoneInfo(agency.timezone)).date()
    opening = _opening(agency, today)
    # The first time only the next moment is found out: a desk opened at noon has no list of that morning.
    if agency.morning_at and opening and opening <= at:
        drafts = [draft for person in _readers(agency, at=at) for draft in _drafts(agency, person, day=today, at=at)]
        outbox.post(drafts, at=at)
    # From today on and not from the last one: after an outage one list says it all (N6).
    agency.morning_at = opening if opening and opening > at else _next_opening(agency, today, at=at)
    agency.save(update_fields=["morning_at"])


def _opening(agency: Agency, day: date) -> datetime | None:
    """Return when the office opens on a local day, or None on a day off."""
    opening = _opens_from(agency, day)
    zone = ZoneInfo(agency.timezone)
    return opening if opening and opening.astimezone(zone).date() == day else None


def _next_opening(agency: Agency, day: date, *, at: datetime) -> datetime:
    return _opens_from(agency, day + timedelta(days=1)) or at + LATER


def _opens_from(agency: Agency, day: date) -> datetime | None:
    return policy_choice.next_opening(agency, datetime.combine(day, time(), tzinfo=ZoneInfo(agency.timezone)))


def _readers(agency: Agency, *, at: datetime) -> list[User]:
    """Return the leaders, those away replaced by their deputies (N3)."""
    members = list(Membership.objects.filter(agency=agency, user__is_active=True).select_related("user").order_by("pk"))
    here = {member.user_id for member in members}
    presence = Presence([agency.pk], at=at)
    leaders = [member.user for member in members if member.role == Role.LEADER]
    found = [presence.stand_in(person, lambda someone: someone.pk in here) for person in leaders]
    return list({person.pk: person for person in found if person}.values())


def _drafts(agency: Agency, person: User, *, day: date, at: datetime) -> list[Draft]:
    ways = [way for way in ways_to(person, ["email"]) if way.channel == "email"]
    if not ways:
        return []
    lists = leadership.due_lists(person, at=at, within=SOON, right=Right.READ)
    unheard = set(
        Alert.objects.filter(
            ticket__in=lists.overdue,
            is_breach=True,
            needs_ack=True,
            acknowledged_at__isnull=True,
        ).values_list("ticket", flat=True)
    )
    with translation.override(person.language):
        own = [[_line(ticket, unheard, at=at) for ticket in rows if ticket.agency_id == agency.pk] for rows in lists]
    lines: dict[str, Any] = dict(zip(lists._fields, own, strict=True))
    return [
        texts.draft(
            agency,
            way,
            "morning",
            subject=f"morning:{agency.pk}:{day.isoformat()}",
            cause=CAUSE,
            key=f"morning:{agency.pk}:{day.isoformat()}:{way.key}:{way.channel}",
            overdue=sum(len(rows) for name, rows in lines.items() if name.startswith("overdue")),
            soon=sum(len(rows) for name, rows in lines.items() if name.startswith("soon")),
            **lines,
            at=at,
            leadership_url=f"{settings.PUBLIC_BASE_URL}/leadership/",
        )
        for way in ways
    ]


def _line(ticket: Ticket, unheard: set[int], *, at: datetime) -> dict[str, object]:
    return {
        "ticket": ticket,
        "left": time_left(ticket.next_due_at, at) if ticket.next_due_at else "",
        "url": texts.page(ticket),
        "unheard": ticket.pk in unheard,
    }
