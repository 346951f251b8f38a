"""Everything one page about one ticket shows, in a fixed number of queries however long its story is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from notifications import queries as outbox
from notifications.models import Notification
from requests_desk.library.models import Document
from requests_desk.library.queries import documents
from requests_desk.people.models import Unit, User
from requests_desk.tickets import sentences
from requests_desk.tickets.models import (
    Apology,
    Attachment,
    Delivery,
    Event,
    Field,
    Mail,
    Message,
    Reply,
    Ticket,
    TicketClock,
    TicketCycle,
    TicketLink,
)
from requests_desk.tickets.queries import alerts
from requests_desk.tickets.queries.ticket_reading import Reading
from requests_desk.tickets.services import departures, limits, links, replies
from requests_desk.tickets.words import LinkKind, ReplyState
from sla import explain, pinned, wording, worktime
from sla.models import Clock, Milestone, MilestoneName
from sla.policies import Policy

TIMELINE_PAGE = 50
Files = dict[tuple[str, int | None], list[Attachment]]
Mails = dict[tuple[str, int | None], Mail]
PROOF = ("attempts", "accepted_at", "delivered_at", "failed_at")


@dataclass(frozen=True, slots=True)
class Said:
    """One thing in the conversation: asked, replied or noted."""

    direction: str
    at: datetime
    text: str
    channel: str = ""
    kind: str = ""
    author: str = ""
    state: str = ""
    signed_by: str = ""
    document_number: str = ""
    return_reason: str = ""
    deliveries: tuple[dict[str, Any], ...] = ()
    files: tuple[Attachment, ...] = ()
    documents: tuple[Document, ...] = ()
    reply: int = 0
    mail: Mail | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """A reply that waits to go; `is_soon` says that it is a matter of seconds."""

    pk: int
    kind: str
    author: str
    goes_at: datetime
    is_soon: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history, in words."""

    seq: int
    at: datetime
    sentence: str
    actor: str
    icon: str


@dataclass(frozen=True, slots=True)
class Timed:
    """The reply clock, the milestones of every clock of its cycle, and how what counts from receipt came about."""

    rule: str
    started_at: datetime
    due_at: datetime
    due_a_at: datetime
    due_b_at: datetime
    milestones: tuple[dict[str, Any], ...]
    explanation: tuple[str, ...]
    calendar: worktime.Calendar
    statutory: tuple[str, ...] = ()


def sent(ticket: Ticket) -> list[Notification]:
    """Return every message that went out about a ticket, digests that list it too, the oldest first, without texts."""
    return outbox.outlines(alerts.message_subjects(ticket))


def notices(ticket: Ticket, sent: list[Notification], reading: Reading | None = None) -> list[dict[str, Any]]:
    """Return of `sent` what went by itself, the newest first: whom it told, how it fared, in how many tries (N7).

    What belongs to an alert names it: on which rung its reader stands, and who acknowledged it when (N2).
    """
    names = ("pk", "cause", "channel", "destination", "state", "reason", "created_at", *PROOF)
    readers = _readers(sent) if reading is None else {f"user:{pk}": name for pk, name in reading.names.items()}
    told = alerts.by_message(alerts.of_ticket(ticket) if reading is None else reading.told)
    return [
        {name: getattr(row, name) for name in names}
        | {"at": row.outcome_at or row.created_at, "reader": readers.get(row.recipient, "")}
        # A digest names other requests too: its proof is shown here, its words are not (P13).
        | {"opens": row.subject.startswith("ticket:"), "alert": told.get(alerts.of_message(row.key))}
        for row in reversed(sent)
        if row.cause != replies.CAUSE
    ]


def _readers(sent: list[Notification]) -> dict[str, str]:
    """Return the names of the staff among the recipients: their keys alone tell a person nothing."""
    keys = {row.recipient for row in sent if row.recipient.startswith("user:")}
    people = User.objects.in_bulk([int(key.removeprefix("user:")) for key in keys]) if keys else {}
    return {f"user:{pk}": str(person) for pk, person in people.items()}


def going(written: Sequence[Reply], *, at: datetime) -> list[Going]:
    """Return of a ticket's replies those that wait to go, the next first."""
    found = [
        Going(reply.pk, reply.kind, str(reply.author), reply.goes_at, reply.goes_at - at <= departures.ROOM)
        for reply in written
        if reply.state == ReplyState.WAITING and reply.goes_at
    ]
    return sorted(found, key=lambda one: one.goes_at)


