"""The outbox (design N7): write with the cause, claim under a lease, send outside any transaction, record, settle.

The order for a caller: `enqueue` in the transaction of what the message tells of; after the commit `dispatch.send`,
and for each result `record` with the caller's own consequence in one transaction, closed by `mark_settled`.
What a crash left between those two is found again by `unsettled`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import reduce
from operator import or_
from zlib import crc32

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Least
from django.utils.crypto import salted_hmac

from notifications import channels
from notifications.leases import alive, begin, begin_attempt, claim, free_orphans, release, rows, take_back
from notifications.models import Attempt, Notification, Receipt
from notifications.results import Result

# The lease's verbs belong to the outbox's face.
__all__ = ["alive", "begin", "begin_attempt", "claim", "free_orphans", "release", "take_back"]

State = Notification.State
_RESULT = ["state", "reason", "provider_id", "accepted_at", "delivered_at", "failed_at", "outcome_at", "settled_at"]
_HOLD = ["began_at", "next_attempt_at", "leased_until", "lease_owner"]

FIRST_DELAY = 15
LONGEST_DELAY = 900
LONGEST_OUTAGE_DELAY = 45  # a provider that is back is noticed within a minute
DOUBT_DELAY = 30  # a provider may list a message only seconds after it took it
MOST_TRIES = 50  # about eleven hours of trying: a quarter of the promise is left to choose another way


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What to send, rendered. `key` names cause, person and channel: a second draft with it is not sent (N7)."""

    key: str
    owner: str
    subject: str
    cause: str
    channel: str
    recipient: str
    destination: str
    text: str
    title: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Mapping[str, str]] = ()  # mail only: {place, name, content_type} in the file store
    language: str = "vi"
    not_before: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A state the caller must act on: `sent`, `delivered` or `failed`, reached at `at`."""

    notification_id: int
    key: str
    owner: str
    subject: str
    cause: str
    channel: str
    recipient: str
    state: str
    at: datetime
    accepted_at: datetime | None
    reason: str

    @property
    def reached(self) -> bool:
        """Tell whether it reached its reader: a mail once the next server took it, an SMS once delivered (P3)."""
        return self.state == State.DELIVERED or (self.state == State.SENT and self.channel == "email")


_NAMES = [f.attname for f in Notification._meta.concrete_fields if not f.primary_key]
_COLUMNS = ", ".join(f'"{name}"' for name in _NAMES)
# No arbiter is named: two at the same moment may meet on the Message-ID, which is drawn from the key, before it.
_WRITE = f"""
INSERT INTO notifications_notification ({_COLUMNS}) SELECT {_COLUMNS}
FROM jsonb_populate_recordset(NULL::notifications_notification, %(written)s)
ON CONFLICT DO NOTHING RETURNING key, id
"""  # noqa: S608  our own columns


def enqueue(drafts: Iterable[Draft], *, at: datetime) -> list[Notification]:
    """Write the drafts inside the caller's transaction and return the new ones; a known key writes nothing.

    Raises `channels.UnknownChannel`. Whether the channel is available now is the caller's question (N8).
    """
    drawn = [_row(draft, at=at) for draft in drafts]
    if not drawn:
        return []
    # One parameter for all of them: to bind each value of a thousand rows takes longer than to write the rows.
    written = json.dumps([{name: getattr(row, name) for name in _NAMES} for row in drawn], default=datetime.isoformat)
    numbers = dict(rows(_WRITE, {"written": written}))
    new = []
    for row in drawn:
        row.pk = numbers.pop(row.key, None)  # of two drafts with one key the first was written
        if row.pk is not None:
            row._state.adding = False
            new.append(row)
    return new


def rewrite(draft: Draft, *, at: datetime) -> bool:
    """Give the message of this key the draft's words, while nobody has begun to send it; False when it is too late.

    It may go sooner for it, never later: what is added may not wait for what was held (N4, N5).
    """
    # Never begun and never tried: a second copy with other words would be another message under the same key (N7).
    waiting = Notification.objects.filter(key=draft.key, state=State.PENDING, attempts=0)
    goes_at = Least("next_attempt_at", Value(draft.not_before or at))
    return bool(waiting.update(title=draft.title, text=draft.text, html=draft.html, next_attempt_at=goes_at))


def _row(draft: Draft, *, at: datetime) -> Notification:
    channels.check(draft.channel)
    row = Notification(
        key=draft.key,
        owner=draft.owner,
        subject=draft.subject,
        cause=draft.cause,
        channel=draft.channel,
        recipient=draft.recipient,
        destination=draft.destination,
        title=draft.title,
        text=draft.text,
        html=draft.html,
        headers=dict(draft.headers),
        files=[dict(file) for file in draft.files],
        message_id=_message_id(draft.key) if draft.channel == "email" else "",
        language=draft.language,
        next_attempt_at=max(at, draft.not_before) if draft.not_before else at,
        created_at=at,
    )
    # Settled from the start: nobody will ever report on it, and the audit would take it for forgotten.
    if channels.CHANNELS[draft.channel].immediate:
        row.state, row.next_attempt_at = State.DELIVERED, None
        row.accepted_at = row.delivered_at = row.outcome_at = row.settled_at = at
    return row


def _message_id(key: str) -> str:
    # Keyed, so that a stranger who knows a ticket's code cannot forge the id its replies are threaded by.
    digest = salted_hmac("notifications.message-id", key, algorithm="sha256").hexdigest()
    # Our own domain, as readers' mail programs and the relays' spam filters expect of a Message-ID.
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{digest[:32]}@{host}>"


_ACCEPT = """
WITH taken AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(numbers)s::int[], %(delivered)s::boolean[]) AS t (id, number, delivered)
), ended AS (
    UPDATE notifications_attempt AS a SET ended_at = %(at)s, result = 'accepted'
    FROM taken WHERE a.notification_id = taken.id AND a.number = taken.number
)
UPDATE notifications_notification AS n
SET state = CASE WHEN taken.delivered THEN 'delivered' ELSE 'sent' END, reason = '', accepted_at = %(at)s,
    delivered_at = CASE WHEN taken.delivered THEN %(at)s::timestamptz END, failed_at = NULL,
    outcome_at = %(at)s, settled_at = %(at)s,
    began_at = NULL, next_attempt_at = NULL, leased_until = NULL, lease_owner = ''
