"""Reply to a request, and learn whether the reply arrived: only that can meet a milestone (P3, P4, P5)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from notifications import outbox as notifications_outbox
from notifications.outbox import Draft as Message
from notifications.outbox import Outcome
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import texts
from requests_desk.tickets.models import Attachment, Delivery, Reply, Ticket
from requests_desk.tickets.services import (
    attachments,
    calls,
    departures,
    due,
    items,
    ledger,
    locking,
    merging,
    notices,
    outbox,
    publishing,
    recipients,
    refusing,
    reply_checks,
    signing,
    standing,
    survey_invitations,
    unreached,
)
from requests_desk.tickets.services.incoming import FREE_BACKDATING
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.sms_cap import SmsCaps
from requests_desk.tickets.words import MISSED_CALLS, POSTED, Ending, NoticeKind, ReplyState, SendAt, State
from sla import clocks
from sla.changes import Change
from sla.models import BreachCause

log = logging.getLogger(__name__)

# A message the senders report on is a reply's when its cause says so.
CAUSE = "reply"
# These wait to be written on.
TO_WRITE = frozenset({ReplyState.DRAFT, ReplyState.RETURNED})
# Longer than anybody waits for a page; shorter than the two hours between calls that count (P3).
SENT_TWICE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply as its author gives it. `happened_at` None means: this very moment.

    `documents` are the numbers of published documents that go with it; `items` those of the questions it settles;
    None: every open one that no other reply speaks of.
    """

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
    items: tuple[int, ...] | None = None
    documents: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A reply as it would go: `mail` rendered as the outbox gets it, `desk` whose signature it waits for first."""

    reply: Reply
    mail: Message | None
    files: tuple[Attachment, ...]
    desk: str
    goes_at: datetime | None


def send(
    ticket: Ticket,
    draft: Draft,
    *,
    by: User,
    at: datetime,
    seen_seq: int | None = None,
    files: Sequence[Attachment] = (),
    send_at: str = SendAt.NOW,
    may_undo: bool = False,
) -> Reply:
    """Record a reply and send it on its way, or lay it on the desk whose signature its kind needs (P5).

    A mail waits until the office opens where `send_at` says so, or some seconds to be taken back where it `may_undo`.
    `seen_seq` is the ledger's number its author last saw: with it, the same form sent twice is one reply. Raises
    reply_checks.Refused with the fields to change, locking.ChangedMeanwhile when somebody else acted since then, and
    refusing.NotNow for a request that was merged.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        _require_own_life(ticket)
        desk = signing.waits_for(ticket, draft, by=by)
        # A plan that waits for a signature needs no proof yet that it went (P5).
        given, draft = draft, reply_checks.checked(ticket, draft, by=by, at=at, is_plan=bool(desk))
        departure = departures.moment(ticket, draft, send_at, at=at, may_undo=may_undo and not desk)
        # Under the lock: of two clicks the second waits here and then finds what the first has written.
        earlier = _earlier(ticket, replace(draft, items=given.items), by=by, at=at, seen_seq=seen_seq)
        if earlier and earlier.state in TO_WRITE:  # taken back meanwhile: the same form goes on with it
            return write_again(ticket, earlier, draft, desk, by=by, at=at, files=files, departure=departure)
        if earlier:
            return earlier
        reply_checks.require_room(draft, files)
        reply = _record(ticket, draft, by=by, at=at)
        ledger.append(attachments.attach(files, ticket, reply=reply), actor=by, at=at)
        submit_or_carry(ticket, reply, desk, departure=departure, by=by, at=at)
    return reply


def _require_own_life(ticket: Ticket) -> None:
    # The requester would have their answer, and the request this one lives on in would be missed all the same (P8).
    if ticket.ending == Ending.MERGED:
        said = _("This request was merged into %(code)s: reply there.")
        raise refusing.NotNow("merged", said % {"code": merging.survivor_of(ticket).code})