def conversation(ticket: Ticket, reading: Reading, absorbed: Sequence[int]) -> list[Said]:
    """Return what was asked, replied and noted, the oldest first; of a long story the question and its latest part.

    What was asked and noted in the requests merged into it, `absorbed`, is part of it (P8).
    """
    merged = Ticket.objects.filter(pk__in=absorbed) if absorbed else ()
    known = {row.key: row for row in reading.sent}
    files, came = _files(reading.files), _mails(reading.mails)
    said = [
        *(_message(m, reading.names, files, came) for m in reading.messages),
        *(_reply(row, known, files) for row in reading.replies),
    ]
    if reading.has_earlier:
        begins_at = reading.messages[-1].at
        said = [one for one in said if one.at >= begins_at]
    asked = [_asked(one, ticket, files, came) for one in (ticket, *merged)]
    return sorted([*asked, *said], key=lambda one: one.at)


def apologies(ticket: Ticket) -> list[Apology]:
    """Return what was written to say sorry, signed or not, the latest first."""
    return list(ticket.apologies.select_related("author", "signed_by").order_by("-pk"))


def timeline(
    ticket: Ticket, *, before: int | None = None, reading: Reading | None = None
) -> tuple[list[Happened], int | None]:
    """Return a page of the history, the newest first, and the number before which the next page lies."""
    rows = ticket.events.select_related("actor").order_by("-seq")
    rows = rows.filter(seq__lt=before) if before else rows
    events = list(rows[: TIMELINE_PAGE + 1])
    names = _names(events, reading)
    lines = [_happened(event, names) for event in events[:TIMELINE_PAGE]]
    return lines, lines[-1].seq if len(events) > TIMELINE_PAGE else None


def clock(ticket: Ticket) -> Timed:
    """Return the reply clock of the current cycle with what else runs beside it, and why it is due when it is (P11)."""
    own = Milestone.objects.filter(clock__ticket_clock__ticket=ticket, clock__ticket_clock__cycle=ticket.cycle)
    found = list(own.select_related("clock__ticket_clock").order_by("clock_id", "pk"))
    rows = list({m.clock_id: m.clock for m in found}.values())
    row = next(one for one in rows if one.ticket_clock.role == TicketClock.Role.REPLY)
    # What a merge brought and took back again is no concern of this request any more.
    milestones = sorted((m for m in found if m.end_reason != limits.UNMERGED), key=lambda m: (m.due_at, m.pk))
    first = next(m for m in milestones if m.name == MilestoneName.FIRST_REPLY)
    policy = pinned.policy(row.policy_version_id)
    limited = {m.clock_id: m for m in milestones if m.name == MilestoneName.STATUTORY}
    return Timed(
        rule=policy.rule,
        started_at=row.started_at,
        due_at=first.due_at,
        due_a_at=first.due_a_at or first.due_at,
        due_b_at=first.due_b_at or first.due_at,
        milestones=tuple(_milestone(m) for m in milestones),
        calendar=pinned.calendar(row.calendar_version_id),
        explanation=_why(row, policy, first, *policy.counting),
        statutory=next((_why_statutory(one, limited[one.pk]) for one in rows if one.pk in limited), ()),
    )


def _why_statutory(clock: Clock, milestone: Milestone) -> tuple[str, ...]:
    policy = pinned.policy(clock.policy_version_id)
    return _why(clock, policy, milestone, "working_days", policy.statutory_days)


def _why(clock: Clock, policy: Policy, milestone: Milestone, rule: worktime.Rule, amount: int) -> tuple[str, ...]:
    calendar = pinned.calendar(clock.calendar_version_id)
    pauses = list(clock.pauses.values_list("began_at", "ends_at")) if policy.pause_days else []
    told = explain.explain_set(calendar, clock.started_at, rule, amount, pauses=pauses, due_at=milestone.due_at)
    return tuple(wording.sentences(told))


def rounds(ticket: Ticket) -> list[TicketCycle]:
    """Return the cycles of a request that was taken up again, the oldest first; none for any other (P7)."""
    return list(ticket.cycles.order_by("number")) if ticket.cycle > 1 else []


def relatives(ticket: Ticket, visible: QuerySet[Ticket]) -> list[dict[str, Any]]:
    """Return the requests this one belongs with, among those its reader may see: what each is to it (P13)."""
    rows = TicketLink.objects.filter(Q(ticket=ticket, other__in=visible) | Q(other=ticket, ticket__in=visible))
    return [
        {"link": str(row.kind), "ticket": row.other}
        if row.ticket_id == ticket.pk
        else {"link": links.BACK[LinkKind(row.kind)], "ticket": row.ticket}
        for row in rows.select_related("ticket", "other").order_by("at", "pk")
    ]


