"""One pass over all that a request's page shows: read once, in as many queries however long its story is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from notifications import queries as outbox
from notifications.models import Notification
from requests_desk.people.models import Agency, Membership, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.models import (
    Alert,
    Attachment,
    Delivery,
    Draft,
    Item,
    Mail,
    Message,
    ReadyText,
    Reply,
    Ticket,
)
from requests_desk.tickets.queries import alerts, drafts, mails
from requests_desk.tickets.queries.together import together
from sla.models import Breach, Milestone

# What stands open of a long conversation; the rest is a click away.
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of one request and of those merged into it, as its page shows them; `names` are of people by id."""

    replies: list[Reply]
    messages: list[Message]
    has_earlier: bool
    files: list[Attachment]
    mails: list[Mail]
    told: list[Alert]
    sent: list[Notification]
    breaches: list[Breach]
    missed: dict[int, Milestone]
    items: list[Item]
    begun: dict[str, Draft]
    ready: list[ReadyText]
    units: list[Unit]
    people: list[User]
    able: frozenset[int]
    names: dict[int, str]


def read(ticket: Ticket, reader: User, *, absorbed: Collection[int], whole: bool) -> Reading:
    """Return all the page needs beside the ticket, its clocks and its history; `whole` asks for every message."""
    own = [ticket.pk, *absorbed]
    told = alerts.of_ticket(ticket)
    sent = outbox.outlines(alerts.subjects(ticket, told))
    breaches = Breach.objects.filter(milestone__clock__ticket_clock__ticket__in=own)
    said = Message.objects.filter(ticket__in=own).order_by("-at", "-pk")
    found: list[Any] = together(
        said if whole else said[: SHOWN + 1],
        Attachment.objects.filter(ticket__in=own).order_by("pk"),
        mails.rows_of(own),
        Delivery.objects.filter(reply__ticket=ticket).order_by("pk"),
        breaches.order_by("due_at", "pk"),
        Milestone.objects.filter(pk__in=breaches.values("milestone")),
        Item.objects.filter(ticket=ticket, cycle=ticket.cycle).order_by("number"),
        drafts.rows_on(reader, ticket.code),
        ReadyText.objects.filter(agency=ticket.agency_id),
        *_office(ticket.agency),
    )
    messages, files, came, went, missed, milestones, items, begun, ready, units, people, members = found
    return Reading(
        replies=_replies(ticket, went),
        messages=messages if whole else messages[:SHOWN],
        has_earlier=not whole and len(messages) > SHOWN,
        files=files,
        mails=came,
        told=told,
        sent=sent,
        breaches=missed,
        missed={one.pk: one for one in milestones},
        items=items,
        begun={draft.place: draft for draft in begun},
        ready=ready,
        units=units,
        people=people,
        able=frozenset(member.user_id for member in members),
        names=_names(people, messages, sent),
    )


def _office(agency: Agency) -> tuple[QuerySet[Unit], QuerySet[User], QuerySet[Membership]]:
    """Return the units, the people and those of them who may handle requests."""
    people = User.objects.filter(is_active=True, pk__in=Membership.objects.filter(agency=agency).values("user"))
    return (
        Unit.objects.filter(agency=agency).order_by("name"),
        people.order_by("full_name").only("username", "full_name"),
        Membership.objects.filter(agency=agency, role__in=access.REPLYING),
    )


def _replies(ticket: Ticket, deliveries: list[Delivery]) -> list[Reply]:
    """Return every reply with who wrote and signed it and how it went, the oldest first; the ticket knows them too."""
    rows = ticket.replies.select_related("author", "signed_by").order_by("created_at", "pk")
    found = list(rows)
    went: dict[int, list[Delivery]] = {}
    for delivery in deliveries:
        went.setdefault(delivery.reply_id, []).append(delivery)
    for reply in found:
        reply.ticket = ticket
        _keep(reply, "deliveries", went.get(reply.pk, []))
    _keep(ticket, "replies", found)
    return found


def _keep(one: Any, name: str, rows: list[Any]) -> None:
    """Let `one.name.all()` be what was read, as prefetching would."""
    kept = getattr(one, name).all()
    kept._result_cache = rows
    one._prefetched_objects_cache = getattr(one, "_prefetched_objects_cache", {}) | {name: kept}


def _names(people: list[User], messages: list[Message], sent: list[Notification]) -> dict[int, str]:
    """Return the names of who wrote and who was told, by id; those who left are asked for by themselves."""
    names = {person.pk: str(person) for person in people}
    told = {row.recipient.removeprefix("user:") for row in sent if row.recipient.startswith("user:")}
    wanted = {int(pk) for pk in told} | {message.author_id for message in messages if message.author_id}
    gone = User.objects.in_bulk(wanted - set(names)) if wanted - set(names) else {}
    return names | {pk: str(person) for pk, person in gone.items()}