FROM taken WHERE n.id = taken.id AND n.state NOT IN ('sent', 'delivered')
RETURNING n.id
"""


def record_accepted(tried: Sequence[tuple[Notification, Result]], *, at: datetime) -> int:
    """Write that each of these was accepted and that nobody has to act on it; return how many moved.

    One statement, and so one commit. A result with a provider's id goes by `record`, which meets the reports on it.
    """
    assert all(result.kind == "accepted" and not result.provider_id for _, result in tried)  # noqa: S101
    if not tried:
        return 0
    values = {
        "ids": [n.pk for n, _ in tried],
        "numbers": [n.attempts for n, _ in tried],
        "delivered": [result.delivered for _, result in tried],
        "at": at,
    }
    return len(rows(_ACCEPT, values))


@transaction.atomic
def record(notification: Notification, result: Result, *, at: datetime) -> Outcome | None:
    """Write how the attempt ended and move the row; return an outcome when there is something to act on.

    A row whose lease was lost in between is moved by an acceptance only, since that did happen.
    """
    # The attempt first and whatever becomes of the row: every try is a fact (N7).
    _end_attempt(notification, result, at=at)
    row = Notification.objects.select_for_update().get(pk=notification.pk)
    # Owner and end of the lease: the same owner may have lost it and claimed it anew.
    held = (row.lease_owner, row.leased_until) == (notification.lease_owner, notification.leased_until)
    # Lease or no lease: what the next server took has gone, and a row that says otherwise would send it again.
    if result.kind == "accepted":
        return _accept(row, result, at=at)
    if row.state != State.LEASED or not held:
        return None
    if result.kind == "permanent" or _tired(row):
        return _finish(row, State.FAILED, at=at, reason=result.reason, provider_id=result.provider_id)
    _wait(row, result, at=at)
    return None


def _end_attempt(notification: Notification, result: Result, *, at: datetime) -> None:
    Attempt.objects.filter(notification=notification, number=notification.attempts).update(
        ended_at=at, result=result.kind, detail=result.reason, outage=result.outage, provider_id=result.provider_id
    )


def _tired(row: Notification) -> bool:
    # Tries that failed because the provider was away are not the message's fault.
    return row.attempts >= MOST_TRIES and row.tries.filter(outage=False).count() >= MOST_TRIES


def _accept(row: Notification, result: Result, *, at: datetime) -> Outcome | None:
    if row.state in {State.SENT, State.DELIVERED}:
        return None
    row.accepted_at = at
    state = State.DELIVERED if result.delivered else State.SENT
    if result.provider_id:
        _lock_provider_id(row.channel, result.provider_id)
    outcome = _finish(row, state, at=at, provider_id=result.provider_id)
    return _apply_receipts(row) or outcome


def _wait(row: Notification, result: Result, *, at: datetime) -> None:
    doubt = result.kind == "uncertain"
    # A doubtful one waits longer: asked too soon, the provider's record may not list it yet, and it would go twice.
    seconds = max(backoff(row.key, row.attempts, outage=result.outage), DOUBT_DELAY if doubt else 0)
    row.state = State.UNCERTAIN if doubt else State.PENDING
    # It marks the doubt: whoever claims the row next asks before sending (N7).
    row.began_at = row.began_at if doubt else None
    row.next_attempt_at = at + timedelta(seconds=max(seconds, result.retry_after))
    row.reason, row.lease_owner, row.leased_until = result.reason, "", None
    row.save(update_fields=["state", "reason", *_HOLD])


def backoff(key: str, attempt: int, *, outage: bool) -> float:
    """Return the seconds until the next try: doubling to a cap, spread so that a crowd does not return at once.

    The spread is drawn from the key: the same row waits the same time wherever it is computed.
    """
    longest = LONGEST_OUTAGE_DELAY if outage else LONGEST_DELAY
    seconds = min(FIRST_DELAY * 2.0 ** min(attempt - 1, 10), longest)
    return seconds * (0.8 + 0.4 * crc32(f"{key}#{attempt}".encode()) / 2**32)


def _finish(row: Notification, state: State, *, at: datetime, reason: str = "", provider_id: str = "") -> Outcome:
    row.state, row.reason = state, reason
    row.delivered_at = at if state == State.DELIVERED else None
    row.failed_at = at if state == State.FAILED else None
    # Unsettled again: a bounce after an acceptance must reach the domain as well (P4).
    row.outcome_at, row.settled_at = at, None
    row.began_at = row.next_attempt_at = row.leased_until = None
    row.lease_owner = ""
    # A failure may name none; the one known already must stay findable for late reports.
    row.provider_id = provider_id or row.provider_id
    row.save(update_fields=_RESULT + _HOLD)
    return _outcome(row)


def _outcome(row: Notification) -> Outcome:
    assert row.outcome_at is not None  # noqa: S101  a check constraint holds it for every finished row
    names = ("key", "owner", "subject", "cause", "channel", "recipient", "state", "accepted_at", "reason")
    return Outcome(notification_id=row.pk, at=row.outcome_at, **{name: getattr(row, name) for name in names})


def unsettled(*, limit: int) -> list[Outcome]:
    """Return stored outcomes that nobody acted on, the oldest first: a crash fell between record and settle."""
    return [_outcome(row) for row in unsettled_rows().order_by("outcome_at", "id")[:limit]]


def unsettled_rows() -> QuerySet[Notification]:
    """Return the rows whose outcome nobody acted on."""
    return Notification.objects.filter(outcome_at__isnull=False, settled_at__isnull=True)


def mark_settled(outcomes: Sequence[Outcome], *, at: datetime) -> int:
    """Note that the caller acted on these outcomes; one that changed since stays unsettled. Return how many."""
    if not outcomes:
        return 0
    # State and instant are compared: a bounce that came in between must still be acted on.
    same = [Q(pk=o.notification_id, state=o.state, outcome_at=o.at) for o in outcomes]
    return Notification.objects.filter(reduce(or_, same), settled_at__isnull=True).update(settled_at=at)


_REPORTED = {
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}


@transaction.atomic
def callback(provider_id: str, status: str, *, at: datetime, reason: str = "", channel: str = "sms") -> Outcome | None:
    """Take in what a provider reported of its message, in its own words; return an outcome when the row moved.

    Repeats change nothing and the order does not matter: `delivered` outweighs a failure, and both outweigh steps on
    the way. A report that came before we stored the provider's id is kept and applied when we do.
    """
    state = _REPORTED.get(status)
    if state is None:
        return None
    # Before the row is looked for: else the report and the row it speaks of could each miss the other.
    _lock_provider_id(channel, provider_id)
    row = Notification.objects.select_for_update().filter(channel=channel, provider_id=provider_id).first()
    if row is None:
        Receipt.objects.get_or_create(
            channel=channel, provider_id=provider_id, status=state, defaults={"reason": reason, "received_at": at}
        )
        return None
    return _report(row, state, at=at, reason=reason)


def _lock_provider_id(channel: str, provider_id: str) -> None:
    # A report and our own commit of the same id must see one another, whichever comes first.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{channel}:{provider_id}"])


def _apply_receipts(row: Notification) -> Outcome | None:
    if not row.provider_id:
        return None
    kept = Receipt.objects.filter(channel=row.channel, provider_id=row.provider_id)
    outcomes = [_report(row, State(r.status), at=r.received_at, reason=r.reason) for r in kept.order_by("status")]
    # Applied once: a receipt left behind would be taken for that of another message.
    kept.delete()
    return next((outcome for outcome in reversed(outcomes) if outcome), None)


def _report(row: Notification, state: State, *, at: datetime, reason: str) -> Outcome | None:
    # Delivered is final: a failure that arrives late or out of order must not void a reply that was read (P4).
    if row.state in {State.DELIVERED, state}:
        return None
    if state == State.DELIVERED:
        row.accepted_at = row.accepted_at or at
        return _finish(row, State.DELIVERED, at=at)
    return _finish(row, State.FAILED, at=at, reason=reason or "undelivered")


@transaction.atomic
def bounced(message_id: str, *, at: datetime, reason: str) -> Outcome | None:
    """Take in that a mail came back for good (DSN *failed*, P4); a repeat or a foreign id changes nothing."""
    row = (
        Notification.objects.select_for_update()
        .filter(message_id=message_id, state__in=[State.SENT, State.DELIVERED])
        .first()
    )
    return _finish(row, State.FAILED, at=at, reason=reason or "bounced") if row else None
