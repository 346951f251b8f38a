"""Edit an agency's calendars, policies and the table that chooses among them: every edit is a new version (P10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from requests_desk.people.models import Agency, User
from requests_desk.tickets.models import PolicyRule
from requests_desk.tickets.services import policy_choice
from sla import calendar_json, catalogue, policies, seed
from sla.errors import gettext_noop
from sla.models import CalendarVersion, PolicyVersion
from sla.policies import PolicyError

# Whom a rung of this desk may name, and by what (design §9).
RUNGS = ("officer", "unit_head", "chief", "leadership", "duty")
CHANNELS = ("email", "sms", "in_app")
NOTE_LENGTH = 500


class Unchanged(ValueError):
    """Nothing differs from the version in force: a version that says the same would only blur the history."""


class RuleTwice(ValueError):
    """The table has a line for these very conditions already."""


def save_calendar(
    agency: Agency,
    key: str,
    document: Mapping[str, Any],
    *,
    note: str,
    after: int,
    by: User,
    at: datetime,
    confirm: Iterable[int] = (),
) -> CalendarVersion:
    """Put a new version of a calendar into force; the years in `confirm` are confirmed with it.

    Raises CalendarError, catalogue.Superseded when `after` is no longer the newest, and Unchanged.
    """
    owner = policy_choice.owner(agency)
    now = catalogue.current_calendar(owner, key)
    confirmed = {*now.confirmed_years, *confirm}
    # Compared as they are read: another order of keys is no edit.
    if _same_calendar(now.document, document) and confirmed == set(now.confirmed_years):
        raise Unchanged
    return catalogue.add_calendar(
        owner,
        key,
        name=now.calendar.name,
        document=document,
        confirmed=confirmed,
        note=_line(note),
        author=f"user:{by.pk}",
        after=after,
        at=at,
    )


def new_calendar(agency: Agency, key: str, *, name: str, by: User, at: datetime) -> CalendarVersion:
    """Start a further calendar: the public holidays of three years, provisional. Raises Superseded for a known key."""
    year = at.year
    document = seed.vietnamese_calendar([year - 1, year, year + 1], tz=agency.timezone)
    owner = policy_choice.owner(agency)
    return catalogue.add_calendar(owner, key, name=name, document=document, author=f"user:{by.pk}", after=0, at=at)


def save_policy(
    agency: Agency,
    key: str,
    document: Mapping[str, Any],
    *,
    note: str,
    after: int,
    by: User,
    at: datetime,
    name: str = "",
) -> PolicyVersion:
    """Put a new version of a policy into force; with `after` 0 the first one, called `name`.

    Raises PolicyError, catalogue.Superseded when `after` is no longer the newest, and Unchanged.
    """
    owner = policy_choice.owner(agency)
    check_policy(document)
    if after:
        now = catalogue.current_policy(owner, key)
        name = now.policy.name
        if policies.Policy.from_json(now.document) == policies.Policy.from_json(document):
            raise Unchanged
    return catalogue.add_policy(
        owner, key, name=name, document=document, note=_line(note), author=f"user:{by.pk}", after=after, at=at
    )


def check_policy(document: Mapping[str, Any]) -> None:
    """Raise PolicyError for a policy that this desk could not keep."""
    policies.checked(document)
    for place, rung in enumerate(document["ladder"]):
        if rung["to"] not in RUNGS:
            template = gettext_noop("“%(label)s” is nobody here; use %(known)s")
            raise PolicyError(f"ladder[{place}].to", template, label=rung["to"], known=", ".join(RUNGS))
        for channel in rung["by"]:
            if channel not in CHANNELS:
                template = gettext_noop("“%(channel)s” is not a channel of alerts; use %(known)s")
                raise PolicyError(f"ladder[{place}].by", template, channel=channel, known=", ".join(CHANNELS))


def add_rule(agency: Agency, *, policy_key: str, calendar_key: str, **conditions: str) -> PolicyRule:
    """Add a line to the table. Raises RuleTwice, and NothingInForce for a policy or calendar that is not there."""
    owner = policy_choice.owner(agency)
    # A line that names what is not there would stop every request it fits.
    catalogue.current_policy(owner, policy_key)
    catalogue.current_calendar(owner, calendar_key)
    try:
        with transaction.atomic():
            return PolicyRule.objects.create(
                agency=agency, policy_key=policy_key, calendar_key=calendar_key, **conditions
            )
    except IntegrityError as error:
        raise RuleTwice from error


def remove_rule(agency: Agency, pk: int) -> None:
    """Take a line out of the table; a line that is gone already is no error. Requests keep what they are pinned to."""
    PolicyRule.objects.filter(agency=agency, pk=pk).delete()


def _same_calendar(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return calendar_json.write(calendar_json.read(old)) == calendar_json.write(calendar_json.read(new))


def _line(note: str) -> str:
    return " ".join(note.split())[:NOTE_LENGTH]
