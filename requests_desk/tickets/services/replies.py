"""Reply to a request, and learn whether the reply arrived: only that can meet a milestone (P3, P4, P5)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from notifications import outbox as notifications_outbox
from notifications.outbox import Outcome
from requests_desk.people.models import User
from requests_desk.tickets import identifiers, texts
from requests_desk.tickets.models import Delivery, Reply, Ticket
from requests_desk.tickets.services import calls, closing, due, ledger, locking, outbox, recipients, reply_checks
from requests_desk.tickets.services.incoming import FREE_BACKDATING
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import FINAL_REPLIES, MISSED_CALLS, ReplyChannel, ReplyKind, State
from sla import clocks
from sla.changes import Change
from sla.models import BreachCause, MilestoneName

log = logging.getLogger(__name__)

# A message the senders report on is a reply's when its cause says so.
CAUSE = "reply"
# Longer than anybody waits for a page; shorter than the two hours between calls that count (P3).
SENT_TWICE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply as its author gives it. `happened_at` None means: this very moment."""

    kind: str
    channel: str
    text: str = ""
    reason: str = ""
    done: str = ""
    promised_at: datetime | None = None
    contact: str = ""
    ground: str = ""
    receiving_body: str = ""
    call_outcome: str = ""
    spoke_to: str = ""
    said: str = ""
    document_number: str = ""
    happened_at: datetime | None = None


