"""Everything one page about one ticket shows, in a fixed number of queries however long its story is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from notifications.models import Notification
from requests_desk.library.models import Document
from requests_desk.library.queries import documents
from requests_desk.people.models import Unit, User
from requests_desk.tickets import sentences
from requests_desk.tickets.models import (
    Attachment,
    Delivery,
    Event,
    Mail,
    Message,
    Reply,
    Ticket,
    TicketClock,
    TicketCycle,
    TicketLink,
)
from requests_desk.tickets.queries import alerts
from requests_desk.tickets.queries.ticket_reading import TIMELINE_PAGE, Reading
from requests_desk.tickets.services import departures, limits, links, replies
from requests_desk.tickets.words import LinkKind, ReplyState
from sla import explain, pinned, wording, worktime
from sla.models import Clock, Milestone, MilestoneName
from sla.policies import Policy

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


def notices(reading: Reading) -> list[dict[str, Any]]:
    """Return of what was sent what went by itself, the newest first: whom it told and how it fared (N7).

    What belongs to an alert names it: on which rung its reader stands, and who acknowledged it when (N2).
    """
    names = ("pk", "cause", "channel", "destination", "state", "reason", "created_at", *PROOF)
    told = alerts.by_message(reading.told)
    return [
        {name: getattr(row, name) for name in names}
        | {"at": row.outcome_at or row.created_at, "reader": reading.called.get(row.recipient, "")}
        # A digest names other requests too: its proof is shown here, its words are not (P13).
        | {"opens": row.subject.startswith("ticket:"), "alert": told.get(alerts.of_message(row.key))}
        for row in reversed(reading.sent)
        if row.cause != replies.CAUSE
    ]


def going(written: Sequence[Reply], *, at: datetime) -> list[Going]:
    """Return of a ticket's replies those that wait to go, the next first."""
    found = [
        Going(reply.pk, reply.kind, str(reply.author), reply.goes_at, reply.goes_at - at <= departures.ROOM)
        for reply in written
        if reply.state == ReplyState.WAITING and reply.goes_at
    ]
    return sorted(found, key=lambda one: one.goes_at)


def conversation(ticket: Ticket, reading: Reading) -> list[Said]:
    """Return what was asked, replied and noted, the oldest first; of a long story the question and its latest part.

    What was asked and noted in the requests merged into it is part of it (P8).
    """
    known = {row.key: row for row in reading.sent}
    files, came = _files(reading.files), _mails(reading.mails)
    public = documents.published_of([pk for reply in reading.replies for pk in reply.documents])
    said = [
        *(_message(m, files, came) for m in reading.messages),
        *(_reply(row, known, files, public) for row in reading.replies),
    ]
    if reading.has_earlier:
        begins_at = reading.messages[-1].at
        said = [one for one in said if one.at >= begins_at]
    asked = [_asked(one, ticket, files, came) for one in (ticket, *reading.merged)]
    return sorted([*asked, *said], key=lambda one: one.at)


def timeline(reading: Reading) -> tuple[list[Happened], int | None]:
    """Return a page of the history, the newest first, and the number before which the next page lies."""
    lines = [_happened(event, reading.called) for event in reading.events[:TIMELINE_PAGE]]
    return lines, lines[-1].seq if len(reading.events) > TIMELINE_PAGE else None


def clock(ticket: Ticket) -> Timed:
    """Return the reply clock of the current cycle with what else runs beside it, and why it is due when it is (P11)."""
    own = Milestone.objects.filter(clock__ticket_clock__ticket=ticket, clock__ticket_clock__cycle=ticket.cycle)
    return _timed(list(own.select_related("clock__ticket_clock").order_by("clock_id", "pk")))


def clock_of(ticket: Ticket, reading: Reading) -> Timed:
    """Return the same of what was read before."""
    now = {timed.clock_id for timed in ticket.ticket_clocks.all() if timed.cycle == ticket.cycle}
    return _timed([one for one in reading.milestones.values() if one.clock_id in now])


def _timed(found: Sequence[Milestone]) -> Timed:
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
    return sorted(ticket.cycles.all(), key=lambda one: one.number) if ticket.cycle > 1 else []


def relatives(ticket: Ticket, found: Sequence[TicketLink], visible: QuerySet[Ticket]) -> list[dict[str, Any]]:
    """Return the requests this one belongs with, among those its reader may see: what each is to it (P13)."""
    others = [link.other_id if link.ticket_id == ticket.pk else link.ticket_id for link in found]
    seen = visible.only("code", "state").in_bulk(others) if others else {}
    return [
        {"link": str(link.kind) if pk == link.other_id else links.BACK[LinkKind(link.kind)], "ticket": seen[pk]}
        for link, pk in zip(found, others, strict=True)
        if pk in seen
    ]


def breaches(reading: Reading) -> list[dict[str, Any]]:
    """Return every missed milestone, void ones and those of merged requests too: none is ever erased (P6, P8)."""
    return [
        {
            "milestone": reading.milestones[b.milestone_id].name,
            "due_at": b.due_at,
            "recorded_at": b.recorded_at,
            "cause": b.cause,
            "void_reason": b.void_reason,
        }
        for b in reading.breaches
    ]


def happened(event: Event) -> Happened:
    """Return one event in words."""
    return _happened(event, _names(event))


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


def _message(message: Message, files: Files, came: Mails) -> Said:
    own, mail = tuple(files.get(("message", message.pk), ())), came.get(("message", message.pk))
    author = str(message.author or "") or (mail.sender if mail else "")
    return Said(message.direction, message.at, message.text, message.channel, author=author, files=own, mail=mail)


def _reply(reply: Reply, sent: dict[str, Notification], files: Files, public: Iterable[Document]) -> Said:
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
        documents=tuple(one for one in public if one.pk in reply.documents),
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


def _names(event: Event) -> dict[str, str]:
    """Return the names of the unit and the person one line speaks of."""
    unit, held = None, None
    if event.kind in sentences.MOVES:
        unit, held = event.facts["unit"][1], event.facts["officer"][1]
    elif event.kind in sentences.PARTS:
        unit = event.facts["unit"]
    units = {f"unit:{one.pk}": str(one) for one in Unit.objects.filter(pk=unit or 0)}
    return units | {f"user:{one.pk}": str(one) for one in User.objects.filter(pk=held or 0)}
