"""What a requester says after the answer: a new cycle with its own clock, or a new, linked request (P7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import splitting
from requests_desk.tickets.models import Attachment, Message, Ticket, TicketCycle
from requests_desk.tickets.services import (
    assignment,
    attachments,
    due,
    intake,
    items,
    ledger,
    links,
    locking,
    merging,
    notices,
    pauses,
    policy_choice,
    refusing,
    requesters,
    sealing,
    standing,
    timing,
)
from requests_desk.tickets.services.incoming import CLOCKS_DIFFER, Request
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import FINAL_REPLIES, Channel, CycleReason, LinkKind, NoticeKind, ReplyKind, State
from sla import clocks

TAKEN_UP_WITHIN = timedelta(days=30)
# How a round went that nobody closed: what its replies say.
RESULTS = {
    frozenset({ReplyKind.ANSWER}): "answered",
    frozenset({ReplyKind.REFUSAL}): "refused",
    frozenset({ReplyKind.TRANSFER}): "transferred",
}


class Refused(refusing.Refused):
    """This message cannot be taken so. `fields` says what to change; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a requester said, with its staged `files`. `received_at` None means: this very moment."""

    text: str
    channel: str = Channel.HOTLINE
    received_at: datetime | None = None
    is_thanks: bool = False
    # An out-of-office notice, a receipt: kept, and it starts nothing.
    is_automatic: bool = False
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a message landed: on `ticket`, and what it opened: nothing, a `cycle` or a `ticket` of its own."""

    ticket: Ticket
    message: Message | None
    opened: str


def message_received(
    ticket: Ticket, words: Words, *, by: User | None, at: datetime, seen_seq: int | None = None
) -> Taken:
    """Keep what the requester said; after a delivered final reply it opens a new cycle or, later, a new request.

    Raises Refused with the fields to change, identifiers.BadText, locking.ChangedMeanwhile.
    """
    with transaction.atomic():
        ticket = merging.lock_survivor(ticket, seen_seq=seen_seq, by=by)
        words, received_at = _checked(ticket, words, at=at)
        answered_at = standing.answered_at(ticket)
        # What was written before the answer arrived was not said about it, and starts nothing (P7).
        if words.is_thanks or words.is_automatic or (answered_at and received_at <= answered_at):
            return _kept(ticket, words, received_at, by=by, at=at)
        if answered_at is None and ticket.state != State.CLOSED:
            return _kept(ticket, words, received_at, by=by, at=at)
        if answered_at and received_at - answered_at <= TAKEN_UP_WITHIN:
            return _taken_up(ticket, words, CycleReason.MESSAGE, received_at, by=by, at=at)
        return _followed(ticket, words, received_at, by=by, at=at)


def reopen(
    ticket: Ticket,
    reason: str,
    *,
    channel: str = Channel.HOTLINE,
    received_at: datetime | None = None,
    by: User | None,
    at: datetime,
    seen_seq: int | None = None,
    files: tuple[Attachment, ...] = (),
) -> Taken:
    """Take a request up again that was not answered to the point; `reason` holds the requester's own words.

    Later than 30 days after the answer it becomes a new, linked request. Raises refusing.NotNow before any answer was
    delivered, and as `message_received` does.
    """
    with transaction.atomic():
        ticket = merging.lock_survivor(ticket, seen_seq=seen_seq, by=by)
        words, received_at = _checked(ticket, Words(reason, channel, received_at, files=files), at=at)
        answered_at = standing.answered_at(ticket)
        if answered_at is None or received_at <= answered_at:
            raise refusing.NotNow("not_answered_yet", _("No final reply reached the requester before this."))
        if received_at - answered_at > TAKEN_UP_WITHIN:
            return _followed(ticket, words, received_at, by=by, at=at)
        return _taken_up(ticket, words, CycleReason.NOT_TO_THE_POINT, received_at, by=by, at=at)


