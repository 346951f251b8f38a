"""Write promises that come due one after another, each to be told to one leader of its own.

Runs with the settings of the desk under test and prints what must be told, by the dates and the policy it wrote: never
by what the product makes of them.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

import django

PROMISE = timedelta(hours=48)
POLICY = {"rule": "A", "first_reply": "48h", "ladder": [{"to": "leadership", "before": "0m", "by": ["email", "sms"]}]}


def seed(name: str, *, count: int, first_due: datetime, apart_s: float, poison: int) -> list[dict[str, object]]:
    """Make `count` offices of one leader and one request each; return what each leader must be told, and when.

    As many further ones as `poison` says are due before them all, and break whoever
    reads their policy: of those the alarm address must be told.
    """
    from requests_desk.people.models import Agency, Membership, Role, User
    from requests_desk.tickets.queries.health import database_now
    from requests_desk.tickets.services import intake, policy_choice
    from requests_desk.tickets.services.incoming import Asked, Request
    from sla import catalogue
    from tests.sla.vietnam import document

    now = database_now()
    start = Agency.objects.count() + poison
    expected = []
    for number in range(start - poison, start + count):
        due_at = first_due + timedelta(seconds=apart_s * max(number - start, 0))
        agency = Agency.objects.create(
            code=f"F{number:05d}",
            name=f"Sở {number}",
            short_name=f"F{number}",
            alarm_email=f"alarm-{number}@so.example",
        )
        owner, before = f"agency:{agency.pk}", now - timedelta(days=30)
        catalogue.add_calendar(
            owner, policy_choice.CALENDAR, name="c", document=document(), confirmed=[2026], at=before
        )
        catalogue.add_policy(owner, policy_choice.POLICY, name="p", document=POLICY, at=before)
        leader = User.objects.create_user(
            f"{name}-{number}", email=f"{name}-{number}@so.example", phone=f"+8491{number:07d}", full_name="Leader"
        )
        Membership.objects.create(user=leader, agency=agency, role=Role.LEADER)
        request = Request(
            channel="hotline",
            text="Câu hỏi.",
            asked=Asked(name="B"),
            received_at=due_at - PROMISE,
            received_reason="Máy hỏng.",
        )
        ticket = intake.log(agency, request, by=leader, at=now).ticket
        told = {"mail": leader.email, "phone": leader.phone, "alarm": agency.alarm_email}
        if number < start:
            _spoil(ticket.pk)
            told = {"mail": agency.alarm_email, "phone": ""}
        expected.append({"code": ticket.code, "due_at": due_at.timestamp(), **told})
    return expected


def _spoil(ticket: int) -> None:
    from sla.models import Clock, PolicyVersion

    clock = Clock.objects.get(ticket_clock__ticket=ticket)
    broken = PolicyVersion.objects.create(
        policy=clock.policy_version.policy, number=99, document={"rule": "?"}, created_at=clock.logged_at
    )
    Clock.objects.filter(pk=clock.pk).update(policy_version=broken)


def main() -> None:
    """Seed what the first argument, as JSON, asks for."""
    django.setup()
    asked = json.loads(sys.argv[1])
    first_due = datetime.now(UTC) + timedelta(seconds=asked.pop("first_due_in"))
    print(json.dumps(seed(first_due=first_due, **asked)))


if __name__ == "__main__":
    main()
