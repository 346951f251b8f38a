"""What Prometheus reads: computed from the rows at the moment of asking, so that every process tells the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from notifications import breaker
from notifications.models import Notification
from requests_desk.tickets.models import Heartbeat
from requests_desk.tickets.queries import audit

BUCKETS = (1, 2, 5, 15, 30, 60, 120, 300, 900, 3_600)

_OPEN = (
    "SELECT count(*) FILTER (WHERE met_at IS NULL AND ended_at IS NULL), count(*) FILTER (WHERE next_look_at <= %s)"
    " FROM sla_milestone WHERE next_look_at IS NOT NULL"
)
_LATE = (
    "SELECT width_bucket(extract(epoch FROM fired_at - planned_at), %s), count(*),"
    " sum(extract(epoch FROM fired_at - planned_at)) FROM sla_firing WHERE result = 'told' GROUP BY 1"
)
_OUTBOX = "SELECT channel, state, count(*) FROM notifications_notification GROUP BY 1, 2"
_ATTEMPTS = (
    "SELECT n.channel, COALESCE(NULLIF(a.result, ''), 'under_way'), count(*) FROM notifications_attempt AS a"
    " JOIN notifications_notification AS n ON n.id = a.notification_id GROUP BY 1, 2"
)
_FIRED = "SELECT result, count(*) FROM sla_firing GROUP BY 1"


class Desk(Collector):
    """All that is measured, at one moment."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterable[Metric]:
        """Yield each family."""
        yield from self._timer()
        yield from self._outbox()
        yield _labelled(
            CounterMetricFamily("desk_alerts_fired", "Rungs of the ladder that had their moment.", labels=["result"]),
            _rows(_FIRED),
        )
        yield self._lateness()
        gaps = GaugeMetricFamily("desk_audit_findings", "Gaps the audit finds; all should be 0.", labels=["gap"])
        yield _labelled(gaps, audit.findings(at=self.at).items())

    def _timer(self) -> Iterator[Metric]:
        ((open_, due),) = _rows(_OPEN, self.at)
        yield GaugeMetricFamily("desk_milestones_open", "Promises that wait.", value=open_)
        yield GaugeMetricFamily("desk_milestones_due", "Promises whose moment to look has come.", value=due)
        ages = GaugeMetricFamily(
            "desk_heartbeat_age_seconds", "Since a part of the timer last worked.", labels=["part"]
        )
        beats = Heartbeat.objects.values_list("name", "at")
        yield _labelled(ages, [(name, max((self.at - at).total_seconds(), 0)) for name, at in beats])

    def _outbox(self) -> Iterator[Metric]:
        outbox = GaugeMetricFamily(
            "desk_outbox_messages", "Messages by channel and state.", labels=["channel", "state"]
        )
        counted = {(channel, state): 0 for channel in ("email", "sms") for state in Notification.State.values}
        counted |= {(channel, state): count for channel, state, count in _rows(_OUTBOX)}
        yield _labelled(outbox, [(*key, count) for key, count in counted.items()])
        tries = CounterMetricFamily("desk_attempts", "Tries at sending by result.", labels=["channel", "result"])
        yield _labelled(tries, _rows(_ATTEMPTS))
        away = GaugeMetricFamily("desk_provider_away", "1 while a channel's provider is away.", labels=["channel"])
        gone = breaker.open_since()
        yield _labelled(away, [(channel, int(channel in gone)) for channel in ("email", "sms")])

    def _lateness(self) -> Metric:
        found = {bucket: (count, float(total)) for bucket, count, total in _rows(_LATE, list(BUCKETS))}
        below, buckets = 0, []
        # Each bucket counts all below it, as Prometheus wants a histogram.
        for place, bound in enumerate([*(f"{bound:.1f}" for bound in BUCKETS), "+Inf"]):
            below += found.get(place, (0, 0.0))[0]
            buckets.append((bound, below))
        family = HistogramMetricFamily(
            "desk_alert_lateness_seconds", "From the planned moment of an alert to its firing."
        )
        family.add_metric([], buckets, sum(total for _, total in found.values()))
        return family


def _labelled(family: Metric, rows: Iterable[tuple[Any, ...]]) -> Metric:
    for *labels, value in rows:
        family.add_metric([str(label) for label in labels], value)  # type: ignore[attr-defined]
    return family


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
