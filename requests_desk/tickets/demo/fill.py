"""Replay the story through the real services, the timer included, at the moments it happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from notifications import outbox
from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import Agency, Unit, User
from requests_desk.tickets.demo import answers, documents, people, samples
from requests_desk.tickets.demo.story import REMINDER_IN, ROWS, SPAM, Act, Row
from requests_desk.tickets.models import Alert, Notice, Survey, Ticket
from requests_desk.tickets.services import (
    assignment,
    climbing,
    closing,
    cooperation,
    figures,
    intake,
    policy_choice,
    reminders,
    replies,
    survey,
)
from requests_desk.tickets.services.survey import Answers
from requests_desk.tickets.words import Reason
from sla import catalogue, versions, worktime
from sla.models import Milestone

Step = tuple[datetime, Callable[[datetime], None]]
LOGGED_AFTER = timedelta(minutes=4)
# Working days, as the referral among the samples says.
REFERRED_DAYS = 5


def fill(*, at: datetime, progress: Callable[[str], None]) -> list[dict[str, str]]:
    """Make the department and its past as of `at`. Return its accounts: [{role, username, password, token}]."""
    house = people.build(at=at - timedelta(days=30))
    steps = [step for row in (*ROWS, SPAM) for step in _steps(house, row, start=at)]
    for number, (moment, act) in enumerate(sorted(steps, key=lambda step: step[0]), start=1):
        let_time_pass(until=moment)
        act(moment)
        count_as_sent(at=moment)
        if number % 20 == 0:
            progress(f"{number} of {len(steps)} events replayed")
    let_time_pass(until=at)
    Notice.objects.filter(at__lt=at - timedelta(days=1)).update(read_at=at)
    answers.fill(house, at=at)
    rate(by=house.people["lan"], at=at)
    figures.count(house.agency, at=at)
    documents.fill(house, at=at)
    return house.accounts


def let_time_pass(*, until: datetime) -> None:
    """Sweep at every moment something was due before `until`, and count its messages as sent then."""
    while (moment := _next_look()) is not None and moment < until:
        reminders.sweep(at=moment)
        count_as_sent(at=moment)
        acknowledge_reminders(at=moment)


def rate(*, by: User, at: datetime) -> None:
    """Let most of those who were asked say over the phone how they found the answer."""
    said = (
        Answers("very_satisfied", "early", "full", "good", comment="Trả lời nhanh, rõ ràng."),
        Answers("satisfied", "on_time", "full", "good"),
        Answers("satisfied", "on_time", "partly", "good", comment="Mong có thêm biểu mẫu kèm theo."),
        Answers("neutral", "late", "partly", "fair"),
    )
    asked = Survey.objects.filter(invited_at__isnull=False, ticket__sealed=False).exclude(ticket__officer=by)
    asked = asked.exclude(ticket__replies__author=by)
    for number, one in enumerate(asked.select_related("ticket").distinct().order_by("pk")):
        if number % 5 != 4:
            survey.enter(one.ticket, said[number % len(said)], way="phone", by=by, at=at)


def acknowledge_reminders(*, at: datetime) -> None:
    """Let everybody say that they saw their reminders; what was missed waits for whoever looks at the demo."""
    asked = Alert.objects.filter(climb_at__isnull=False, is_breach=False).select_related("milestone", "person")
    for alert in asked.order_by("pk"):
        climbing.acknowledge([alert], by=alert.person, at=at)


def count_as_sent(*, at: datetime) -> None:
    """Record every waiting message as delivered at `at`: the past reaches nobody, whatever provider is set up."""
    for channel in ("email", "sms"):
        for row in outbox.claim(channel, at=at, limit=500, lease_seconds=60, owner="demo"):
            outbox.begin_attempt(row, at=at, lease_seconds=60)
            outcome = outbox.record(row, Result.accepted(delivered=True, reason="demo"), at=at)
            if outcome is not None:
                replies.settle([outcome], at=at)
                outbox.mark_settled([outcome], at=at)


def _next_look() -> datetime | None:
    """Return when the timer has something to do next, or a message that a night held goes out."""
    waiting = (
        Milestone.objects.aggregate(at=Min("next_look_at")),
        Alert.objects.aggregate(at=Min("climb_at")),
        Notification.objects.aggregate(at=Min("next_attempt_at")),
        Agency.objects.aggregate(at=Min("morning_at")),
        Notice.objects.aggregate(at=Min("mail_at")),
        Survey.objects.aggregate(at=Min("ask_at")),
    )
    return min((found["at"] for found in waiting if found["at"]), default=None)


def _steps(house: people.House, row: Row, *, start: datetime) -> list[Step]:
    sample = next(one for one in samples.read() if one.id == row.sample)
    received_at = start - row.ago
    logged_at = min(received_at + LOGGED_AFTER, start)
    request = replace(sample.request, received_at=received_at, language="vi")
    if request.external_deadline:  # the story is shifted to now, and with it what the letter asks for
        referred = worktime.add_working_days(_calendar(house), received_at, REFERRED_DAYS)
        request = replace(request, external_deadline=referred)
    if row.late_reason and not worktime.is_open(_calendar(house), start + REMINDER_IN):
        logged_at, request = start, replace(request, received_reason=row.late_reason)
    made: list[Ticket] = []

    def log(at: datetime) -> None:
        made.append(intake.log(house.agency, request, by=house.people["lan"], at=at).ticket)
        if row.unit:
            assignment.assign(
                made[0], unit=house.units[row.unit], officer=_officer(house, row), by=house.people["lan"], at=at
            )

    def act_later(act: Act) -> Callable[[datetime], None]:
        return lambda at: _act(made[0], act, by=house.people[act.by], start=start, at=at)

    return [(logged_at, log), *((received_at + act.after, act_later(act)) for act in row.acts)]


def _calendar(house: people.House) -> worktime.Calendar:
    return versions.calendar(catalogue.current_calendar(policy_choice.owner(house.agency), policy_choice.CALENDAR).pk)


def _officer(house: people.House, row: Row) -> User | None:
    return house.people[row.officer] if row.officer else None


def _act(ticket: Ticket, act: Act, *, by: User, start: datetime, at: datetime) -> None:
    if act.kind == "close":
        closing.close(ticket, act.ending, note=act.text, by=by, at=at)
        return
    if act.kind == "ask" and act.promised_in:
        unit = Unit.objects.get(agency=ticket.agency, code=act.unit)
        cooperation.ask(ticket, unit=unit, question=act.text, due_at=start + act.promised_in, by=by, at=at)
        return
    draft = replies.Draft(kind=act.kind, channel="email", text=act.text, items=act.items or None)
    if not ticket.requester.email:
        spoken: dict[str, Any] = {"call_outcome": "reached", "spoke_to": str(ticket.requester), "said": act.text}
        draft = replace(draft, channel="call", **spoken)
    if act.kind == "transfer":
        draft = replace(draft, ground="Luật Khiếu nại 2011, Điều 27", receiving_body="Thanh tra tỉnh")
    if act.promised_in is not None:
        promised_at = start + act.promised_in
        contact = f"{by.full_name}, {ticket.agency.hotline}"
        draft = replace(
            draft,
            reason=Reason.OTHER_AGENCY,
            done=act.text,
            text="Nội dung cần thêm thời gian để trả lời đầy đủ.",
            promised_at=promised_at,
            contact=contact,
        )
    replies.send(ticket, draft, by=by, at=at)
