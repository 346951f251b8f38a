"""Policies and calendars by owner and key: which version is in force, and how the first ones come to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from sla import worktime
from sla.models import Calendar, CalendarVersion, Policy, PolicyVersion
from sla.policies import Policy as PolicyDocument


class NothingInForce(LookupError):
    """The owner has no policy or calendar of this key: an administrator must make one first."""


def current_policy(owner: str, key: str) -> PolicyVersion:
    """Return the newest version of a policy. Raises NothingInForce."""
    version = (
        PolicyVersion.objects.select_related("policy")
        .filter(policy__owner=owner, policy__key=key)
        .order_by("-number")
        .first()
    )
    if version is None:
        raise NothingInForce(f"policy {key}")
    return version


def current_calendar(owner: str, key: str) -> CalendarVersion:
    """Return the newest version of a calendar. Raises NothingInForce."""
    version = (
        CalendarVersion.objects.select_related("calendar")
        .filter(calendar__owner=owner, calendar__key=key)
        .order_by("-number")
        .first()
    )
    if version is None:
        raise NothingInForce(f"calendar {key}")
    return version


def policy_names() -> list[tuple[str, str]]:
    """Return (owner, key) of every policy."""
    return list(Policy.objects.order_by("owner", "key").values_list("owner", "key"))


def calendar_keys(owner: str) -> list[str]:
    """Return the keys of an owner's calendars."""
    return list(Calendar.objects.filter(owner=owner).order_by("key").values_list("key", flat=True))


@transaction.atomic
def add_policy(owner: str, key: str, *, name: str, document: Mapping[str, Any], at: datetime) -> PolicyVersion:
    """Add a version of a policy, its first or its next. Raises PolicyError where the document is not one."""
    PolicyDocument.from_json(document).check()
    policy, _new = Policy.objects.select_for_update().get_or_create(owner=owner, key=key, defaults={"name": name})
    number = policy.versions.count() + 1
    return PolicyVersion.objects.create(policy=policy, number=number, document=dict(document), created_at=at)


@transaction.atomic
def add_calendar(
    owner: str, key: str, *, name: str, document: Mapping[str, Any], provisional: bool, at: datetime
) -> CalendarVersion:
    """Add a version of a calendar, its first or its next. Raises CalendarError where the document is not one."""
    worktime.Calendar.from_json(document)
    calendar, _new = Calendar.objects.select_for_update().get_or_create(owner=owner, key=key, defaults={"name": name})
    number = calendar.versions.count() + 1
    return CalendarVersion.objects.create(
        calendar=calendar, number=number, document=dict(document), provisional=provisional, created_at=at
    )
