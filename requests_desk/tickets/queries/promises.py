"""What the settings show of calendars and policies, and what an administrator must be reminded of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from requests_desk.people.models import Agency, User
from requests_desk.tickets.models import Application, PolicyRule
from requests_desk.tickets.services import policy_choice
from requests_desk.tickets.words import Kind
from sla import catalogue
from sla.models import Calendar, CalendarVersion, Policy, PolicyVersion
from sla.repinning import Version

# From this day on next year's days off must be confirmed: the first deadline to reach into it is near.
WARN_FROM = (11, 1)


class Unconfirmed(NamedTuple):
    """A calendar whose next year nobody has confirmed yet."""

    agency: str
    key: str
    name: str
    year: int


@dataclass(frozen=True, slots=True)
class Edition:
    """One version with who made it, and whether it was applied to open requests."""

    version: Version
    author: str
    applied: tuple[Application, ...]


def calendars(agency: Agency) -> list[CalendarVersion]:
    """Return the version in force of each calendar of an agency."""
    return list(_calendars(agency))


def policies(agency: Agency) -> list[PolicyVersion]:
    """Return the version in force of each policy of an agency."""
    rows = PolicyVersion.objects.filter(policy__owner=policy_choice.owner(agency)).select_related("policy")
    return list(rows.order_by("policy__key", "-number").distinct("policy__key"))


def rules(agency: Agency) -> list[PolicyRule]:
    """Return the lines of the table, the most specific first: the first that fits is the one that counts."""
    return sorted(PolicyRule.objects.filter(agency=agency), key=policy_choice.specificity, reverse=True)


def lacks_personal_data(rules: Iterable[PolicyRule]) -> bool:
    """Tell whether no line is for requests about one's own data by whatever door: the law gives them days."""
    return not any(rule.kind == Kind.PERSONAL_DATA and policy_choice.specificity(rule)[0] == 1 for rule in rules)


def editions(document: Policy | Calendar) -> list[Edition]:
    """Return every version of a policy or calendar, the newest first."""
    versions: list[Version] = list(document.versions.order_by("-number"))
    known = _authors(versions)
    applied = Application.objects.filter(**{f"{_field(document)}__in": versions}).select_related("by").order_by("at")
    by_version: dict[int, list[Application]] = {}
    for one in applied:
        by_version.setdefault(getattr(one, f"{_field(document)}_id"), []).append(one)
    return [
        Edition(version, known.get(version.author, ""), tuple(by_version.get(version.pk, ()))) for version in versions
    ]


def calendar(agency: Agency, key: str) -> CalendarVersion:
    """Return the version in force of a calendar. Raises catalogue.NothingInForce."""
    return catalogue.current_calendar(policy_choice.owner(agency), key)


def policy(agency: Agency, key: str) -> PolicyVersion:
    """Return the version in force of a policy. Raises catalogue.NothingInForce."""
    return catalogue.current_policy(policy_choice.owner(agency), key)


def unconfirmed(agencies: Iterable[Agency], *, at: datetime) -> list[Unconfirmed]:
    """Return, from 1 November on, the calendars in use of which next year is still a guess."""
    found = []
    for agency in agencies:  # nothing is asked of the database from January to October
        local = at.astimezone(ZoneInfo(agency.timezone)).date()
        if (local.month, local.day) < WARN_FROM:
            continue
        year = local.year + 1
        found += [
            Unconfirmed(agency.code, version.calendar.key, version.calendar.name, year)
            for version in _calendars(agency).defer("document")
            if year not in version.confirmed_years
        ]
    return found


def warning(one: Unconfirmed) -> str:
    """Return what an operator reads of a calendar that is not confirmed."""
    return f"{one.agency}: the days off of {one.year} in the calendar {one.key} are not confirmed; see /settings/"


def _calendars(agency: Agency) -> QuerySet[CalendarVersion]:
    rows = CalendarVersion.objects.filter(calendar__owner=policy_choice.owner(agency)).select_related("calendar")
    return rows.order_by("calendar__key", "-number").distinct("calendar__key")


def _field(document: Policy | Calendar) -> str:
    return "policy_version" if isinstance(document, Policy) else "calendar_version"


def _authors(versions: Iterable[Version]) -> dict[str, str]:
    keys = {version.author for version in versions if version.author.startswith("user:")}
    people = User.objects.in_bulk([int(key.removeprefix("user:")) for key in keys])
    return {f"user:{pk}": str(person) for pk, person in people.items()}
