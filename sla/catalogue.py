"""Policies and calendars by owner and key: which version is in force, and how the first ones come to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from sla import policies, versions, worktime
from sla.errors import CalendarError, gettext_noop
from sla.models import Calendar, CalendarVersion, Policy, PolicyVersion


class NothingInForce(LookupError):
    """The owner has no policy or calendar of this key: an administrator must make one first."""


class Superseded(ValueError):
    """Somebody saved a newer version meanwhile: the edit started from one that is no longer in force."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"version {newest} is newer")
        self.newest = newest


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


# Asked of every request that comes in: the ORM would take ten times as long to write it as the database to answer.
_IN_FORCE = """
SELECT
    (SELECT v.id FROM sla_policyversion AS v JOIN sla_policy AS p ON p.id = v.policy_id
     WHERE p.owner = %(owner)s AND p.key = %(policy)s ORDER BY v.number DESC LIMIT 1),
    (SELECT v.id FROM sla_calendarversion AS v JOIN sla_calendar AS c ON c.id = v.calendar_id
     WHERE c.owner = %(owner)s AND c.key = %(calendar)s ORDER BY v.number DESC LIMIT 1)
"""


def in_force(owner: str, *, policy: str, calendar: str) -> tuple[PolicyVersion, CalendarVersion]:
    """Return the newest versions of a policy and a calendar, by their keys. One query. Raises NothingInForce."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"owner": owner, "policy": policy, "calendar": calendar})
        of_policy, of_calendar = cursor.fetchone()
    if of_policy is None or of_calendar is None:
        raise NothingInForce(f"policy {policy}" if of_policy is None else f"calendar {calendar}")
    return versions.policy_row(of_policy), versions.calendar_row(of_calendar)


def policy_names() -> list[tuple[str, str]]:
    """Return (owner, key) of every policy."""
    return list(Policy.objects.order_by("owner", "key").values_list("owner", "key"))


def calendar_keys(owner: str) -> list[str]:
    """Return the keys of an owner's calendars."""
    return list(Calendar.objects.filter(owner=owner).order_by("key").values_list("key", flat=True))


@transaction.atomic
def add_policy(
    owner: str,
    key: str,
    *,
    name: str,
    document: Mapping[str, Any],
    at: datetime,
    note: str = "",
    author: str = "",
    after: int | None = None,
) -> PolicyVersion:
    """Add a version of a policy, its first or its next; `author` is an opaque key.

    `after` is the number its author started from. Raises PolicyError where the document is not one, Superseded when a
    newer version than that is there.
    """
    # Checked here and not only in the form: a version can never be taken back (P10).
    policies.checked(document)
    # The document's row is the lock: two editors would otherwise both take the next number.
    policy, _new = Policy.objects.select_for_update().get_or_create(owner=owner, key=key, defaults={"name": name})
    return PolicyVersion.objects.create(
        policy=policy,
        number=_next_number(policy.versions.count(), after),
        document=dict(document),
        created_at=at,
        note=note,
        author=author,
    )


@transaction.atomic
def add_calendar(
    owner: str,
    key: str,
    *,
    name: str,
    document: Mapping[str, Any],
    at: datetime,
    confirmed: Iterable[int] = (),
    note: str = "",
    author: str = "",
    after: int | None = None,
) -> CalendarVersion:
    """Add a version of a calendar, its first or its next; what it says of years not `confirmed` is provisional.

    `author` is an opaque key, `after` the number its author started from. Raises CalendarError where the document is
    not one, Superseded when a newer version than that is there.
    """
    if not any(worktime.Calendar.from_json(document).hours):
        # Days off would be skipped without end: no deadline could be counted, and so no request taken in.
        raise CalendarError("hours", gettext_noop("open on no day of the week; give at least one day its hours"))
    calendar, _new = Calendar.objects.select_for_update().get_or_create(owner=owner, key=key, defaults={"name": name})
    return CalendarVersion.objects.create(
        calendar=calendar,
        number=_next_number(calendar.versions.count(), after),
        document=dict(document),
        confirmed_years=sorted(set(confirmed)),
        created_at=at,
        note=note,
        author=author,
    )


def _next_number(newest: int, after: int | None) -> int:
    # Nobody overwrites an edit they have not seen.
    if after is not None and after != newest:
        raise Superseded(newest)
    return newest + 1
