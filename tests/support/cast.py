"""The cast: one department at work, a stranger in another, and short ways to let things happen to a request.

alice handles, bob heads her unit, lan sits at the front desk, the chief of office and the leader stand above them,
ivan inspects, root administers; charlie works elsewhere and must never see anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from notifications import outbox
from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import Agency, Membership, Role, Unit, UnitKind, User
from requests_desk.tickets.models import Field, Reply, Ticket
from requests_desk.tickets.services import assignment, intake, policy_choice, replies
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.services.replies import Draft
from sla import catalogue
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


def an_agency(
    code: str, *, name: str, policy: dict[str, Any] = DEFAULT_POLICY, hours: dict[str, Any] | None = None
) -> Agency:
    """Make an agency with the calendar of the sample requests (`hours` replace parts) and the 48-hour policy."""
    agency = Agency.objects.create(code=code, name=name, short_name=code, email=f"{code.lower()}@so.example")
    owner = f"agency:{agency.pk}"
    catalogue.add_calendar(
        owner,
        policy_choice.CALENDAR,
        name=name,
        document=document(**hours or {}),
        confirmed=[2026],
        at=later(days=-400),
    )
    catalogue.add_policy(owner, policy_choice.POLICY, name="48 giờ", document=policy, at=later(days=-400))
    return agency


@transaction.atomic  # the catalogue locks rows, and a test against a live server has no transaction around it
def open_desk(*, policy: dict[str, Any] = DEFAULT_POLICY, hours: dict[str, Any] | None = None) -> Desk:
    """Make the whole cast."""
    agency = an_agency("SCT", name="Sở Công Thương tỉnh Phú Sơn", policy=policy, hours=hours)
    office = Unit.objects.create(agency=agency, code="VP", name="Văn phòng Sở", kind=UnitKind.OFFICE)
    unit = Unit.objects.create(agency=agency, code="QLTM", name="Phòng Quản lý thương mại")
    Field.objects.create(agency=agency, code="cap_phep", name="Cấp phép", unit=unit)
    other = an_agency("SXD", name="Sở Xây dựng tỉnh Phú Sơn", hours=hours)
    other_unit = Unit.objects.create(agency=other, code="QH", name="Phòng Quy hoạch")
    return Desk(
        agency=agency,
        office=office,
        unit=unit,
        alice=a_person("alice", agency, Role.OFFICER, unit),
        bob=a_person("bob", agency, Role.UNIT_HEAD, unit),
        lan=a_person("lan", agency, Role.FRONT_DESK, office),
        chief=a_person("chief", agency, Role.CHIEF, office),
        leader=a_person("leader", agency, Role.LEADER, phone="+84912345678"),
        ivan=a_person("ivan", agency, Role.INSPECTOR),
        root=a_person("root", agency, Role.ADMIN),
        other_agency=other,
        other_unit=other_unit,
        charlie=a_person("charlie", other, Role.OFFICER, other_unit),
    )


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
