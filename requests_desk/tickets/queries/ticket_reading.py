"""One pass over all that a request's page shows: read once, in as many queries however long its story is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from notifications.models import Notification
from requests_desk.people.models import Unit, User
from requests_desk.tickets import sentences
from requests_desk.tickets.mail_lists import MailReason, MailState
from requests_desk.tickets.models import (
    Alert,
    Apology,
    AskedPart,
    Attachment,
    Delivery,
    Draft,
    Event,
    Field,
    Handover,
    Item,
    Mail,
    Message,
    Notice,
    ReadyText,
    Reply,
    RequesterPhone,
    Ticket,
    TicketClock,
    TicketCycle,
    TicketLink,
)
from requests_desk.tickets.queries.together import Part, Together
from requests_desk.tickets.words import LinkKind
from sla.models import Breach, Clock, Milestone

# What stands open of a long conversation; the rest is a click away.
SHOWN = 30
TIMELINE_PAGE = 50
# No line of a history has this number.
ENDLESS = 2**31 - 1

# The request and those merged into it, and into those in turn (P8).
_OWN = f"""
WITH RECURSIVE own (id) AS (
    SELECT %(ticket)s::bigint
    UNION
    SELECT link.ticket_id FROM own
    JOIN tickets_ticketlink AS link ON link.other_id = own.id AND link.kind = '{LinkKind.MERGED_INTO}'
)
"""  # noqa: S608  our own text
# As arrays: whatever the planner thinks of their length, each part goes by an index.
_THESE = "ANY (ARRAY (SELECT id FROM own))"
_OF_OWN = f"ticket_id = {_THESE}"
_CLOCKS = f"ANY (ARRAY (SELECT clock_id FROM tickets_ticketclock WHERE {_OF_OWN}))"  # noqa: S608  likewise
_MILESTONES = f"SELECT id FROM sla_milestone WHERE clock_id = {_CLOCKS}"  # noqa: S608  likewise
_HERE = "ticket_id = %(ticket)s"
_DIGESTS = f"SELECT 'digest:' || digest_id FROM tickets_alert WHERE {_HERE} AND digest_id IS NOT NULL"  # noqa: S608

_PAGE = Together(
    {
        "messages": Part(Message, f"WHERE {_OF_OWN} ORDER BY at DESC, id DESC LIMIT %(said)s"),
        "files": Part(Attachment, f"WHERE {_OF_OWN} ORDER BY id"),
        "mails": Part(
            Mail,
            f"WHERE {_OF_OWN} AND state = '{MailState.DONE}' AND duplicate_of_id IS NULL "
            f"AND reason NOT IN ('{MailReason.REPORTED}', '{MailReason.STAFF}') ORDER BY id",
            without=("text",),
        ),
        "merged": Part(Ticket, f"WHERE id = {_THESE} AND id <> %(ticket)s ORDER BY id", without=("search",)),
        "links": Part(TicketLink, f"WHERE {_HERE} OR other_id = %(ticket)s ORDER BY at, id"),
        "replies": Part(Reply, f"WHERE {_HERE} ORDER BY created_at, id"),
        "deliveries": Part(
            Delivery,
            f"WHERE reply_id = ANY (ARRAY (SELECT id FROM tickets_reply WHERE {_HERE})) ORDER BY id",  # noqa: S608
        ),
        "events": Part(Event, f"WHERE {_HERE} AND seq < %(before)s ORDER BY seq DESC LIMIT {TIMELINE_PAGE + 1}"),
        "told": Part(Alert, f"WHERE {_HERE} ORDER BY id"),
        "sent": Part(
            Notification,
            f"WHERE subject = ANY (ARRAY (SELECT %(key)s UNION {_DIGESTS})) ORDER BY id",
            without=("text", "html", "headers"),
        ),
        "timed": Part(TicketClock, f"WHERE {_HERE} ORDER BY id"),
        "clocks": Part(Clock, f"WHERE id = {_CLOCKS}"),
        "milestones": Part(
            Milestone,
            f"WHERE id = ANY (ARRAY ({_MILESTONES} UNION SELECT milestone_id FROM tickets_alert WHERE {_HERE})) "  # noqa: S608
            "ORDER BY clock_id, id",
        ),
        "breaches": Part(Breach, f"WHERE milestone_id = ANY (ARRAY ({_MILESTONES})) ORDER BY due_at, id"),
        "items": Part(Item, f"WHERE {_HERE} AND cycle = %(cycle)s ORDER BY number"),
        "parts": Part(AskedPart, f"WHERE {_HERE} ORDER BY id DESC"),
        "cycles": Part(TicketCycle, f"WHERE {_HERE} ORDER BY number"),
        "handovers": Part(Handover, f"WHERE {_HERE} ORDER BY id"),
        "apologies": Part(Apology, f"WHERE {_HERE} ORDER BY id DESC"),
        "phones": Part(RequesterPhone, "WHERE requester_id = %(requester)s ORDER BY position"),
        "fields": Part(Field, "WHERE agency_id = %(agency)s AND code = %(field)s"),
        "units": Part(Unit, "WHERE agency_id = %(agency)s ORDER BY name"),
        "ready": Part(ReadyText, "WHERE agency_id = %(agency)s"),
        "begun": Part(Draft, "WHERE user_id = %(reader)s AND place = ANY (%(places)s)"),
        "unread": Part(Notice, f"WHERE person_id = %(reader)s AND {_HERE} AND read_at IS NULL LIMIT 1"),
    },
    first=_OWN,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of one request and of those merged into it, as its page shows them, each joined with its people.

    `called` are the names of units and people by key (`unit:3`, `user:7`), `missed` the breaches of the request itself.
    """

    messages: list[Message]
    has_earlier: bool
    files: list[Attachment]
    mails: list[Mail]
    merged: list[Ticket]
    links: list[TicketLink]
    replies: list[Reply]
    events: list[Event]
    told: list[Alert]
    sent: list[Notification]
    milestones: dict[int, Milestone]
    breaches: list[Breach]
    missed: list[Breach]
    items: list[Item]
    parts: list[AskedPart]
    apologies: list[Apology]
    field: Field | None
    units: list[Unit]
    ready: list[ReadyText]
    begun: dict[str, Draft]
    is_unread: bool
    called: dict[str, str]


