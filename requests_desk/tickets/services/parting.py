"""Split a part off a request: a request of its own, received at the same moment under the same rules (P1, P6, P8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from requests_desk.files.store import FileRefused
from requests_desk.people import identifiers
from requests_desk.people.models import Unit, User
from requests_desk.tickets import texts
from requests_desk.tickets.models import Attachment, Delivery, Event, Item, Message, Reply, Ticket, TicketLink
from requests_desk.tickets.services import (
    assignment,
    attachments,
    due,
    intake,
    items,
    ledger,
    locking,
    merging,
    notices,
    outbox,
    refusing,
    requesters,
    sealing,
    standing,
)
from requests_desk.tickets.services.incoming import Request
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.policy_choice import Choice
from requests_desk.tickets.words import LinkKind, NoticeKind, ReplyKind, ReplyState, State
from sla.models import BreachCause


class Refused(refusing.Refused):
    """This part cannot be split off. `fields` says what to change; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is split off: numbered questions of the current cycle, or words of the requester. One of the two.

    `files` are what the requester sent that goes with it too.
    """

    items: tuple[int, ...] = ()
    text: str = ""
    files: tuple[int, ...] = ()


def movable(ticket: Ticket) -> list[Item]:
    """Return the questions that may leave: open, and no final reply on its way speaks of them."""
    spoken = items.spoken(ticket)
    return [item for item in items.current(ticket) if not item.result and item.number not in spoken]


def files_of(ticket: Ticket) -> QuerySet[Attachment]:
    """Return what may go with a part: the files the requester sent, of those that may be opened."""
    sent = ticket.files.filter(reply=None, state=Attachment.State.KEPT)
    return sent.exclude(message__direction=Message.Direction.NOTE).order_by("pk")


def may_split(ticket: Ticket) -> bool:
    """Tell whether a part may leave at all: open, and not answered whole."""
    return ticket.state not in (State.REPLIED, State.CLOSED)


def split_off(
    ticket: Ticket, part: Part, *, unit: Unit | None, by: User, at: datetime, seen_seq: int | None = None
) -> Ticket:
    """Make a request of a part of another and return it; the requester is told its code, `unit` that it is theirs.

    It is due when the whole was: an interim reply that reached them speaks for it too, a missed deadline stays where
    it is. Files that go with it stay with the whole as well. Merging it back undoes it. Raises Refused,
    refusing.NotNow, ChangedMeanwhile.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        _require_now(ticket, at=at)
        asked, files = _asked(ticket, part), _files(ticket, part)
        if unit:
            assignment.require(ticket, unit, None)
        made = intake.log_part(ticket, _request(ticket, asked, unit), _rules(ticket), by=by, at=at)
        new = made.ticket
        if ticket.sealed:
            sealing.seal_alike(ticket, new)
        TicketLink.objects.create(ticket=new, other=ticket, kind=LinkKind.SPLIT_OFF, by=by, at=at)
        tied = {"link": str(LinkKind.SPLIT_OFF), "ticket": ticket.pk, "code": ticket.code}
        lines = [*_give(ticket, part, new, at=at), *made.lines, Line(new, "linked", tied), *_copy(files, new)]
        lines += _carry_interims(ticket, new, at=at)
        ledger.append(lines, actor=by, at=at)
        due.refresh_all([ticket, new])
        _acknowledge(new, made, of=ticket, by=by, at=at)
        notices.tell(NoticeKind.UNIT_ASSIGNED, new, by=by, at=at)
    return new


def _require_now(ticket: Ticket, *, at: datetime) -> None:
    if not may_split(ticket):
        raise refusing.NotNow("nothing_to_split", _("It is answered or closed: nothing can be split off any more."))
    on_its_way = Q(deliveries__reached_at__isnull=True, deliveries__failed_at__isnull=True, deliveries__isnull=False)
    waits = Q(state__in=(ReplyState.SUBMITTED, ReplyState.APPROVED))
    if ticket.replies.filter(waits | on_its_way, cycle=ticket.cycle).exists():
        raise refusing.NotNow(
            "reply_under_way", _("A reply is on its way or waits to be signed: split it once that is done.")
        )
    # A merge that can still be taken back must find its questions where it put them.
    fresh = TicketLink.objects.filter(
        other=ticket, kind=LinkKind.MERGED_INTO, at__gt=at - merging.UNMERGED_WITHIN
    ).exists()
    if fresh:
        raise refusing.NotNow("merged_today", _("It took another request in today: take that merge back instead."))


def _asked(ticket: Ticket, part: Part) -> Sequence[str]:
    """Return what the part asks, one by one. Raises Refused."""
    if bool(part.items) == bool(part.text.strip()):
        raise Refused({"items": [_("Choose questions, or give the words that are split off: one of the two.")]})
    return _questions(ticket, part.items) if part.items else [_words(ticket, part.text)]


def _questions(ticket: Ticket, numbers: Sequence[int]) -> list[str]:
    free = {item.number: item.text for item in movable(ticket)}
    if gone := sorted(set(numbers) - set(free)):
        named = ", ".join(str(number) for number in gone)
        raise Refused({"items": [_("Question %(numbers)s is settled or not there.") % {"numbers": named}]})
    if len(set(numbers)) == len(items.current(ticket)):
        raise Refused({"items": [_("Leave one question: hand the request over whole instead.")]})
    return [free[number] for number in sorted(set(numbers))]


