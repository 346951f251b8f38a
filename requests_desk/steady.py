"""A schedule that no change of the machine's clock can stop: set back two hours, beat would send nothing for two."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from celery.schedules import schedule

_START, _BEGAN = datetime.now(UTC), time.monotonic()


def now() -> datetime:
    """Return the time this process began at and the seconds it has run since."""
    return _START + timedelta(seconds=time.monotonic() - _BEGAN)


def every(seconds: int) -> schedule:
    """Return the schedule of a task that is due each so many seconds of this process's life."""
    return schedule(seconds, nowfun=now)