def read(ticket: Ticket, reader: User, *, whole: bool = False, before: int | None = None) -> Reading:
    """Return all the page needs beside the ticket and who may see what belongs with it. Two queries.

    `whole` asks for every message, `before` for the page of the history that ends there. What the ticket is asked for
    by name (replies, clocks, cycles, hand-overs, apologies, phones) it knows from now on.
    """
    found = _PAGE.read(
        ticket=ticket.pk,
        key=ticket.key,
        cycle=ticket.cycle,
        field=ticket.field,
        agency=ticket.agency_id,
        requester=ticket.requester_id,
        reader=reader.pk,
        places=[f"reply:{ticket.code}", f"note:{ticket.code}"],
        said=None if whole else SHOWN + 1,
        before=before or ENDLESS,
    )
    people = _people(found)
    _join(ticket, found, people)
    messages = found["messages"]
    called = {f"unit:{one.pk}": str(one) for one in found["units"]}
    return Reading(
        messages=messages if whole else messages[:SHOWN],
        has_earlier=not whole and len(messages) > SHOWN,
        milestones={one.pk: one for one in found["milestones"]},
        missed=_missed(found),
        field=next(iter(found["fields"]), None),
        begun={draft.place: draft for draft in found["begun"]},
        is_unread=bool(found["unread"]),
        called=called | {f"user:{pk}": str(person) for pk, person in people.items()},
        **{name: found[name] for name in _AS_FOUND},
    )


_AS_FOUND = (
    *("files", "mails", "merged", "links", "replies", "events", "told", "sent"),
    *("breaches", "items", "parts", "apologies", "units", "ready"),
)
# Which of the columns name a person.
_NAMED = {
    "messages": ("author",),
    "replies": ("author", "signed_by"),
    "events": ("actor",),
    "told": ("person", "acknowledged_by"),
    "parts": ("asked_by", "settled_by"),
    "apologies": ("author", "signed_by"),
}


def _people(found: Mapping[str, Sequence[Any]]) -> dict[int, User]:
    """Return everybody whom the rows name, by id. One query."""
    named = {getattr(row, f"{name}_id") for part, names in _NAMED.items() for row in found[part] for name in names}
    told = {int(row.recipient.removeprefix("user:")) for row in found["sent"] if row.recipient.startswith("user:")}
    held = {event.facts["officer"][1] for event in found["events"] if event.kind in sentences.MOVES}
    wanted = (named | told | held) - {None}
    return User.objects.only("username", "full_name").in_bulk(wanted) if wanted else {}


def _join(ticket: Ticket, found: Mapping[str, list[Any]], people: Mapping[int, User]) -> None:
    """Give each row what it points to, and the ticket what points to it, as joins and prefetching would."""
    for part, names in _NAMED.items():
        for name in names:
            _point(found[part], name, people)
    _point(found["parts"], "unit", {unit.pk: unit for unit in found["units"]})
    _point(found["told"], "milestone", {one.pk: one for one in found["milestones"]})
    clocks = {clock.pk: clock for clock in found["clocks"]}
    _point(found["timed"], "clock", clocks)
    _point(found["milestones"], "clock", clocks)
    for part in ("replies", "parts"):
        _point(found[part], "ticket", {ticket.pk: ticket})
    for reply in found["replies"]:
        _keep(reply, "deliveries", [one for one in found["deliveries"] if one.reply_id == reply.pk])
        _keep(reply, "files", [one for one in found["files"] if one.reply_id == reply.pk])
    _keep(ticket, "ticket_clocks", found["timed"])
    _keep(ticket, "linked_from", [link for link in found["links"] if link.other_id == ticket.pk])
    _keep(ticket.requester, "phones", found["phones"])
    for name in ("replies", "cycles", "handovers", "apologies"):
        _keep(ticket, name, found[name])


def _point(rows: Iterable[Model], name: str, known: Mapping[int, Model]) -> None:
    for row in rows:
        if (pk := getattr(row, f"{name}_id")) in known:
            setattr(row, name, known[pk])


def _keep(one: Any, name: str, rows: list[Any]) -> None:
    """Let `one.name.all()` be what was read, as prefetching would."""
    kept = getattr(one, name).all()
    kept._result_cache = rows
    one._prefetched_objects_cache = getattr(one, "_prefetched_objects_cache", {}) | {name: kept}


def _missed(found: Mapping[str, Sequence[Any]]) -> list[Breach]:
    """Return the breaches of the request's own clocks, void ones too."""
    own = {timed.clock_id for timed in found["timed"]}
    mine = {one.pk for one in found["milestones"] if one.clock_id in own}
    return [breach for breach in found["breaches"] if breach.milestone_id in mine]
