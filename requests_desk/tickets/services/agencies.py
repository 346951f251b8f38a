"""Open a department's desk: the agency, its first unit and person, its calendar and its promise."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from requests_desk.people.models import Agency, Membership, Role, Unit, UnitKind, User
from requests_desk.tickets.models import PolicyRule
from requests_desk.tickets.services import policy_choice
from requests_desk.tickets.services.policy_choice import CALENDAR, POLICY
from requests_desk.tickets.words import Kind
from sla import catalogue, seed
from sla.policies import DEFAULT_POLICY

PERSONAL_DATA = "personal-data"
# Whoever asks about their own data is answered within two working days (Law 91/2025/QH15, Decree 356/2025), and like
# everybody within 48 hours; an interim reply keeps the second, never the first.
PERSONAL_DATA_DAYS = 2


@dataclass(frozen=True, slots=True)
class NewAgency:
    """What must be known of a department before it can take a request."""

    code: str
    name: str
    short_name: str
    hotline: str = ""
    email: str = ""
    timezone: str = "Asia/Ho_Chi_Minh"
    office_name: str = "Văn phòng Sở"


@transaction.atomic
def open_agency(new: NewAgency, *, admin: User, at: datetime) -> tuple[Agency, Unit]:
    """Make the agency with its office, its administrator, a provisional calendar and the 48-hour policy.

    Raises django ValidationError where a value does not fit; nothing is made then.
    """
    agency = Agency(
        code=new.code,
        name=new.name,
        short_name=new.short_name,
        hotline=new.hotline,
        email=new.email,
        timezone=new.timezone,
    )
    agency.full_clean()
    agency.save()
    office = Unit.objects.create(
        agency=agency, code="VP", name=new.office_name, name_en="Department Office", kind=UnitKind.OFFICE
    )
    for role in (Role.ADMIN, Role.FRONT_DESK):
        Membership.objects.create(user=admin, agency=agency, unit=office, role=role)
    owner, year = f"agency:{agency.pk}", at.astimezone(ZoneInfo(agency.timezone)).year
    document = seed.vietnamese_calendar([year - 1, year, year + 1], tz=agency.timezone)
    catalogue.add_calendar(owner, CALENDAR, name=new.name, document=document, at=at)
    catalogue.add_policy(owner, POLICY, name="48 giờ", document=DEFAULT_POLICY, at=at)
    add_personal_data(agency, by=None, at=at)
    return agency, office


@transaction.atomic
def add_personal_data(agency: Agency, *, by: User | None, at: datetime) -> None:
    """Give requests about one's own data the usual policy of an agency with the days of the law, and their line.

    Twice is once; what stands under its key already stays as it is. Raises catalogue.NothingInForce.
    """
    owner, author = policy_choice.owner(agency), f"user:{by.pk}" if by else ""
    document = catalogue.current_policy(owner, POLICY).document | {"statutory_days": PERSONAL_DATA_DAYS}
    # An administrator may have made it by hand, and taken away its line.
    with suppress(catalogue.Superseded):
        catalogue.add_policy(
            owner, PERSONAL_DATA, name="Dữ liệu cá nhân", document=document, author=author, after=0, at=at
        )
    keys = {"policy_key": PERSONAL_DATA, "calendar_key": CALENDAR}
    everything = {"channel": "", "field": "", "priority": ""}
    PolicyRule.objects.get_or_create(agency=agency, kind=Kind.PERSONAL_DATA, **everything, defaults=keys)