def preview(
    ticket: Ticket,
    draft: Draft,
    *,
    by: User,
    at: datetime,
    files: Sequence[Attachment] = (),
    send_at: str = SendAt.NOW,
    again: Reply | None = None,
) -> Preview:
    """Return what `send` would send, or `submit_again` of the draft `again`, and write nothing. Raises Refused."""
    desk = signing.waits_for(ticket, draft, by=by)
    draft = reply_checks.checked(ticket, draft, by=by, at=at, is_plan=bool(desk), cycle=again.cycle if again else None)
    goes_at = departures.moment(ticket, draft, send_at, at=at, may_undo=False)
    files = [*(again.files.all() if again else ()), *files]
    reply_checks.require_room(draft, files)
    reply = Reply(ticket=ticket, cycle=ticket.cycle, author=by, created_at=at, **_values(draft))
    mail = texts.reply(reply, at=at, files=files) if draft.channel in POSTED else None
    return Preview(reply, mail, tuple(files), desk, goes_at)


def write_again(
    ticket: Ticket,
    reply: Reply,
    draft: Draft,
    desk: str,
    *,
    departure: datetime | None,
    files: Sequence[Attachment],
    by: User,
    at: datetime,
) -> Reply:
    """Let a reply that was returned or taken back say what `draft`, checked already, says, and send it on its way."""
    reply_checks.require_room(draft, [*reply.files.all(), *files])
    ledger.append(attachments.attach(files, ticket, reply=reply), actor=by, at=at)
    values = _values(draft)
    for name, value in values.items():
        setattr(reply, name, value)
    reply.author, reply.state, reply.return_reason = by, ReplyState.DRAFT, ""
    reply.save(update_fields=[*values, "author", "state", "return_reason"])
    submit_or_carry(ticket, reply, desk, departure=departure, by=by, at=at)
    return reply


def submit_or_carry(
    ticket: Ticket, reply: Reply, desk: str, *, departure: datetime | None = None, by: User, at: datetime
) -> None:
    """Lay a recorded reply on the desk whose signature it needs, or let it go, at its `departure` if any (P5)."""
    if not desk:
        if reply.call_outcome not in MISSED_CALLS and signing.desk_of(ticket, reply.kind):
            reply.signed_by, reply.signed_at = by, at  # who has the right signs their own
            reply.save(update_fields=["signed_by", "signed_at"])
        if departure:
            departures.hold(ticket, reply, until=departure, by=by, at=at)
        else:
            carry(ticket, reply, by=by, at=at)
        return
    if reply.call_outcome and reply.happened_at is None:
        reply.happened_at = at  # it was said now, whenever it is signed
    reply.state, reply.goes_at = ReplyState.SUBMITTED, departure
    reply.save(update_fields=["state", "happened_at", "goes_at"])
    signing.refresh(ticket)
    ledger.append([Line(ticket, "reply_submitted", _facts(reply, desk=desk))], actor=by, at=at)
    notices.tell(NoticeKind.SUBMITTED, ticket, reply=reply, by=by, at=at)


def carry(ticket: Ticket, reply: Reply, *, by: User, at: datetime) -> None:
    """Send a reply on its way; one spoken, posted or handed over has arrived already, a missed call has not (P3)."""
    if reply.state != ReplyState.SENT:
        reply.state, reply.goes_at = ReplyState.SENT, None
        reply.save(update_fields=["state", "goes_at"])
    publishing.count_reuse(reply)
    if reply.channel in POSTED:
        _post(reply, at=at)
    elif reply.call_outcome in MISSED_CALLS:
        Delivery.objects.create(reply=reply, channel=reply.channel, failed_at=at, reason=reply.call_outcome)
        ledger.append([Line(ticket, "reply_not_reached", _facts(reply, reason=reply.call_outcome))], actor=by, at=at)
    else:
        # The moment it was said or handed over counts, not the one it was typed in (P3).
        moment = reply.happened_at or at
        Delivery.objects.create(reply=reply, channel=reply.channel, reached_at=moment)
        _reached(ticket, reply, reached_at=moment, actor=by, at=at, is_proven=at - moment <= FREE_BACKDATING)


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
        elif outcome.state == "failed":
            unreached.settle(outcome, at=at)


