"""Versions of policies and calendars as the arithmetic reads them: parsed once a process, for they never change."""

from __future__ import annotations

from functools import lru_cache

from sla.models import CalendarVersion, PolicyVersion
from sla.policies import Policy
from sla.worktime import Calendar

# The database refuses to change a version (P10) and never gives its number again, not even after a rollback.
_KEPT = 256


@lru_cache(maxsize=_KEPT)
def policy(pk: int) -> Policy:
    """Return what a policy's version says. At most one query."""
    return Policy.from_json(PolicyVersion.objects.get(pk=pk).document)


@lru_cache(maxsize=_KEPT)
def calendar(pk: int) -> Calendar:
    """Return the calendar a version describes. At most one query."""
    return Calendar.from_json(CalendarVersion.objects.get(pk=pk).document)


@lru_cache(maxsize=_KEPT)
def policy_row(pk: int) -> PolicyVersion:
    """Return a policy's version with the policy it is of. At most one query."""
    return PolicyVersion.objects.select_related("policy").get(pk=pk)


@lru_cache(maxsize=_KEPT)
def calendar_row(pk: int) -> CalendarVersion:
    """Return a calendar's version with the calendar it is of. At most one query."""
    return CalendarVersion.objects.select_related("calendar").get(pk=pk)