def send(ticket: Ticket, draft: Draft, *, by: User, at: datetime, seen_seq: int | None = None) -> Reply:
    """Record a reply and send it on its way; one spoken, posted or handed over has arrived already.

    `seen_seq` is the ledger's number its author last saw: with it, the same form sent twice is one reply. Raises
    reply_checks.Refused with the fields to change, and locking.ChangedMeanwhile when somebody else acted since then.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        draft = reply_checks.checked(ticket, draft, by=by, at=at)
        if earlier := _earlier(ticket, draft, by=by, at=at, seen_seq=seen_seq):
            return earlier
        reply = _record(ticket, draft, by=by, at=at)
        if draft.channel == ReplyChannel.EMAIL:
            _post(reply, at=at)
        elif draft.call_outcome in MISSED_CALLS:
            Delivery.objects.create(reply=reply, channel=draft.channel, failed_at=at, reason=draft.call_outcome)
            ledger.append(
                [Line(ticket, "reply_not_reached", _facts(reply, reason=draft.call_outcome))], actor=by, at=at
            )
        else:
            moment = draft.happened_at or at
            Delivery.objects.create(reply=reply, channel=draft.channel, reached_at=moment)
            _reached(ticket, reply, reached_at=moment, actor=by, at=at, is_proven=at - moment <= FREE_BACKDATING)
    return reply


def take_up(outcomes: Iterable[Outcome], *, at: datetime) -> None:
    """Settle stored outcomes once each; one that breaks stays stored for the next sweep and holds up no other.

    The outbox row is marked first: whoever records a later outcome of the same message locks it in that order too.
    """
    for outcome in outcomes:
        try:
            with transaction.atomic():
                if notifications_outbox.mark_settled([outcome], at=at):
                    settle([outcome], at=at)
        except Exception:
            log.exception("could not settle %s", outcome.key)


def settle(outcomes: Iterable[Outcome], *, at: datetime) -> None:
    """Take up what became of sent messages: the sender calls this in the transaction that records it."""
    for outcome in outcomes:
        if outcome.cause == CAUSE:
            _settle_one(outcome, at=at)


@transaction.atomic
def _settle_one(outcome: Outcome, *, at: datetime) -> None:
    ticket_id = Delivery.objects.values_list("reply__ticket_id", flat=True).get(notification_key=outcome.key)
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    delivery = Delivery.objects.select_related("reply").get(notification_key=outcome.key)
    reply = delivery.reply
    if outcome.reached and delivery.reached_at is None and delivery.failed_at is None:
        delivery.reached_at = outcome.at
        delivery.save(update_fields=["reached_at"])
        if reply.reached_at is None:
            _reached(ticket, reply, reached_at=outcome.at, actor=None, at=at, is_proven=True)
    elif outcome.state == "failed" and delivery.failed_at is None:
        delivery.failed_at, delivery.reason = outcome.at, outcome.reason
        delivery.save(update_fields=["failed_at", "reason"])
        _failed(ticket, reply, reason=outcome.reason, at=at)


def _earlier(ticket: Ticket, draft: Draft, *, by: User, at: datetime, seen_seq: int | None) -> Reply | None:
    """Return the very reply its author sent a moment ago from the same page: an impatient click, a repeated POST."""
    if seen_seq is None or seen_seq == ticket.ledger_seq:
        return None
    since = ticket.events.filter(seq__gt=seen_seq, kind="reply_recorded", actor=by)
    same = ticket.replies.filter(author=by, created_at__gt=at - SENT_TWICE_WITHIN, **_values(draft))
    return same.filter(pk__in=[event.facts["reply"] for event in since]).first()


def _values(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__slots__}


def _record(ticket: Ticket, draft: Draft, *, by: User, at: datetime) -> Reply:
    reply = Reply.objects.create(ticket=ticket, cycle=ticket.cycle, author=by, created_at=at, **_values(draft))
    digest = identifiers.text_digest(f"{reply.text}\n{reply.said}")
    ledger.append([Line(ticket, "reply_recorded", _facts(reply, text_digest=digest))], actor=by, at=at)
    return reply


def _post(reply: Reply, *, at: datetime) -> None:
    message = texts.reply(reply, at=at)
    Delivery.objects.create(
        reply=reply, channel=reply.channel, destination=message.destination, notification_key=message.key
    )
    outbox.post([message], at=at)


def _reached(
    ticket: Ticket, reply: Reply, *, reached_at: datetime, actor: User | None, at: datetime, is_proven: bool
) -> None:
    """Let a reply that arrived meet what it can, and open what it promised (P3, P5)."""
    reply.reached_at = reached_at
    reply.save(update_fields=["reached_at"])
    is_final = reply.kind in FINAL_REPLIES
    own = due.clocks_of(ticket, until=reply.cycle)
    is_current = reply.cycle == ticket.cycle
    changes = clocks.meet(
        own,
        names=_meets(reply),
        met_at=reached_at,
        by=reply.key,
        at=at,
        is_proven=is_proven,
        cause=calls.why_missed(ticket, due_at=ticket.next_due_at or at),
    )
    if is_current and ticket.state not in (State.REPLIED, State.CLOSED):
        changes += _promise(ticket, reply, at=at)
    ledger.append(
        [
            Line(ticket, "reply_reached", _facts(reply, reached_at=reached_at.isoformat())),
            *ledger.lines_of(ticket, changes),
        ],
        actor=actor,
        at=at,
    )
    if is_current and ticket.state != State.CLOSED:
        ticket.state = State.REPLIED if is_final or ticket.state == State.REPLIED else State.INTERIM_SENT
        ticket.save(update_fields=["state"])
    due.refresh(ticket)


def _failed(ticket: Ticket, reply: Reply, *, reason: str, at: datetime) -> None:
    """Undo what a reply met once no delivery of it stands (P4), and tell its author at once."""
    lines = [Line(ticket, "reply_not_reached", _facts(reply, reason=reason))]
    if (
        reply.reached_at is not None
        and not reply.deliveries.filter(reached_at__isnull=False, failed_at__isnull=True).exists()
    ):
        reply.reached_at = None
        reply.save(update_fields=["reached_at"])
        before = ticket.state
        changes = _void(ticket, reply, at=at)
        facts = _facts(reply, reason=reason) | {"state": [before, ticket.state]}
        lines += [Line(ticket, "reply_voided", facts), *ledger.lines_of(ticket, changes)]
    ledger.append(lines, actor=None, at=at)
    due.refresh(ticket)
    outbox.post(texts.not_delivered(reply, recipients.about_reply(ticket, reply), at=at), at=at)


def _void(ticket: Ticket, reply: Reply, *, at: datetime) -> list[Change]:
    """Reopen what `reply` met; the replies that still stand meet it at their own moments, or it is missed."""
    own = due.clocks_of(ticket)
    cause = BreachCause.NOT_DELIVERED
    changes = clocks.void(own, by=reply.key, at=at)
    reopened = [change.milestone.pk for change in changes if change.kind == "milestone_reopened"]
    standing = list(ticket.replies.filter(reached_at__isnull=False).order_by("reached_at", "pk"))
    for place, other in enumerate(standing):
        later = [one.key for one in standing[place:]]
        changes += clocks.meet(
            [clock for clock in own if clock.ticket_clock.cycle <= other.cycle],
            names=_meets(other),
            met_at=other.reached_at or at,
            by=other.key,
            at=at,
            cause=cause,
            unless_opened_by=later,
        )
        if not any(one.kind in FINAL_REPLIES and one.cycle == other.cycle for one in standing[:place]):
            changes += _promise(ticket, other, at=at)  # one that came after the voided answer promises from now on
    _reopen(ticket)
    if ticket.closed_at:  # withdrawn or invalid all the same: missed is only what was due before that
        return changes + clocks.end(own, reason=ticket.ending, cause=cause, missed_by=ticket.closed_at, at=at)
    return changes + clocks.record_missed(own, cause=cause, at=at, among=reopened)


def _promise(ticket: Ticket, reply: Reply, *, at: datetime) -> list[Change]:
    """Open what a delivered interim reply promised, once (P5)."""
    if reply.kind != ReplyKind.INTERIM or reply.promised_at is None:
        return []
    clock = due.reply_clock(ticket, cycle=reply.cycle)
    if clocks.is_promised([clock], by=reply.key):
        return []
    return clocks.promise(clock, due_at=reply.promised_at, opened_by=reply.key, at=at)


def _meets(reply: Reply) -> Sequence[str]:
    return MilestoneName.values if reply.kind in FINAL_REPLIES else clocks.REPLY_MILESTONES


def _reopen(ticket: Ticket) -> None:
    """Put the ticket back where its standing replies leave it; one whose ending lacks its reply now comes back."""
    if ticket.state == State.CLOSED and not closing.missing(ticket, ticket.ending):
        return
    reached = ticket.replies.filter(cycle=ticket.cycle, reached_at__isnull=False)
    kinds = set(reached.values_list("kind", flat=True))
    if kinds & FINAL_REPLIES:
        ticket.state = State.REPLIED
    else:
        ticket.state = State.INTERIM_SENT if kinds else State.ASSIGNED if ticket.unit_id else State.RECEIVED
    ticket.closed_at, ticket.ending = None, ""
    ticket.save(update_fields=["state", "closed_at", "ending"])


def _facts(reply: Reply, **more: str) -> dict[str, object]:
    return {"reply": reply.pk, "kind": reply.kind, "channel": reply.channel} | more
