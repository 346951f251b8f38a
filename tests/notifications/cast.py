"""The cast of these tests: a morning, a firm, its reply, and short ways to walk a row through the outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from notifications import dispatch, outbox
from notifications.models import Notification
from notifications.outbox import Draft, Outcome
from notifications.results import Result

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LEASE = 120


def later(seconds: float = 0, **more: float) -> datetime:
    return MORNING + timedelta(seconds=seconds, **more)


def a_draft(key: str = "reply:1:email", **changes: Any) -> Draft:
    usual = {
        "owner": "agency:1",
        "subject": "ticket:42",
        "cause": "reply",
        "channel": "email",
        "recipient": "requester:9",
        "destination": "kinhdoanh@congty.example",
        "title": "[SCT-2026-000123] Trả lời yêu cầu cung cấp thông tin",
        "text": "Kính gửi: Quý Công ty\n\nTrân trọng./.",
    }
    return Draft(key=key, **{**usual, **changes})


def an_sms(key: str = "ack:1:sms", **changes: Any) -> Draft:
    text = "SCT da tiep nhan yeu cau SCT-2026-000123."
    return a_draft(key, **{"channel": "sms", "destination": "+84912345678", "title": "", "text": text, **changes})


def enqueued(draft: Draft, *, at: datetime = MORNING) -> Notification:
    return outbox.enqueue([draft], at=at)[0]


def claimed(
    channel: str = "email", *, at: datetime = MORNING, owner: str = "one", limit: int = 100
) -> list[Notification]:
    return outbox.claim(channel, at=at, limit=limit, lease_seconds=LEASE, owner=owner)


def begun(draft: Draft, *, at: datetime = MORNING, owner: str = "one") -> Notification:
    enqueued(draft, at=at)
    row = next(n for n in claimed(draft.channel, at=at, owner=owner) if n.key == draft.key)
    assert outbox.begin_attempt(row, at=at, lease_seconds=LEASE)
    return row


def sent(draft: Draft, *, at: datetime = MORNING, provider_id: str = "") -> Outcome:
    outcome = outbox.record(begun(draft, at=at), Result.accepted(provider_id), at=at)
    assert outcome
    return outcome


def stored(key: str) -> Notification:
    return Notification.objects.get(key=key)


def dispatched(channel: str, *, at: datetime = MORNING) -> list[Result]:
    """Send and record whatever is due, as the sending task does."""
    results = []
    for tried in dispatch.send(channel, clock=lambda: at, limit=100, lease_seconds=LEASE, owner="one"):
        for row, result in tried:
            outbox.record(row, result, at=at)
            results.append(result)
    return results
