"""Beat keeps its pace whatever is done to the machine's clock (design §6)."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

# In a process of its own: another clock in this one would confuse every other test.
JUMP = """
import time
from datetime import datetime, timedelta, UTC
from requests_desk import steady
real = time.time
begun = steady.now()
time.time = lambda: real() - 7200
pace = steady.every(1)
print(pace.is_due(begun - timedelta(seconds=2)).is_due, pace.is_due(begun + timedelta(seconds=60)).is_due)
"""


def test_it_is_due_by_the_seconds_that_passed_and_not_by_the_clock_on_the_wall():
    said = subprocess.run([sys.executable, "-c", JUMP], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["True", "False"]


def test_it_sends_nothing_that_a_worker_with_a_fast_clock_would_drop():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert "expires" not in entry.get("options", {})
        assert entry["schedule"].nowfun is not None