def mark_thanks(ticket: Ticket, *, by: User, at: datetime, seen_seq: int | None = None) -> Ticket:
    """Annul the cycle that a mere "thank you" opened: the request goes back to where it stood (P7).

    A breach of its clock stays. Raises refusing.NotNow where no message opened the cycle, or it was replied to.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        cycle = ticket.cycles.filter(number=ticket.cycle, reason=CycleReason.MESSAGE).first()
        if cycle is None or ticket.state == State.CLOSED or ticket.replies.filter(cycle=ticket.cycle).exists():
            raise refusing.NotNow("no_thanks", _("Only a cycle that a message opened, not yet replied to, can end so."))
        own = [clock for clock in due.clocks_of(ticket) if clock.ticket_clock.cycle == cycle.number]
        # A round that was missed before anybody saw the thanks stays missed (P6).
        changes = clocks.end(own, reason="thanks", missed_by=at, at=at)
        cycle.annulled_at = at
        cycle.save(update_fields=["annulled_at"])
        _go_back(ticket)
        lines = [Line(ticket, "cycle_annulled", {"cycle": cycle.number}), *ledger.lines_of(ticket, changes)]
        ledger.append(lines, actor=by, at=at)
        due.refresh(ticket)
    return ticket


def _go_back(ticket: Ticket) -> None:
    before = ticket.cycles.filter(annulled_at__isnull=True).order_by("-number")[0]
    ticket.cycle, ticket.state, ticket.closed_at = before.number, before.state, before.closed_at
    ticket.ending = before.ending if before.closed_at else ""
    # Back to an answer that never arrived would leave the requester with nothing owed (P4).
    if standing.answered_at(ticket) is None:
        raise refusing.NotNow("answer_came_back", _("The answer before it came back undelivered: reply again."))
    ticket.save(update_fields=["cycle", "state", "ending", "closed_at"])


def _checked(ticket: Ticket, words: Words, *, at: datetime) -> tuple[Words, datetime]:
    text = identifiers.clean_text(words.text)
    received_at = words.received_at or at
    received_at = at if at < received_at <= at + CLOCKS_DIFFER else received_at
    problems: dict[str, list[str]] = {}
    if not text:
        problems["text"] = [_("Please write down what was said.")]
    if words.channel not in Channel.values:
        problems["channel"] = [_("This channel is not known.")]
    if received_at > at:
        problems["received_at"] = [_("The time of receipt lies in the future.")]
    elif received_at < ticket.received_at:
        problems["received_at"] = [_("This moment lies before the request was received.")]
    if problems:
        raise Refused(problems)
    return replace(words, text=text, received_at=received_at), received_at


def _kept(ticket: Ticket, words: Words, received_at: datetime, *, by: User | None, at: datetime) -> Taken:
    message, lines = said(ticket, words, received_at, by=by)
    ledger.append(lines, actor=by, at=at)
    if not words.is_automatic:
        notices.tell(NoticeKind.MESSAGE, ticket, by=by, at=at)
        pauses.resume(ticket, since=received_at, by=by, at=at)  # whatever it says, they were heard of again
    return Taken(ticket, message, "")


def said(ticket: Ticket, words: Words, received_at: datetime, *, by: User | None) -> tuple[Message, list[Line]]:
    """Keep what was said, and return it with the lines of history for the caller's own."""
    message = Message.objects.create(
        ticket=ticket,
        direction=Message.Direction.IN,
        channel=words.channel,
        text=words.text,
        author=by,
        at=received_at,
    )
    facts = {
        "message": message.pk,
        "channel": words.channel,
        "received_at": received_at.isoformat(),
        "thanks": words.is_thanks,
        "automatic": words.is_automatic,
        "text_digest": identifiers.text_digest(words.text),
    }
    return message, [Line(ticket, "message_received", facts), *attachments.attach(words.files, ticket, message=message)]


def _taken_up(
    ticket: Ticket, words: Words, reason: CycleReason, received_at: datetime, *, by: User | None, at: datetime
) -> Taken:
    message, came = said(ticket, words, received_at, by=by)
    # Before the ticket speaks of the new round: its old result would be lost (P7).
    _freeze(ticket)
    number = _next_number(ticket)
    TicketCycle.objects.create(
        ticket=ticket, number=number, reason=reason, received_at=received_at, opened_at=at, opened_by=by
    )
    facts = {
        "cycle": number,
        "reason": str(reason),
        "received_at": received_at.isoformat(),
        "message": message.pk,
        "state": ticket.state,
        "ending": ticket.ending,
    }
    ticket.cycle, ticket.ending, ticket.closed_at = number, "", None
    ticket.state = State.ASSIGNED if ticket.unit_id else State.RECEIVED
    ticket.save(update_fields=["cycle", "state", "ending", "closed_at"])
    # By the rules of today: a new round is a new promise, whatever timed the old one (P10).
    chosen = policy_choice.choose(
        ticket.agency, kind=ticket.kind, channel=ticket.channel, field=ticket.field, priority=ticket.priority
    )
    begun = timing.begin(chosen, started_at=received_at, at=at)
    asked = items.begin(ticket, splitting.questions(words.text), cycle=number)
    left = assignment.take_from_who_left(ticket)
    lines = [*came, Line(ticket, "cycle_opened", facts), *asked, *left, *timing.tie(ticket, begun, cycle=number)]
    ledger.append(lines, actor=by, at=at)
    due.refresh(ticket)
    notices.tell(NoticeKind.REOPENED, ticket, by=by, at=at)
    return Taken(ticket, message, "cycle")


def _next_number(ticket: Ticket) -> int:
    """Annulled cycles keep their number."""
    last: int = ticket.cycles.aggregate(last=Max("number"))["last"]
    return last + 1


def _freeze(ticket: Ticket) -> None:
    """Write down how the cycle that ends here went: its result stays (P7)."""
    kinds = frozenset(
        ReplyKind(kind)
        for kind in ticket.replies.filter(
            cycle=ticket.cycle, kind__in=FINAL_REPLIES, reached_at__isnull=False
        ).values_list("kind", flat=True)
    )
    result = {
        "state": ticket.state,
        "ending": ticket.ending or RESULTS.get(kinds, "partly_answered"),
        "closed_at": ticket.closed_at,
    }
    opened = {"reason": CycleReason.RECEIVED, "received_at": ticket.received_at, "opened_at": ticket.logged_at}
    TicketCycle.objects.update_or_create(
        ticket=ticket, number=ticket.cycle, defaults=result, create_defaults=opened | result
    )


def _followed(ticket: Ticket, words: Words, received_at: datetime, *, by: User | None, at: datetime) -> Taken:
    request = Request(
        channel=words.channel,
        text=words.text,
        asked=requesters.asked(ticket.requester),
        kind=ticket.kind,
        field=ticket.field,
        priority=ticket.priority,
        received_at=received_at,
        received_reason=_("Message after the answer to %(code)s") % {"code": ticket.code},
        unit=ticket.unit,
        language=ticket.language,
    )
    # It speaks of the same people as the report it follows (P13).
    hidden = sealing.hidden(ticket) if ticket.sealed else None
    new = intake.log(ticket.agency, request, by=by, at=at, files=words.files, hidden=hidden).ticket
    links.link(new, ticket, LinkKind.FOLLOW_UP, by=by, at=at)
    notices.tell(NoticeKind.UNIT_ASSIGNED, new, by=by, at=at)
    return Taken(new, None, "ticket")
