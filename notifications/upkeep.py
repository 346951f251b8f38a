"""What the outbox needs now and then: forget old texts, ask for reports that never came, drop those nobody claimed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from notifications import channels, outbox
from notifications.models import Notification, Receipt
from notifications.outbox import Outcome

BATCH = 1_000
ASKED_AT_ONCE = 50
FIRST_QUESTION = timedelta(minutes=10)  # most reports come within seconds
LAST_QUESTION = timedelta(days=3)  # no carrier reports later than that
RECEIPTS_KEPT = timedelta(days=7)

DONE = [Notification.State.SENT, Notification.State.DELIVERED, Notification.State.FAILED]


def forget_texts(*, before: datetime, limit: int = BATCH) -> int:
    """Empty what was said in up to `limit` finished messages written before then; the rows and their proof stay."""
    # By the batch: one update of two years' rows would hold them locked against every sender.
    some = list(oldest_texts(before=before).values_list("pk", flat=True)[:limit])
    return Notification.objects.filter(pk__in=some).update(title="", text="", html="", headers={}, files=[])


def old_texts(*, before: datetime) -> QuerySet[Notification]:
    """Return the finished messages written before then whose words are still kept."""
    done = Notification.objects.filter(state__in=DONE, settled_at__isnull=False, created_at__lt=before)
    return done.exclude(text="")


def oldest_texts(*, before: datetime) -> QuerySet[Notification]:
    """Return them by their age, as an index has them."""
    return old_texts(before=before).order_by("created_at")


def forget(subject: str) -> int:
    """Empty what was said, and to what address, in every finished message about `subject`; their proof stays."""
    done = Notification.objects.filter(subject=subject, state__in=DONE)
    return done.update(title="", text="", html="", headers={}, files=[], destination="")


def is_waiting(subject: str) -> bool:
    """Tell whether a message about `subject` has yet to go, or its outcome to be acted on."""
    waits = Q(state__in=Notification.WAITING) | Q(settled_at__isnull=True)
    return Notification.objects.filter(waits, subject=subject).exists()


def forget_receipts(*, at: datetime) -> int:
    """Drop reports of messages that were never ours."""
    deleted, _ = Receipt.objects.filter(received_at__lt=at - RECEIPTS_KEPT).delete()
    return deleted


def ask(channel: str, *, at: datetime, settle: Callable[[Outcome], None]) -> int:
    """Ask the provider what became of messages it never reported on, each at twice the age of the time before.

    `settle` acts on what changed. Return how many were asked about; none where the channel has no provider.
    """
    if channels.availability(channel) != "available":
        return 0
    way = channels.get(channel)
    silent = Notification.objects.filter(
        Q(asked_at__isnull=True) | Q(asked_at__lte=F("accepted_at") + (at - F("accepted_at")) / 2),
        channel=channel, state=Notification.State.SENT,
        accepted_at__lte=at - FIRST_QUESTION, accepted_at__gt=at - LAST_QUESTION,
    ).exclude(provider_id="")  # fmt: skip
    rows = list(silent.order_by("id")[:ASKED_AT_ONCE])
    for row in rows:
        # Before the question: a message whose answer breaks the reader must not come first again next time.
        Notification.objects.filter(pk=row.pk).update(asked_at=at)
        report = way.report(row)
        if report is None:
            break  # the provider could not tell: nor could it of the others
        outcome = outbox.callback(row.provider_id, report.status, at=at, reason=report.reason, channel=channel)
        if outcome is not None:
            settle(outcome)
    return len(rows)