@transaction.atomic
def _settle_one(outcome: Outcome, *, at: datetime) -> None:
    ticket = _lock_ticket_of(outcome)
    delivery = Delivery.objects.select_related("reply").get(notification_key=outcome.key)
    reply = delivery.reply
    # A delivery that failed stays failed: what was voided comes back by a new sending, with its own proof (P4).
    if outcome.reached and delivery.reached_at is None and delivery.failed_at is None:
        delivery.reached_at = outcome.at
        delivery.save(update_fields=["reached_at"])
        # The first delivery decides when it reached; a second copy makes it neither earlier nor later.
        if reply.reached_at is None:
            _reached(ticket, reply, reached_at=outcome.at, actor=None, at=at, is_proven=True)
    elif outcome.state == "failed" and delivery.failed_at is None:
        delivery.failed_at, delivery.reason = outcome.at, outcome.reason
        delivery.save(update_fields=["failed_at", "reason"])
        _failed(ticket, reply, reason=outcome.reason, at=at)
        _fail_where_carried(reply, outcome, at=at)


def _fail_where_carried(reply: Reply, outcome: Outcome, *, at: datetime) -> None:
    """Void it wherever a part was split off, and off that in turn: each had it for its own interim reply (P4)."""
    for carried in reply.carried.order_by("pk"):
        part = Ticket.objects.select_for_update().get(pk=carried.ticket_id)
        carried.deliveries.update(failed_at=outcome.at, reason=outcome.reason)
        _failed(part, carried, reason=outcome.reason, at=at)
        _fail_where_carried(carried, outcome, at=at)


def _earlier(ticket: Ticket, draft: Draft, *, by: User, at: datetime, seen_seq: int | None) -> Reply | None:
    """Return the very reply its author sent a moment ago from the same page: an impatient click, a repeated POST."""
    if seen_seq is None or seen_seq == ticket.ledger_seq:
        return None
    since = ticket.events.filter(seq__gt=seen_seq, kind="reply_recorded", actor=by)
    values = _values(draft)
    if draft.items is None:  # its author named none: what was open then may be settled now
        del values["items"]
    same = ticket.replies.filter(author=by, created_at__gt=at - SENT_TWICE_WITHIN, **values)
    return same.filter(pk__in=[event.facts["reply"] for event in since]).first()


def _values(draft: Draft) -> dict[str, Any]:
    lists = {"items": list(draft.items or ()), "documents": list(draft.documents)}
    return {name: getattr(draft, name) for name in draft.__slots__} | lists


def _lock_ticket_of(outcome: Outcome) -> Ticket:
    """Return the ticket of a sent reply, locked: a merge may have moved the reply while we waited for it (P8)."""
    whose = Delivery.objects.filter(notification_key=outcome.key).values_list("reply__ticket_id", flat=True)
    ticket = Ticket.objects.select_for_update().get(pk=whose.get())
    while (moved_to := whose.get()) != ticket.pk:
        ticket = Ticket.objects.select_for_update().get(pk=moved_to)
    return ticket


def _record(ticket: Ticket, draft: Draft, *, by: User, at: datetime) -> Reply:
    plain = {"state": ReplyState.DRAFT, "author": by, "created_at": at}
    reply = Reply.objects.create(ticket=ticket, cycle=ticket.cycle, **plain, **_values(draft))
    facts = _facts(reply, text_digest=identifiers.text_digest(f"{reply.text}\n{reply.said}"))
    facts |= {"items": list(reply.items)} if reply.items else {}
    ledger.append([Line(ticket, "reply_recorded", facts)], actor=by, at=at)
    return reply


