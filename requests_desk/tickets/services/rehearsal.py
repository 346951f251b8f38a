"""Rehearse a policy: an invented request in simulated time, through the very services that serve real ones.

Everything happens in a transaction that is rolled back, so nothing is stored, and nothing is sent: senders are only
woken by a commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from notifications.models import Notification
from requests_desk.people.models import Agency, Unit, User
from requests_desk.tickets.models import PolicyRule, Ticket
from requests_desk.tickets.services import due, intake, policy_choice, reminders
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.words import Channel, Kind, Priority
from sla import catalogue
from sla.models import Firing, Milestone

ASKED = Asked(organisation="Công ty Diễn Tập", name="Trần Diễn Tập", email="dien.tap@doanh-nghiep.example")
TEXT = "Yêu cầu diễn tập: không có thật."
# A ladder has a handful of moments; more looks than this would be a clock that never comes to rest.
MOST_LOOKS = 500


@dataclass(frozen=True, slots=True)
class Told:
    """One message to one person: `cause` is what it is for, `rungs` the steps of the ladder it answers."""

    cause: str
    rungs: tuple[str, ...]
    person: str
    channel: str
    destination: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment at which something happens to a milestone; of its `rungs` those in `unheard` found nobody to tell."""

    at: datetime
    is_due: bool
    rungs: tuple[str, ...]
    superseded: tuple[str, ...]
    told: tuple[Told, ...]
    milestone: str = ""

    @property
    def unheard(self) -> tuple[str, ...]:
        """Return the rungs that reached no one."""
        heard = {rung for one in self.told for rung in one.rungs}
        return tuple(rung for rung in self.rungs if rung not in heard)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen to a request received at `received_at` that nobody answers."""

    policy: str
    received_at: datetime
    due_at: datetime
    due_a_at: datetime
    due_b_at: datetime
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Invented:
    """The request to rehearse with."""

    received_at: datetime
    unit: Unit | None = None
    officer: User | None = None
    channel: str = Channel.HOTLINE
    kind: str = Kind.INFORMATION


def rehearse(
    agency: Agency, invented: Invented, *, policy_key: str, document: Mapping[str, Any] | None = None
) -> Rehearsal:
    """Let an invented request run under a policy until nothing more would happen, and undo it all.

    `document` stands for the policy's next version, not yet saved. Raises catalogue.NothingInForce, PolicyError, and
    `incoming.Refused` for a request that could not be taken.
    """
    with transaction.atomic():
        _in_force_for_all(agency, policy_key, document, invented)
        ticket = _take_in(agency, invented)
        milestone = due.reply_clock(ticket).milestones.get()
        acknowledged = _told_since(0, ticket)
        moments = [Moment(invented.received_at, False, (), (), tuple(acknowledged)), *_run(ticket)]
        # Run by the real services and then undone: a copy of their rules would one day rehearse something else.
        transaction.set_rollback(True)
    return Rehearsal(
        policy=policy_key,
        received_at=ticket.received_at,
        due_at=milestone.due_at,
        due_a_at=milestone.due_a_at or milestone.due_at,
        due_b_at=milestone.due_b_at or milestone.due_at,
        moments=tuple(moments),
    )


def _in_force_for_all(agency: Agency, policy_key: str, document: Mapping[str, Any] | None, invented: Invented) -> None:
    """Put the policy where the choice of every request finds it: the table is taken as it is, but for this line."""
    owner = policy_choice.owner(agency)
    if document is not None:
        catalogue.add_policy(owner, policy_key, name=policy_key, document=document, at=invented.received_at)
    catalogue.current_policy(owner, policy_key)
    PolicyRule.objects.update_or_create(
        agency=agency,
        kind=invented.kind,
        channel=invented.channel,
        field="",
        priority=Priority.NORMAL,
        defaults={"policy_key": policy_key},
        create_defaults={"policy_key": policy_key, "calendar_key": policy_choice.CALENDAR},
    )


def _take_in(agency: Agency, invented: Invented) -> Ticket:
    request = Request(channel=invented.channel, text=TEXT, asked=ASKED, kind=invented.kind, unit=invented.unit)
    ticket = intake.log(agency, request, by=None, at=invented.received_at).ticket
    if invented.officer is not None and invented.unit is not None:
        Ticket.objects.filter(pk=ticket.pk).update(officer=invented.officer)
    return ticket


def _run(ticket: Ticket) -> Iterator[Moment]:
    own = Milestone.objects.filter(clock__ticket_clock__ticket=ticket, next_look_at__isnull=False)
    for _ in range(MOST_LOOKS):
        milestone = own.select_related("clock").order_by("next_look_at", "due_at").first()
        if milestone is None or milestone.next_look_at is None:
            return
        # A rung that lay before receipt has its moment when the request is logged: time does not run backwards.
        at = max(milestone.next_look_at, ticket.logged_at)
        seen = Notification.objects.filter(subject=ticket.key).count()
        if not reminders.fire_due(at=at, limit=1, of_clock=milestone.clock).looked:
            return
        fired = Firing.objects.filter(milestone=milestone, fired_at=at).order_by("planned_at", "pk")
        told = tuple(one.rung for one in fired if one.result == Firing.Result.TOLD)
        superseded = tuple(one.rung for one in fired if one.result == Firing.Result.SUPERSEDED)
        yield Moment(at, at >= milestone.due_at, told, superseded, tuple(_told_since(seen, ticket)), milestone.name)


def _told_since(seen: int, ticket: Ticket) -> list[Told]:
    rows = Notification.objects.filter(subject=ticket.key).order_by("pk")[seen:]
    people = User.objects.in_bulk([int(row.recipient[5:]) for row in rows if row.recipient.startswith("user:")])
    return [_told(row, people) for row in rows]


def _told(row: Notification, people: Mapping[int, User]) -> Told:
    is_person = row.recipient.startswith("user:")
    person = str(people[int(row.recipient[5:])]) if is_person else row.destination
    # `alert:MILESTONE:DUE:RUNG+RUNG:…` (texts.alert)
    rungs = tuple(row.key.split(":")[3].split("+")) if row.key.startswith("alert:") else ()
    return Told(row.cause, rungs, person, row.channel, row.destination, row.title, row.text)
