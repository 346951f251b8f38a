"""The policies and calendars that clocks are pinned to, read once: a version never changes (P10)."""

from __future__ import annotations

from functools import lru_cache

from sla.models import CalendarVersion, PolicyVersion
from sla.policies import Policy
from sla.worktime import Calendar

# An office has a handful of each in force, and each of their parts is immutable.
KEPT = 64


@lru_cache(maxsize=KEPT)
def calendar(version: int) -> Calendar:
    """Return the calendar of a version by its id. One query, the first time."""
    return Calendar.from_json(CalendarVersion.objects.values_list("document", flat=True).get(pk=version))


@lru_cache(maxsize=KEPT)
def policy(version: int) -> Policy:
    """Return the policy of a version by its id. One query, the first time."""
    return Policy.from_json(PolicyVersion.objects.values_list("document", flat=True).get(pk=version))
