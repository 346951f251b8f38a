"""The cast: one department at work, a stranger in another, and short ways to let things happen to a request.

alice handles, bob heads her unit, lan sits at the front desk, the chief of office and the leader stand above them,
ivan inspects, root administers; charlie works elsewhere and must never see anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from notifications import outbox
from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import Agency, Membership, Role, Unit, UnitKind, User
from requests_desk.tickets.models import Field, Reply, Ticket
from requests_desk.tickets.services import assignment, intake, policy_choice, replies
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.services.replies import Draft
from sla.models import Calendar, CalendarVersion, Policy, PolicyVersion
from sla.policies import DEFAULT_POLICY
from tests.sla.vietnam import document

# A Monday, 08:00 on the office's wall; the first reply is due on Wednesday at the same hour.
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PROMISE = timedelta(hours=48)
ASKED = Asked(
    name="Trần Thị B", organisation="Công ty TNHH Gỗ Vạn Phát Sơn", phones=("0950000001",), email="duan@vps.example"
)


@dataclass(frozen=True)
class Desk:
    """A department and who works there."""

    agency: Agency
    office: Unit
    unit: Unit
    alice: User
    bob: User
    lan: User
    chief: User
    leader: User
    ivan: User
    root: User
    other_agency: Agency
    other_unit: Unit
    charlie: User


def later(**more: float) -> datetime:
    """Return the moment so long after MORNING."""
    return MORNING + timedelta(**more)


def a_person(username: str, agency: Agency, role: str, unit: Unit | None = None, **fields: Any) -> User:
    usual = {"full_name": username.title(), "email": f"{username}@so.example"}
    user = User.objects.create_user(username, password="open-sesame-2026", **{**usual, **fields})
    Membership.objects.create(user=user, agency=agency, unit=unit, role=role)
    return user


@transaction.atomic
def open_desk(*, policy: dict[str, Any] = DEFAULT_POLICY, hours: dict[str, Any] | None = None) -> Desk:
    """Make the whole cast, in as many queries as there are tables: most tests begin with it."""
    agency, other = Agency.objects.bulk_create(
        [_agency("SCT", "Sở Công Thương tỉnh Phú Sơn"), _agency("SXD", "Sở Xây dựng tỉnh Phú Sơn")]
    )
    _promise([agency, other], policy=policy, calendar=document(**hours or {}))
    office, unit, other_unit = Unit.objects.bulk_create(
        [
            Unit(agency=agency, code="VP", name="Văn phòng Sở", kind=UnitKind.OFFICE),
            Unit(agency=agency, code="QLTM", name="Phòng Quản lý thương mại"),
            Unit(agency=other, code="QH", name="Phòng Quy hoạch"),
        ]
    )
    Field.objects.create(agency=agency, code="cap_phep", name="Cấp phép", unit=unit)
    posts = {
        "alice": (agency, unit, Role.OFFICER),
        "bob": (agency, unit, Role.UNIT_HEAD),
        "lan": (agency, office, Role.FRONT_DESK),
        "chief": (agency, office, Role.CHIEF),
        "leader": (agency, None, Role.LEADER),
        "ivan": (agency, None, Role.INSPECTOR),
        "root": (agency, None, Role.ADMIN),
        "charlie": (other, other_unit, Role.OFFICER),
    }
    people = {username: _person(username) for username in posts}
    people["leader"].phone = "+84912345678"
    User.objects.bulk_create(people.values())
    Membership.objects.bulk_create(
        Membership(user=people[username], agency=at, unit=within, role=role)
        for username, (at, within, role) in posts.items()
    )
    return Desk(agency=agency, office=office, unit=unit, other_agency=other, other_unit=other_unit, **people)


def _agency(code: str, name: str) -> Agency:
    return Agency(code=code, name=name, short_name=code, email=f"{code.lower()}@so.example")


def _promise(agencies: Sequence[Agency], *, policy: dict[str, Any], calendar: dict[str, Any]) -> None:
    """Give each agency the calendar and the policy, as the catalogue would write them one by one."""
    first = {"number": 1, "created_at": later(days=-400)}
    calendars = Calendar.objects.bulk_create(
        Calendar(owner=f"agency:{one.pk}", key=policy_choice.CALENDAR, name=one.name) for one in agencies
    )
    CalendarVersion.objects.bulk_create(
        CalendarVersion(calendar=one, document=calendar, confirmed_years=[2026], **first) for one in calendars
    )
    policies = Policy.objects.bulk_create(
        Policy(owner=f"agency:{one.pk}", key=policy_choice.POLICY, name="48 giờ") for one in agencies
    )
    PolicyVersion.objects.bulk_create(PolicyVersion(policy=one, document=policy, **first) for one in policies)


def _person(username: str) -> User:
    return User(username=username, password=_password(), full_name=username.title(), email=f"{username}@so.example")


@cache
def _password() -> str:
    return make_password("open-sesame-2026")


def a_request(**changes: Any) -> Request:
    usual = {"channel": "hotline", "text": "Hồ sơ gia hạn giấy phép bán buôn rượu gồm những gì?", "asked": ASKED}
    return Request(**{**usual, **changes})


def log_ticket(
    desk: Desk, *, by: User | None = None, at: datetime = MORNING, officer: User | None = None, **changes: Any
) -> Ticket:
    """Log a request, by lan unless told otherwise, in alice's unit; `officer` puts it on somebody's desk."""
    request = a_request(**{"unit": desk.unit, **changes})
    ticket = intake.log(desk.agency, request, by=by or desk.lan, at=at).ticket
    return assignment.assign(ticket, unit=desk.unit, officer=officer, by=desk.bob, at=at) if officer else ticket


def a_reply(kind: str = "answer", channel: str = "email", **changes: Any) -> Draft:
    """Return a whole reply of a kind by a channel: what P5 asks for is there unless taken away."""
    needs: dict[str, dict[str, Any]] = {
        "answer": {},
        "interim": {
            "reason": "not_ready",
            "done": "Đã gửi phiếu lấy ý kiến.",
            "promised_at": later(days=4),
            "contact": "Alice, 0261 3 000 000",
        },
        "refusal": {"ground": "Luật Tiếp cận thông tin 2016, Điều 6"},
        "transfer": {"ground": "Luật Tổ chức CQĐP 2025", "receiving_body": "Thuế tỉnh Phú Sơn"},
    }
    ways: dict[str, dict[str, Any]] = {
        "email": {"text": "Kính gửi Quý Công ty, hồ sơ gồm ba giấy tờ."},
        "call": {"call_outcome": "reached", "spoke_to": "Chị B", "said": "Hồ sơ gồm ba giấy tờ."},
        "letter": {"text": "Kính gửi Quý Công ty.", "document_number": "123/SCT-QLTM"},
        "in_person": {"text": "Đã trao tận tay."},
    }
    return Draft(**{"kind": kind, "channel": channel, **needs[kind], **ways[channel], **changes})


def outbox_row(reply_key: str) -> Notification:
    return Notification.objects.get(key__startswith=f"{reply_key}:email")


def mail_is(result: Result, row: Notification, *, at: datetime) -> None:
    """Let one waiting mail meet its end: claimed, begun, recorded and settled, as the sender does."""
    claimed = outbox.claim("email", at=at, limit=1000, lease_seconds=120, owner="test")
    (mine,) = [waiting for waiting in claimed if waiting.pk == row.pk]
    outbox.release([waiting for waiting in claimed if waiting.pk != row.pk], at=at)
    assert outbox.begin_attempt(mine, at=at, lease_seconds=120)
    outcome = outbox.record(mine, result, at=at)
    if outcome:
        replies.settle([outcome], at=at)
        outbox.mark_settled([outcome], at=at)


def mail_bounces(row: Notification, *, at: datetime, reason: str = "5.1.1") -> None:
    """Let a mail that was accepted come back for good."""
    outcome = outbox.bounced(row.message_id, at=at, reason=reason)
    assert outcome
    replies.settle([outcome], at=at)
    outbox.mark_settled([outcome], at=at)


def answered_by_call(ticket: Ticket, *, by: User, at: datetime, draft: Draft | None = None) -> Reply:
    """Let an officer say it over the phone: it arrives the moment it is logged."""
    return replies.send(ticket, draft or a_reply("answer", "call"), by=by, at=at)
