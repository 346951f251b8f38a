"""Is the desk at work: the timer (N9), its senders, the stores. Read by the pages, `/readyz` and `timer_status`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from requests_desk.tickets.models import Heartbeat
from requests_desk.tickets.services import heartbeat

log = logging.getLogger(__name__)
INTERVALS = 3
BROKER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Timer:
    """When the last sweep was, how many seconds ago, and whether that is in time."""

    last_sweep_at: datetime | None
    age_s: float | None
    ok: bool


def database_now() -> datetime:
    """Return the database's clock: one for all machines, whatever theirs say (design §6)."""
    with connection.cursor() as cursor:
        # Not now(), which stands still inside a transaction.
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def timer(at: datetime) -> Timer:
    """Return how the timer stands at `at`: late when its last sweep is older than three intervals (N9)."""
    return timer_of(Heartbeat.objects.filter(name=heartbeat.SWEEP).values_list("at", flat=True).first(), at=at)


def readiness() -> dict[str, Any]:
    """Return what `/readyz` tells (design §9): each check with `ok`, and `status` "ok" when all are."""
    beats: dict[str, datetime] = {}
    at = None
    try:
        at = database_now()
        beats = dict(Heartbeat.objects.values_list("name", "at"))
    except Error as error:
        log.warning("the database does not answer (%s)", type(error).__name__)
    swept = timer_of(beats.get(heartbeat.SWEEP), at=at)
    checks: dict[str, dict[str, Any]] = {
        "database": {"ok": at is not None},
        "broker": {"ok": _broker_answers()},
        "worker": {"ok": at is not None and _senders_live(beats, at=at)},
        "timer": {
            "ok": swept.ok,
            "last_sweep_at": swept.last_sweep_at.isoformat() if swept.last_sweep_at else None,
            "age_s": swept.age_s,
        },
    }
    return {"status": "ok" if all(check["ok"] for check in checks.values()) else "fail", "checks": checks}


def timer_of(last: datetime | None, *, at: datetime | None) -> Timer:
    """Return how the timer stands where its last sweep was then."""
    if last is None or at is None:
        return Timer(None, None, ok=False)
    # Another machine's sweep may be a moment ahead of this question.
    age = max((at - last).total_seconds(), 0.0)
    return Timer(last, round(age, 1), ok=age <= INTERVALS * settings.SWEEP_SECONDS)


def _senders_live(beats: dict[str, datetime], *, at: datetime) -> bool:
    """Every sweep wakes each sender, and a sender says so as it starts; it may be busy with one batch meanwhile."""
    patience = timedelta(seconds=INTERVALS * settings.SWEEP_SECONDS + settings.CELERY_TASK_SOFT_TIME_LIMIT)
    return all(name in beats and at - beats[name] <= patience for name in heartbeat.SENDERS.values())


def _broker_answers() -> bool:
    # Whoever asks for readiness waits a few seconds at most: a broker that hangs must count as away.
    limits = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
    try:
        with current_app.connection_for_write(transport_options=limits) as broker:
            broker.ensure_connection(max_retries=0)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("the broker does not answer (%s)", type(error).__name__)
        return False
    return True