def _post(reply: Reply, *, at: datetime) -> None:
    message = texts.reply(reply, at=at)
    Delivery.objects.create(
        reply=reply, channel=reply.channel, destination=message.destination, notification_key=message.key
    )
    outbox.post([message, *SmsCaps(at=at).spend(reply.ticket.agency, [message])], at=at)


def _reached(
    ticket: Ticket, reply: Reply, *, reached_at: datetime, actor: User | None, at: datetime, is_proven: bool
) -> None:
    """Let a reply that arrived meet what it can, and open what it promised (P3, P5)."""
    reply.reached_at = reached_at
    reply.save(update_fields=["reached_at"])
    # An answer to an earlier round does not answer what was asked since (P7).
    own = due.clocks_of(ticket, until=reply.cycle)
    is_current = reply.cycle == ticket.cycle
    settled = items.restate(ticket)
    done = standing.done_by(ticket, reply)
    changes = clocks.meet(
        own,
        names=done.names,
        met_at=done.at,
        by=reply.key,
        at=at,
        is_proven=is_proven and done.is_proven,
        told_at=done.told_at if is_proven else at,
        cause=calls.why_missed(ticket, due_at=ticket.next_due_at or at),
    )
    if is_current and ticket.state not in (State.REPLIED, State.CLOSED):
        changes += standing.promise(ticket, reply, at=at)
    ledger.append(
        [
            Line(ticket, "reply_reached", _facts(reply, reached_at=reached_at.isoformat())),
            *settled,
            *ledger.lines_of(ticket, changes),
        ],
        actor=actor,
        at=at,
    )
    if is_current and ticket.state not in (State.REPLIED, State.CLOSED):
        # Part of an answer leaves the request where it was: what it still owes is not said yet.
        ticket.state = State.REPLIED if done.is_final else State.INTERIM_SENT if done.names else ticket.state
        ticket.save(update_fields=["state"])
    if is_current and done.is_final:
        survey_invitations.plan(ticket, reply, at=at)
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
        # Kept for the history: a voided answer may bring a closed request back.
        before = ticket.state
        settled = items.restate(ticket)
        changes = _void(ticket, reply, at=at)
        facts = _facts(reply, reason=reason) | {"state": [before, ticket.state]}
        lines += [Line(ticket, "reply_voided", facts), *settled, *ledger.lines_of(ticket, changes)]
    ledger.append(lines, actor=None, at=at)
    due.refresh(ticket)
    notices.tell(NoticeKind.NOT_DELIVERED, ticket, reply=reply, by=None, at=at)
    outbox.post(texts.not_delivered(reply, recipients.about_reply(ticket, reply, at=at), at=at), at=at)


def _void(ticket: Ticket, reply: Reply, *, at: datetime) -> list[Change]:
    """Reopen what `reply` met; the replies that still stand meet it at their own moments, or it is missed."""
    own = due.clocks_of(ticket)
    cause = BreachCause.NOT_DELIVERED
    changes = clocks.void(own, by=reply.key, at=at) + standing.unsettle(ticket, own, cycle=reply.cycle, at=at)
    reopened = [change.milestone.pk for change in changes if change.kind == "milestone_reopened"]
    changes += standing.stand(ticket, cause=cause, at=at)
    standing.restate(ticket)
    if ticket.closed_at:  # withdrawn or invalid all the same: missed is only what was due before that
        return changes + clocks.end(own, reason=ticket.ending, cause=cause, missed_by=ticket.closed_at, at=at)
    # Here and not by the sweep, which could not tell that something was sent in time (P4).
    return changes + clocks.record_missed(own, cause=cause, at=at, among=reopened)


def _facts(reply: Reply, **more: object) -> dict[str, object]:
    return {"reply": reply.pk, "kind": reply.kind, "channel": reply.channel} | more
