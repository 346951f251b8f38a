"""What a mail becomes: a new request, a word to an old one, the end of a delivery, or a row somebody must look at.

All of it in one transaction with the mail's own row: a worker that dies leaves all or nothing, and two are one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from notifications import outbox
from notifications import queries as outbox_queries
from requests_desk.files import file_types
from requests_desk.files.store import FileRefused
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access, folding
from requests_desk.tickets.access import Right
from requests_desk.tickets.mail_lists import MailReason, MailState
from requests_desk.tickets.mail_words import File, Nature, Parsed
from requests_desk.tickets.models import Attachment, Mail, Mailbox, Message, Ticket
from requests_desk.tickets.services import (
    assignment,
    attachments,
    cycles,
    intake,
    ledger,
    links,
    mails,
    merging,
    refusing,
    replies,
    sealing,
    threads,
)
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.services.intake import Receipt
from requests_desk.tickets.services.threads import Thread
from requests_desk.tickets.words import Channel, LinkKind, ReplyChannel, ReplyKind

log = logging.getLogger(__name__)
# A first line that makes a reply by mail an answer to the requester; without it the words stay in the office.
ANSWERS = ("tra loi", "answer")
MOST_RECEIPTS = 5
RECEIPTS_WITHIN = timedelta(hours=1)
ENGLISH = frozenset("the and of to we is are please would for with you our dear regards".split())


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a mail: those that are kept, staged, and those refused, each with why."""

    kept: tuple[Attachment, ...] = ()
    refused: tuple[FileRefused, ...] = ()


def take_in(mail: Mail, parsed: Parsed, *, at: datetime) -> None:
    """Let a claimed, parsed mail become what it is. Raises what the database raises; then nothing was changed."""
    # Before the transaction: scanning takes seconds, and no row may be held so long.
    files = _files(parsed.files, at=at) if _carries(mail, parsed) else Files()
    with transaction.atomic():
        if not mails.mine(mail).select_for_update(of=("self",)).exists():
            return  # its lease ran out and somebody else has it
        parsed = replace(parsed, nature=_nature(mail, parsed))
        if parsed.nature == Nature.LOOP:
            _park(mail, MailReason.LOOP)
        elif parsed.nature == Nature.BOUNCE:
            _bounced(mail, parsed, at=at)
        else:
            _said(mail, parsed, files, at=at)


def _nature(mail: Mail, parsed: Parsed) -> str:
    if mail.is_request:  # somebody looked at it and said so
        return Nature.PERSON
    own = Mailbox.objects.filter(address__iexact=parsed.sender) if parsed.sender else Mailbox.objects.none()
    return Nature.LOOP if own.exists() else parsed.nature


def _carries(mail: Mail, parsed: Parsed) -> bool:
    return bool(parsed.files) and (mail.is_request or parsed.nature in (Nature.PERSON, Nature.AUTOMATIC, Nature.LIST))


def _files(files: Sequence[File], *, at: datetime) -> Files:
    kept: list[Attachment] = []
    refused: list[FileRefused] = []
    for file in files:
        try:
            if len(kept) >= settings.ATTACHMENT_MAX_COUNT:
                raise FileRefused(file_types.safe_name(file.name), "too_many")
            kept.append(attachments.keep(BytesIO(file.content), file.name, by=None, at=at))
        except FileRefused as error:
            refused.append(error)
    return Files(tuple(kept), tuple(refused))


def _said(mail: Mail, parsed: Parsed, files: Files, *, at: datetime) -> None:
    thread = threads.find(mail.agency, parsed)
    if thread and thread.staff_id:
        _staff(mail, parsed, thread, at=at)
        return
    if thread and _may_add(thread, parsed):
        _added(mail, parsed, thread.ticket, files, at=at)
    elif parsed.nature == Nature.AUTO_REPLY:
        _park(mail, MailReason.AUTO_REPLY)
    elif parsed.nature == Nature.LIST:
        _park(mail, MailReason.LIST)
    else:
        _opened(mail, parsed, thread.ticket if thread else None, files, at=at)


def _may_add(thread: Thread, parsed: Parsed) -> bool:
    return access.may_add(thread.ticket, parsed.sender, thread.proof, is_authentic=parsed.is_authentic)


def _added(mail: Mail, parsed: Parsed, ticket: Ticket, files: Files, *, at: datetime) -> None:
    ticket = merging.survivor_of(ticket)
    words = cycles.Words(
        _words(parsed.text),
        Channel.EMAIL,
        max(mail.received_at, ticket.received_at),
        is_automatic=parsed.nature in (Nature.AUTO_REPLY, Nature.AUTOMATIC),
        files=files.kept,
    )
    taken = cycles.message_received(ticket, words, by=None, at=at)
    _done(mail, taken.ticket, taken.message, files, at=at)