def _files(ticket: Ticket, part: Part) -> list[Attachment]:
    found = list(files_of(ticket).filter(pk__in=part.files))
    if len(found) < len(set(part.files)):
        raise Refused({"files": [_("Choose among the files that the requester sent.")]})
    return found


def _copy(files: Sequence[Attachment], new: Ticket) -> list[Line]:
    try:
        return attachments.attach(files, new)
    except FileRefused as refused:  # the scanner knows more than when it came
        raise Refused({"files": [str(refused)]}) from refused


def _words(ticket: Ticket, typed: str) -> str:
    text = identifiers.clean_text(typed)
    said = [ticket.text, *ticket.messages.filter(direction=Message.Direction.IN).values_list("text", flat=True)]
    wanted = " ".join(text.split())
    if not any(wanted in " ".join(one.split()) for one in said):
        raise Refused({"text": [_("These words do not stand in the request: copy them as they were written.")]})
    if any(wanted == " ".join(one.split()) for one in said[:1]):
        raise Refused({"text": [_("That is the whole request: hand it over instead.")]})
    digest = identifiers.text_digest(wanted)
    if earlier := Event.objects.filter(ticket=ticket, kind="split_off", facts__text_digest=digest).first():
        said_before = _("These words were split off before, as %(code)s.")
        raise Refused({"text": [said_before % {"code": earlier.facts["code"]}]})
    return text


def _request(ticket: Ticket, asked: Sequence[str], unit: Unit | None) -> Request:
    is_first = ticket.cycle == 1
    numbered = "\n".join(f"{number}. {text}" for number, text in enumerate(asked, 1))
    return Request(
        channel=ticket.channel,
        text=numbered if len(asked) > 1 else asked[0],
        items=tuple(asked) if len(asked) > 1 else (),
        asked=requesters.asked(requesters.survivor_of(ticket.requester)),
        kind=ticket.kind,
        field=ticket.field,
        priority=ticket.priority,
        received_at=due.reply_clock(ticket).started_at,
        received_reason=_("Split off from %(code)s") % {"code": ticket.code},
        wanted_by=ticket.wanted_by,
        external_deadline=ticket.external_deadline if is_first else None,
        external_number=ticket.external_number if is_first else "",
        arrival_number=ticket.arrival_number,
        reply_by=ticket.reply_by,
        unit=unit,
        language=ticket.language,
    )


def _rules(ticket: Ticket) -> Choice:
    """Return the versions the whole is pinned to: newer, longer ones would make the part due later (P10)."""
    clock = due.reply_clock(ticket)
    return Choice(clock.policy_version, clock.calendar_version, None)


def _give(ticket: Ticket, part: Part, new: Ticket, *, at: datetime) -> list[Line]:
    """Take the questions off the whole; what stays may prove to be answered by what was said already."""
    leaving = Item.objects.filter(ticket=ticket, cycle=ticket.cycle, number__in=part.items)
    pks = list(leaving.order_by("number").values_list("pk", flat=True))
    leaving.delete()
    words = " ".join(identifiers.clean_text(part.text).split())
    facts: dict[str, object] = {"ticket": new.pk, "code": new.code, "items": pks}
    facts |= {"text_digest": identifiers.text_digest(words)} if words else {}
    # What was said before may be all that is left to answer; nothing missed until now goes by it (P6).
    changes = standing.stand(ticket, cause=BreachCause.NO_REPLY, at=at, may_void=False) if pks else []
    standing.restate(ticket)
    return [Line(ticket, "split_off", facts), *ledger.lines_of(ticket, changes)]


def _carry_interims(ticket: Ticket, new: Ticket, *, at: datetime) -> list[Line]:
    """Let the interim replies that reached the requester speak for the part too: they were about the whole (P5)."""
    reached = ticket.replies.filter(cycle=ticket.cycle, kind=ReplyKind.INTERIM, reached_at__isnull=False)
    lines = []
    for reply in reached.order_by("reached_at", "pk"):
        copy = Reply.objects.get(pk=reply.pk)
        copy.pk, copy.ticket, copy.cycle, copy.carried_from = None, new, new.cycle, reply
        copy.save(force_insert=True)
        Delivery.objects.create(reply=copy, channel=copy.channel, reached_at=copy.reached_at)
        told = {"reply": copy.pk, "kind": copy.kind, "channel": copy.channel, "reached_at": _iso(copy)}
        lines.append(Line(new, "reply_reached", told))
    changes = standing.stand(new, cause=BreachCause.NO_REPLY, at=at, may_void=False)
    standing.restate(new)
    return [*lines, *ledger.lines_of(new, changes)]


def _iso(reply: Reply) -> str:
    assert reply.reached_at  # noqa: S101  asked for so
    return reply.reached_at.isoformat()


def _acknowledge(new: Ticket, made: intake.Opened, *, of: Ticket, by: User, at: datetime) -> None:
    due_at = texts.ticket_due(new)
    drafts = texts.acknowledgement(
        new,
        due_at=due_at if due_at and due_at > at else None,
        lookup_code=made.lookup_code,
        token=made.link_token,
        part_of=of.code,
    )
    ledger.append([Line(new, "acknowledged", {"channel": draft.channel}) for draft in drafts], actor=by, at=at)
    outbox.post(drafts, at=at)
