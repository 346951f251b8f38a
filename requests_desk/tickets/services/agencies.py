"""Open a department's desk: the agency, its first unit and person, its calendar and its promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from requests_desk.people.models import Agency, Membership, Role, Unit, UnitKind, User
from requests_desk.tickets.models import PolicyRule
from requests_desk.tickets.services.policy_choice import CALENDAR, POLICY
from requests_desk.tickets.words import Kind
from sla import catalogue, seed
from sla.policies import DEFAULT_POLICY

PERSONAL_DATA = "personal-data"
# Whoever asks about their own data is answered within two working days (Law 91/2025/QH15, Decree 356/2025), and like
# everybody within 48 hours; an interim reply keeps the second, never the first.
PERSONAL_DATA_POLICY = DEFAULT_POLICY | {"statutory_days": 2}


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
    catalogue.add_policy(owner, PERSONAL_DATA, name="Dữ liệu cá nhân", document=PERSONAL_DATA_POLICY, at=at)
    PolicyRule.objects.create(agency=agency, kind=Kind.PERSONAL_DATA, policy_key=PERSONAL_DATA, calendar_key=CALENDAR)
    return agency, office
