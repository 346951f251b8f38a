"""Approve a reply before it goes (*trình ký*, P5): submitted, returned with a reason, signed; the clock runs on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Attachment, Reply, Ticket
from requests_desk.tickets.services import (
    attachments,
    departures,
    ledger,
    locking,
    notices,
    refusing,
    replies,
    reply_checks,
    signing,
)
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.replies import Draft
from requests_desk.tickets.words import POSTED, CallOutcome, NoticeKind, ReplyChannel, ReplyState, SendAt, State


class Refused(refusing.Refused):
    """It cannot be signed or returned so. `fields` says what to change; nothing was saved or sent."""


def approve(
    reply: Reply,
    *,
    number: str = "",
    by: User,
    at: datetime,
    seen_seq: int | None = None,
    files: Sequence[Attachment] = (),
    may_undo: bool = False,
) -> Reply:
    """Sign a submitted reply: mail goes, a call made meanwhile counts; a letter waits to be posted (P3).

    `number` is the letter's, `files` the document as it was signed; both are kept with the reply. A mail waits some
    seconds where its signer `may_undo` that; its author hears of the signature once they are over. Raises
    access.Denied to whom it is not for, refusing.NotNow when nothing waits, reply_checks.Refused when it became
    impossible meanwhile, such as a promised time that has passed.
    """
    with transaction.atomic():
        ticket, reply = _locked(reply, {ReplyState.SUBMITTED}, by=by, seen_seq=seen_seq)
        _require_desk(ticket, reply, by=by)
        reply.document_number = identifiers.clean_text(number, limit=64) or reply.document_number
        reply.state, reply.signed_by, reply.signed_at = ReplyState.APPROVED, by, at
        is_gone = reply.channel in POSTED or reply.call_outcome == CallOutcome.REACHED
        draft = draft_of(reply)
        reply_checks.checked(ticket, draft, by=by, at=at, is_plan=not is_gone, cycle=reply.cycle)
        reply.save(update_fields=["document_number", "state", "signed_by", "signed_at"])
        _keep_signed(ticket, reply, files, by=by, at=at)
        signing.refresh(ticket)
        ledger.append([Line(ticket, "reply_approved", _facts(reply))], actor=by, at=at)
        until = reply.goes_at if departures.may_wait(ticket, reply.goes_at, at=at) else None
        until = until or departures.moment(ticket, draft, SendAt.NOW, at=at, may_undo=may_undo)
        if until is None or not departures.is_moment(until, since=at):
            notices.tell(NoticeKind.APPROVED, ticket, reply=reply, by=by, at=at)
        if is_gone and until:
            departures.hold(ticket, reply, until=until, by=by, at=at)
        elif is_gone:
            replies.carry(ticket, reply, by=by, at=at)
    return reply


def give_back(reply: Reply, *, reason: str, by: User, at: datetime, seen_seq: int | None = None) -> Reply:
    """Return a submitted reply to its author with what to change. Raises as `approve`, and Refused without a reason."""
    with transaction.atomic():
        ticket, reply = _locked(reply, {ReplyState.SUBMITTED}, by=by, seen_seq=seen_seq)
        _require_desk(ticket, reply, by=by)
        reason = identifiers.clean_text(reason)
        if not reason:
            raise Refused({"reason": [_("Please say what to change.")]})
        reply.state, reply.return_reason = ReplyState.RETURNED, reason
        reply.save(update_fields=["state", "return_reason"])
        signing.refresh(ticket)
        facts = _facts(reply) | {"reason_digest": identifiers.text_digest(reason)}
        ledger.append([Line(ticket, "reply_returned", facts)], actor=by, at=at)
        notices.tell(NoticeKind.RETURNED, ticket, reply=reply, by=by, at=at)
    return reply


def take_back(reply: Reply, *, by: User, at: datetime, seen_seq: int | None = None) -> Reply:
    """Take a reply off the approver's desk, or one that waits to go, to write it anew: a draft again.

    What its signer takes back, who did not write it, lies on their desk again without what they attached. Raises
    refusing.NotNow when it was signed or went meanwhile.
    """
    with transaction.atomic():
        ticket, reply = _locked(reply, {ReplyState.SUBMITTED, ReplyState.WAITING}, by=by, seen_seq=seen_seq)
        is_signers = reply.state == ReplyState.WAITING and reply.author_id != by.pk == reply.signed_by_id
        lines = [Line(ticket, "reply_taken_back", _facts(reply))]
        if is_signers:
            reply.files.filter(is_signed=True).delete()
            lines.append(Line(ticket, "reply_submitted", _facts(reply) | {"desk": signing.desk_of(ticket, reply.kind)}))
        # When it was to go its author said, unless it was a matter of seconds.
        wish = None if reply.goes_at is None or departures.is_moment(reply.goes_at, since=at) else reply.goes_at
        reply.state = ReplyState.SUBMITTED if is_signers else ReplyState.DRAFT
        reply.goes_at, reply.signed_by, reply.signed_at = wish if is_signers else None, None, None
        reply.save(update_fields=["state", "goes_at", "signed_by", "signed_at"])
        signing.refresh(ticket)
        ledger.append(lines, actor=by, at=at)
    return reply


def submit_again(
    reply: Reply,
    draft: Draft,
    *,
    by: User,
    at: datetime,
    seen_seq: int | None = None,
    files: Sequence[Attachment] = (),
    send_at: str = SendAt.NOW,
    may_undo: bool = False,
) -> Reply:
    """Submit a returned reply, or a draft, as it reads now; it goes where its new author may sign it.

    `files` come to those it had; `send_at` and `may_undo` as in `replies.send`.
    """
    with transaction.atomic():
        ticket, reply = _locked(reply, replies.TO_WRITE, by=by, seen_seq=seen_seq)
        desk = signing.waits_for(ticket, draft, by=by)
        draft = reply_checks.checked(ticket, draft, by=by, at=at, is_plan=bool(desk), cycle=reply.cycle)
        departure = departures.moment(ticket, draft, send_at, at=at, may_undo=may_undo and not desk)
        replies.write_again(ticket, reply, draft, desk, departure=departure, files=files, by=by, at=at)
    return reply


def carry_out(
    reply: Reply,
    draft: Draft,
    *,
    by: User,
    at: datetime,
    seen_seq: int | None = None,
    files: Sequence[Attachment] = (),
) -> Reply:
    """Log that a signed reply was spoken, posted or handed over; the proof comes from `draft`, the words stand.

    `files` show the document as it was signed. A call nobody took is logged as any other. Raises
    reply_checks.Refused with what the proof lacks.
    """
    with transaction.atomic():
        ticket, reply = _locked(reply, {ReplyState.APPROVED}, by=by, seen_seq=seen_seq)
        proof = {
            "call_outcome": CallOutcome.REACHED if reply.channel == ReplyChannel.CALL else "",
            "spoke_to": draft.spoke_to,
            "said": draft.said or reply.text,
            "document_number": draft.document_number or reply.document_number,
            "happened_at": draft.happened_at,
        }
        whole = reply_checks.checked(ticket, replace(draft_of(reply), **proof), by=by, at=at, cycle=reply.cycle)  # type: ignore[arg-type]
        for name in proof:
            setattr(reply, name, getattr(whole, name))
        reply.save(update_fields=[*proof])
        _keep_signed(ticket, reply, files, by=by, at=at)
        replies.carry(ticket, reply, by=by, at=at)
    return reply


def draft_of(reply: Reply) -> Draft:
    """Return what a reply says, as its author gave it."""
    said = {name: getattr(reply, name) for name in Draft.__slots__}
    return Draft(**said | {"items": tuple(reply.items) or None, "documents": tuple(reply.documents)})


def _locked(reply: Reply, states: Collection[ReplyState], *, by: User, seen_seq: int | None) -> tuple[Ticket, Reply]:
    ticket = locking.lock(reply.ticket, seen_seq=seen_seq, by=by)
    reply = Reply.objects.select_related("ticket").get(pk=reply.pk)
    # Read again under the lock: a merge may have carried it off, and a colleague may have decided.
    if reply.ticket_id != ticket.pk or reply.state not in states or ticket.state == State.CLOSED:
        raise refusing.NotNow("nothing_waits", _("This reply does not wait for that any more."))
    reply.ticket = ticket
    return ticket, reply


def _keep_signed(ticket: Ticket, reply: Reply, files: Sequence[Attachment], *, by: User, at: datetime) -> None:
    reply_checks.require_room(draft_of(reply), [*reply.files.all(), *files])
    ledger.append(attachments.attach(files, ticket, reply=reply, are_signed=True), actor=by, at=at)


def _require_desk(ticket: Ticket, reply: Reply, *, by: User) -> None:
    if not signing.may_sign(by, ticket, signing.desk_of(ticket, reply.kind)):
        raise access.Denied(_("This reply lies on another desk."))


def _facts(reply: Reply) -> dict[str, object]:
    return {"reply": reply.pk, "kind": reply.kind, "channel": reply.channel, "number": reply.document_number}
