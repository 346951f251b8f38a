"""What the public may read of an office before it asks: its face, its door, and where a question goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from requests_desk.people.models import Agency
from requests_desk.tickets.queries import deadlines, opening
from requests_desk.tickets.services import policy_choice
from requests_desk.tickets.services.policy_choice import CALENDAR
from requests_desk.tickets.words import Channel, Kind, Priority
from sla import catalogue, versions, worktime


class NotFound(LookupError):
    """Nothing opens with this: the code, the number, the look-up code or the link is wrong, and none says which."""


@dataclass(frozen=True, slots=True)
class Office:
    """A department as its letterhead shows it."""

    name: str
    name_en: str
    hotline: str
    email: str
    address: str
    timezone: str

    @classmethod
    def of(cls, agency: Agency) -> Self:
        """Return what the public sees of an agency."""
        return cls(*(getattr(agency, name) for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class Front:
    """An office and its door: open until `closes_at`, or closed until `opens_at`; neither where no hours are known."""

    agency: int
    office: Office
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    week: tuple[opening.Hours, ...] = ()


def front(*, at: datetime) -> Front | None:
    """Return the first agency of this deployment and whether its office is open, or None before there is one."""
    agency = Agency.objects.order_by("pk").first()
    if agency is None:
        return None
    office = Office.of(agency)
    try:
        version = catalogue.current_calendar(f"agency:{agency.pk}", CALENDAR)
        calendar = worktime.Calendar.from_json(version.document)
        week = opening.week(calendar, at=at)
        if worktime.is_open(calendar, at):
            return Front(agency.pk, office, closes_at=opening.closing(calendar, at), week=week)
        return Front(agency.pk, office, opens_at=worktime.next_open(calendar, at), week=week)
    except (catalogue.NothingInForce, worktime.WorktimeError):
        return Front(agency.pk, office)


@dataclass(frozen=True, slots=True)
class Door:
    """The agency that a question goes to, its face, and when one asked now is answered at the latest."""

    agency: Agency
    front: Front
    due_at: datetime | None


def door(*, at: datetime) -> Door | None:
    """Return where a question goes, or None before there is an agency."""
    agency, face = Agency.objects.order_by("pk").first(), front(at=at)
    if agency is None or face is None:
        return None
    try:
        usual = policy_choice.choose(
            agency, kind=Kind.INFORMATION, channel=Channel.QNA, field="", priority=Priority.NORMAL
        )
        told = deadlines.first_reply(versions.policy(usual.policy.pk), versions.calendar(usual.calendar.pk), at)
    except (catalogue.NothingInForce, worktime.WorktimeError):
        return Door(agency, face, None)
    return Door(agency, face, told.due_at)
