"""Keep raw mail and move it along its states: stored, parsed, parked, set aside, done, dismissed. Nothing is lost.

The bytes are committed before the mail server is told anything. Work on a mail is counted when it begins and taken
back when it ends; whoever dies in between leaves the count, and the second time the mail is set aside and shown.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets.mail_lists import MailNature, MailReason, MailState
from requests_desk.tickets.mail_words import Parsed
from requests_desk.tickets.models import Mail, Mailbox, MailContent
from requests_desk.tickets.services import refusing

# Longer than the ten seconds of its reader and the time to take it in.
LEASE = timedelta(seconds=60)
AGAIN_AFTER = timedelta(seconds=5)
MOST_CRASHES = 2
LARGEST = 64 * 1024 * 1024
SETTLED = (MailState.PARKED, MailState.SET_ASIDE)
ODD_LENGTH = 998


@dataclass(frozen=True, slots=True)
class Uid:
    """Where a mail lies on its server."""

    validity: int
    number: int


def store(
    mailbox: Mailbox, raw: bytes, *, received_at: datetime, at: datetime, uid: Uid | None = None
) -> tuple[Mail, bool]:
    """Keep a raw mail and return its row, and whether it is new; the very same bytes once more are the same row.

    Its clock starts at `received_at`, never in the future (P1).
    """
    digest = hashlib.sha256(raw).hexdigest()
    try:
        with transaction.atomic():
            Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox.pk)  # two fetchers of one mailbox in turn
            if earlier := _known(mailbox, digest, uid):
                _remember(mailbox, uid)
                return earlier, False
            mail = _row(mailbox, raw, digest, received_at=min(received_at, at), at=at, uid=uid)
            _remember(mailbox, uid)
            return mail, True
    except IntegrityError:
        if earlier := _known(mailbox, digest, uid):
            return earlier, False
        raise


def _known(mailbox: Mailbox, digest: str, uid: Uid | None) -> Mail | None:
    if uid and (same := mailbox.mails.filter(uid_validity=uid.validity, uid=uid.number).first()):
        return same
    return mailbox.mails.filter(raw_digest=digest).first()


def _row(mailbox: Mailbox, raw: bytes, digest: str, *, received_at: datetime, at: datetime, uid: Uid | None) -> Mail:
    is_too_large = len(raw) > LARGEST
    mail = Mail.objects.create(
        agency_id=mailbox.agency_id,
        mailbox=mailbox,
        uid_validity=uid.validity if uid else None,
        uid=uid.number if uid else None,
        raw_digest=digest,
        size=len(raw),
        received_at=received_at,
        stored_at=at,
        state=MailState.PARKED if is_too_large else MailState.STORED,
        reason=MailReason.TOO_LARGE if is_too_large else "",
        next_look_at=None if is_too_large else at,
    )
    MailContent.objects.create(mail=mail, raw=raw)
    return mail


def _remember(mailbox: Mailbox, uid: Uid | None) -> None:
    if uid is None:
        return
    rows = Mailbox.objects.filter(pk=mailbox.pk)
    # The server numbered its folder anew: old numbers mean other mails now (RFC 3501).
    rows.exclude(uid_validity=uid.validity).update(uid_validity=uid.validity, last_uid=0)
    rows.filter(last_uid__lt=uid.number).update(last_uid=uid.number)


def raw_of(mail: Mail) -> bytes:
    """Return the bytes of a mail as they came."""
    return bytes(MailContent.objects.values_list("raw", flat=True).get(pk=mail.pk))


def claim(*, at: datetime) -> Mail | None:
    """Take the next mail that waits, for as long as LEASE, past those others hold; None when nothing waits.

    One that has killed its reader twice is set aside instead, so that the next one gets in.
    """
    while True:
        with transaction.atomic():
            waiting = Mail.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_look_at__lte=at)
            mail = waiting.select_related("mailbox", "agency").order_by("next_look_at", "pk").first()
            if mail is None:
                return None
            if mail.crashes < MOST_CRASHES:
                # Counted before it is read: a mail that kills its reader leaves no other trace.
                mail.crashes, mail.next_look_at, mail.looked_at = mail.crashes + 1, at + LEASE, at
                mail.save(update_fields=["crashes", "next_look_at", "looked_at"])
                return mail
            _set_aside(mail, mail.reason or MailReason.CRASH)


def crashed(mail: Mail, reason: str, *, at: datetime) -> None:
    """Note that reading a claimed mail went wrong: once more soon, and the second time it is set aside."""
    if mail.crashes >= MOST_CRASHES:
        _set_aside(mail, reason)
    else:
        mine(mail).update(reason=reason, next_look_at=at + AGAIN_AFTER)


def _set_aside(mail: Mail, reason: str) -> None:
    mine(mail).update(state=MailState.SET_ASIDE, reason=reason, next_look_at=None)


def mine(mail: Mail) -> QuerySet[Mail]:
    """Return the row of a claimed mail while nobody else has taken it over."""
    # The end of the lease is the fence: who was too slow no longer moves what another has taken over.
    return Mail.objects.filter(pk=mail.pk, next_look_at=mail.next_look_at)


def give_back(mail: Mail, *, at: datetime) -> None:
    """Let a claimed mail wait once more, through no fault of its own: the database or a scanner was away."""
    mine(mail).update(crashes=F("crashes") - 1, next_look_at=at + AGAIN_AFTER)


def keep_parsed(mail: Mail, parsed: Parsed, *, at: datetime) -> bool:
    """Write down what a mail says; False where it is the same mail once more, and this copy is done with (dedup)."""
    values = _values(mail, parsed)
    try:
        with transaction.atomic():
            # The unique identity decides between two copies read at one moment.
            return bool(mine(mail).update(state=MailState.PARSED, reason="", **values))
    except IntegrityError:
        first = Mail.objects.get(agency=mail.agency_id, identity=values["identity"], duplicate_of__isnull=True)
        same = {"duplicate_of": first, "ticket": first.ticket, "state": MailState.DONE, "crashes": 0}
        mine(mail).update(**values | same | {"reason": MailReason.DUPLICATE, "next_look_at": None})
        return False


def _values(mail: Mail, parsed: Parsed) -> dict[str, object]:
    return {
        "nature": MailNature(parsed.nature),
        "message_id": parsed.message_id[:ODD_LENGTH],
        "identity": identity(parsed),
        "sender": parsed.sender,
        "sender_name": parsed.sender_name,
        "subject": parsed.subject,
        "dated": parsed.dated,
        "recipient_count": parsed.recipient_count,
        "is_authentic": parsed.is_authentic,
        "oddities": list(parsed.oddities),
        "text": parsed.text,
        "html": parsed.html,
    }


def identity(parsed: Parsed) -> str:
    """Return what makes two deliveries one mail: Message-ID, or the date where there is none, body and sender."""
    named = parsed.message_id or f"{parsed.dated}\n{parsed.subject}"
    return hashlib.sha256("\n".join([named, parsed.body_digest, parsed.sender]).encode()).hexdigest()


class CannotSettle(refusing.NotNow):
    """The mail is not waiting for anybody any more."""


def retry(pk: int, *, as_request: bool = False, by: User, at: datetime) -> Mail:
    """Let a parked mail, or one set aside, be read once more from its raw bytes, if need be as a request whatever its
    headers call it. Raises CannotSettle."""
    with transaction.atomic():
        mail = _waiting(pk)
        mail.state, mail.reason, mail.crashes, mail.next_look_at = MailState.STORED, "", 0, at
        mail.is_request, mail.settled_by, mail.settled_at = as_request, by, at
        mail.save(
            update_fields=["state", "reason", "crashes", "next_look_at", "is_request", "settled_by", "settled_at"]
        )
    return mail


def dismiss(pk: int, *, reason: str, by: User, at: datetime) -> Mail:
    """Say that a parked mail becomes nothing, and why; it stays as it came. Raises CannotSettle, BadText."""
    reason = identifiers.clean_text(reason, limit=500)
    if not reason:
        raise identifiers.BadText(_("Please say why."))
    with transaction.atomic():
        mail = _waiting(pk)
        mail.state, mail.dismiss_reason = MailState.DISMISSED, reason
        mail.settled_by, mail.settled_at = by, at
        mail.save(update_fields=["state", "dismiss_reason", "settled_by", "settled_at"])
    return mail


def _waiting(pk: int) -> Mail:
    mail = Mail.objects.select_for_update(of=("self",)).select_related("mailbox", "agency").get(pk=pk)
    if mail.state not in SETTLED:
        raise CannotSettle("not_parked", _("This mail is not waiting any more."))
    return mail
