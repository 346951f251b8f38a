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


def seed(name: str, *, count: int, first_due: datetime, apart_s: float) -> list[dict[str, object]]:
    """Make `count` offices of one leader and one request each; return what each leader must be told, and when."""
    from requests_desk.people.models import Agency, Membership, Role, User
    from requests_desk.tickets.queries.health import database_now
    from requests_desk.tickets.services import intake, policy_choice
    from requests_desk.tickets.services.incoming import Asked, Request
    from sla import catalogue
    from tests.sla.vietnam import document

    now = database_now()
    start = Agency.objects.count()
    expected = []
    for number in range(start, start + count):
        due_at = first_due + timedelta(seconds=apart_s * (number - start))
        agency = Agency.objects.create(code=f"F{number:05d}", name=f"Sở {number}", short_name=f"F{number}")
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
        expected.append(
            {"code": ticket.code, "mail": leader.email, "phone": leader.phone, "due_at": due_at.timestamp()}
        )
    return expected


def main() -> None:
    """Seed what the first argument, as JSON, asks for."""
    django.setup()
    asked = json.loads(sys.argv[1])
    first_due = datetime.now(UTC) + timedelta(seconds=asked.pop("first_due_in"))
    print(json.dumps(seed(first_due=first_due, **asked)))


if __name__ == "__main__":
    main()