def field_name(ticket: Ticket) -> str:
    """Return what people read for the ticket's field; one its agency does not list as it was given."""
    listed = Field.objects.filter(agency=ticket.agency_id, code=ticket.field).first() if ticket.field else None
    return str(listed) if listed else ticket.field


def breaches(reading: Reading) -> list[dict[str, Any]]:
    """Return every missed milestone, void ones and those of merged requests too: none is ever erased (P6, P8)."""
    return [
        {
            "milestone": reading.missed[b.milestone_id].name,
            "due_at": b.due_at,
            "recorded_at": b.recorded_at,
            "cause": b.cause,
            "void_reason": b.void_reason,
        }
        for b in reading.breaches
    ]


def happened(event: Event) -> Happened:
    """Return one event in words."""
    return _happened(event, _names([event]))


def _milestone(milestone: Milestone) -> dict[str, Any]:
    state = "met" if milestone.met_at else "ended" if milestone.ended_at else "open"
    return {"name": milestone.name, "due_at": milestone.due_at, "met_at": milestone.met_at, "state": state}


def _files(rows: Iterable[Attachment]) -> Files:
    """Return files by what they came with."""
    files: Files = {}
    for file in rows:
        came_with = ("reply", file.reply_id) if file.reply_id else ("message", file.message_id)
        files.setdefault(("ticket", file.ticket_id) if came_with[1] is None else came_with, []).append(file)
    return files


def _mails(rows: Iterable[Mail]) -> Mails:
    """Return mails by what each became."""
    return {("message", m.said_id) if m.said_id else ("ticket", m.ticket_id): m for m in rows}


def _asked(asked: Ticket, ticket: Ticket, files: Files, came: Mails) -> Said:
    own, mail = tuple(files.get(("ticket", asked.pk), ())), came.get(("ticket", asked.pk))
    return Said("in", asked.received_at, asked.text, asked.channel, author=str(ticket.requester), files=own, mail=mail)


def _message(message: Message, names: Mapping[int, str], files: Files, came: Mails) -> Said:
    own, mail = tuple(files.get(("message", message.pk), ())), came.get(("message", message.pk))
    author = names.get(message.author_id or 0) or (mail.sender if mail else "")
    return Said(message.direction, message.at, message.text, message.channel, author=author, files=own, mail=mail)


def _reply(reply: Reply, sent: dict[str, Notification], files: Files) -> Said:
    deliveries = tuple(_delivery(d, sent.get(d.notification_key or "")) for d in reply.deliveries.all())
    text = "\n".join(part for part in (reply.text, reply.said, reply.done) if part)
    return Said(
        "out",
        reply.created_at,
        text,
        reply.channel,
        reply.kind,
        str(reply.author),
        state=reply.state,
        signed_by=str(reply.signed_by or ""),
        document_number=reply.document_number,
        return_reason=reply.return_reason,
        deliveries=deliveries,
        files=tuple(files.get(("reply", reply.pk), ())),
        documents=tuple(documents.published_of(reply.documents)),
        reply=reply.pk,
    )


def _delivery(delivery: Delivery, notification: Notification | None) -> dict[str, Any]:
    if notification is not None and not delivery.failed_at:
        state = str(notification.state)
    else:
        state = "failed" if delivery.failed_at else "delivered" if delivery.reached_at else "pending"
    return {
        "channel": delivery.channel,
        "destination": delivery.destination,
        "state": state,
        "at": delivery.failed_at or delivery.reached_at,
        "reason": delivery.reason,
    }


def _happened(event: Event, names: dict[str, str]) -> Happened:
    actor = str(event.actor) if event.actor else ""
    icon = sentences.ICONS.get(event.kind, "flag")  # type: ignore[call-overload]
    return Happened(event.seq, event.at, sentences.sentence(event, names), actor, icon)


def _names(events: list[Event], reading: Reading | None = None) -> dict[str, str]:
    assigned = [event.facts for event in events if event.kind in sentences.MOVES]
    asked = [event.facts["unit"] for event in events if event.kind in sentences.PARTS]
    moved = {facts["unit"][1] for facts in assigned if facts["unit"][1]} | set(asked)
    held = {facts["officer"][1] for facts in assigned if facts["officer"][1]}
    units = {unit.pk: str(unit) for unit in reading.units} if reading else {}
    people = dict(reading.names) if reading else {}
    if moved - set(units):
        units |= {pk: str(unit) for pk, unit in Unit.objects.in_bulk(moved - set(units)).items()}
    if held - set(people):
        people |= {pk: str(user) for pk, user in User.objects.in_bulk(held - set(people)).items()}
    return {f"unit:{pk}": name for pk, name in units.items()} | {f"user:{pk}": name for pk, name in people.items()}