def _opened(mail: Mail, parsed: Parsed, about: Ticket | None, files: Files, *, at: datetime) -> None:
    """A new request; who only quoted the code of another's gets one of their own, linked for the office to judge.

    Beside a sealed one it is sealed alike: linked to what anybody reads, that one's code would stand there (P13).
    """
    # Before the new one takes its code, as everybody does who makes a request from another: else the two would
    # wait for each other.
    about = merging.lock_survivor(about) if about else None
    hidden = sealing.hidden(about) if about and about.sealed else None
    request = Request(
        channel=Channel.EMAIL,
        text=_words(f"{parsed.subject}\n\n{parsed.text.strip()}" if parsed.text.strip() else parsed.subject),
        asked=Asked(name=parsed.sender_name, email=parsed.sender),
        received_at=mail.received_at,
        unit=mail.mailbox.unit,
        language=language_of(parsed.text),
        submission=f"mail:{mail.pk}",
    )
    receipt = Receipt(parsed.nature == Nature.PERSON and _may_write_to(parsed.sender, at=at), parsed.message_id)
    ticket = intake.log(mail.agency, request, by=None, at=at, files=files.kept, receipt=receipt, hidden=hidden).ticket
    if about:
        links.link(ticket, about, LinkKind.POSSIBLY_ABOUT, by=None, at=at)
    _done(mail, ticket, None, files, at=at)


def _may_write_to(address: str, *, at: datetime) -> bool:
    """Cap what an address gets from us by itself: two machines that answer each other fall silent."""
    if not address:
        return False
    return outbox_queries.count_to(address, cause="acknowledgement", since=at - RECEIPTS_WITHIN) < MOST_RECEIPTS


def _words(text: str) -> str:
    """Return a mail's words as a request keeps them; what is longer stands whole with the mail."""
    text = text.strip() or _("(The mail has no readable text: see its files and the original.)")
    room = identifiers.TEXT_LIMIT - 200
    return text if len(text) <= room else f"{text[:room]}\n\n" + _("[The rest stands in the original mail.]")


def language_of(text: str) -> str:
    """Return "en" for a text that is plainly English, else the language of the office."""
    words = folding.said(text[:5_000]).lower().split()
    is_english = text[:5_000].isascii() and sum(word.strip(".,:;!?") in ENGLISH for word in words) * 8 >= len(words)
    return "en" if is_english and len(words) >= 4 else "vi"


def _bounced(mail: Mail, parsed: Parsed, *, at: datetime) -> None:
    """Void what came back for good, by the way every other failure takes (P4); delays and receipts change nothing."""
    named = [bounce.of for bounce in parsed.bounces]
    sent = outbox_queries.by_message_ids(named, owner=f"agency:{mail.agency_id}")
    if not sent:
        _park(mail, MailReason.BOUNCE)
        return
    # Only mails of this agency: a forged report must not void what another one sent.
    known = {row.message_id for row in sent}
    for bounce in parsed.bounces:
        # A delay may still end well; voiding it would call a breach that is none (P4).
        if not bounce.is_final or bounce.of not in known:
            continue
        if outcome := outbox.bounced(bounce.of, at=at, reason=bounce.status):
            replies.settle([outcome], at=at)
            outbox.mark_settled([outcome], at=at)
    _end(mail, ticket=threads.ticket_of(mail.agency, sent[0].subject), reason=MailReason.REPORTED)


def _staff(mail: Mail, parsed: Parsed, thread: Thread, *, at: datetime) -> None:
    """One of us answers by mail: only to an address signed for them, from their own, vouched for by our server."""
    named = User.objects.filter(pk=thread.staff_id or 0, is_active=True)
    person = named.filter(email__iexact=parsed.sender).first()
    ticket = merging.survivor_of(thread.ticket)
    if parsed.nature != Nature.PERSON:  # an absence note to an alert: kept, and nobody need look at it
        _end(mail, ticket=ticket, reason=MailReason.STAFF)
        return
    may = person and thread.proof == access.Proof.REPLY_ADDRESS and parsed.is_authentic
    if not person or not may or not access.can(person, Right.REPLY, ticket):
        _park(mail, MailReason.STAFF_UNVERIFIED, ticket=ticket)
        return
    words = folding.said(parsed.text)
    answer = folding.order_of(words, ANSWERS)
    try:
        with transaction.atomic():
            if answer is None:
                assignment.note(ticket, _words(words), by=person, at=at)
            else:
                draft = replies.Draft(kind=ReplyKind.ANSWER, channel=ReplyChannel.EMAIL, text=answer)
                replies.send(ticket, draft, by=person, at=at)
    except (refusing.Refused, refusing.NotNow, identifiers.BadText) as error:
        log.info("an answer by mail could not be sent: mail=%s (%s)", mail.pk, type(error).__name__)
        _park(mail, MailReason.STAFF_REFUSED, ticket=ticket)
        return
    _end(mail, ticket=ticket, reason=MailReason.STAFF)


def _done(mail: Mail, ticket: Ticket, message: Message | None, files: Files, *, at: datetime) -> None:
    lines = [attachments.note_refused(ticket, one, message=message, at=at) for one in files.refused]
    if lines:
        ledger.append(lines, actor=None, at=at)
    _end(mail, ticket=ticket, message=message)


def _end(mail: Mail, *, ticket: Ticket | None, message: Message | None = None, reason: str = "") -> None:
    ends = {"state": MailState.DONE, "ticket": ticket, "said": message, "reason": reason}
    mails.mine(mail).update(**ends, crashes=0, next_look_at=None)


def _park(mail: Mail, reason: MailReason, *, ticket: Ticket | None = None) -> None:
    mails.mine(mail).update(state=MailState.PARKED, reason=reason, ticket=ticket, crashes=0, next_look_at=None)
