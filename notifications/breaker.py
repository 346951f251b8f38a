"""A circuit breaker per channel, kept in the database: all senders of all machines see the same one.

Closed, all flows. After `OUTAGES` failures in a row that were the provider's fault it opens: one message at a time is
let through to see whether the provider is back. The first answer that is not the provider's fault closes it, and
everything that waited for the provider is due at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import OuterRef, Subquery

from notifications.models import Attempt, Breaker, Notification
from notifications.results import Result

OUTAGES = 3  # in a row: one message that upsets its provider must not stop the others
PROBE = timedelta(seconds=10)

Turn = Literal["opened", "closed", ""]


@dataclass
class Guard:
    """One sender's view of its channel's breaker: nothing is written while all goes well."""

    channel: str
    failures: int
    opened_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether the provider counted as away when last looked at."""
        return self.opened_at is not None

    def note(self, results: Iterable[Result], *, at: datetime) -> Turn:
        """Take in results in their order; say when the breaker turned, to exactly one of many senders."""
        turn: Turn = ""
        for result in results:
            if result.outage:
                turn = self._failed(result, at=at) or turn
            elif self.failures or self.is_open:
                turn = self._went(at=at) or turn
        return turn

    @transaction.atomic
    def _failed(self, result: Result, *, at: datetime) -> Turn:
        # Made by the first outage, so that a channel that never failed costs no row and no write.
        Breaker.objects.get_or_create(channel=self.channel)
        row = Breaker.objects.select_for_update().get(channel=self.channel)
        row.failures += 1
        # A provider that says when to come back is not asked before.
        row.probe_at = at + max(PROBE, timedelta(seconds=result.retry_after))
        opens = row.opened_at is None and row.failures >= OUTAGES
        row.opened_at = at if opens else row.opened_at
        row.save(update_fields=["failures", "opened_at", "probe_at"])
        self.failures, self.opened_at = row.failures, row.opened_at
        return "opened" if opens else ""

    @transaction.atomic
    def _went(self, *, at: datetime) -> Turn:
        # The update decides who closed it: of many senders one alone tells so and lets the others go.
        was_open = Breaker.objects.filter(channel=self.channel, opened_at__isnull=False).update(opened_at=None)
        Breaker.objects.filter(channel=self.channel).update(failures=0, probe_at=None)
        self.failures, self.opened_at = 0, None
        if not was_open:
            return ""
        _let_go(self.channel, at=at)
        return "closed"


def guard(channel: str, *, at: datetime) -> Guard | None:
    """Return the channel's breaker for one batch; None while it is open and nobody may probe yet."""
    row = Breaker.objects.filter(channel=channel).first()
    if row is None:
        return Guard(channel, 0, None)
    if row.opened_at is None:
        return Guard(channel, row.failures, None)
    # One of many senders wins the right to the probe.
    mine = Breaker.objects.filter(channel=channel, probe_at=row.probe_at, probe_at__lte=at).update(probe_at=at + PROBE)
    return Guard(channel, row.failures, row.opened_at) if mine else None


def open_since() -> dict[str, datetime]:
    """Return the channels whose provider counts as away, and since when."""
    rows = Breaker.objects.filter(opened_at__isnull=False)
    return {row.channel: row.opened_at for row in rows if row.opened_at}


def _let_go(channel: str, *, at: datetime) -> None:
    last = Attempt.objects.filter(notification=OuterRef("pk"), number=OuterRef("attempts"))
    waiting = Notification.objects.filter(channel=channel, state=Notification.State.PENDING, next_attempt_at__gt=at)
    # What waits for its own hour or for its own trouble goes on waiting.
    waiting.annotate(outage=Subquery(last.values("outage")[:1])).filter(outage=True).update(next_attempt_at=at)
