"""Which policy and which calendar time a request: the most specific line of the agency's table that fits (P12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from requests_desk.people.models import Agency
from requests_desk.tickets.models import PolicyRule
from sla import catalogue, versions, worktime
from sla.models import CalendarVersion, PolicyVersion

# What times a request that no line of the table fits.
POLICY, CALENDAR = "first-reply", "office"
# Where two lines name equally many things, the one that names the earlier of these wins.
CONDITIONS = ("kind", "field", "channel", "priority")


class Choice(NamedTuple):
    """What a request received now is pinned to, and the line of the table that says so (None: the usual)."""

    policy: PolicyVersion
    calendar: CalendarVersion
    rule: PolicyRule | None


def owner(agency: Agency) -> str:
    """Return the opaque name by which the clocks know an agency."""
    return f"agency:{agency.pk}"


# What is empty fits everything.
_FITTING = """
SELECT * FROM tickets_policyrule WHERE agency_id = %s
    AND kind IN ('', %s) AND channel IN ('', %s) AND field IN ('', %s) AND priority IN ('', %s)
"""


def choose(agency: Agency, *, kind: str, channel: str, field: str, priority: str) -> Choice:
    """Return the versions in force for such a request. Raises catalogue.NothingInForce."""
    fitting = PolicyRule.objects.raw(_FITTING, [agency.pk, kind, channel, field, priority])
    rule = max(fitting, key=specificity, default=None)
    policy_key, calendar_key = (rule.policy_key, rule.calendar_key) if rule else (POLICY, CALENDAR)
    return Choice(*catalogue.in_force(owner(agency), policy=policy_key, calendar=calendar_key), rule)


def calendar_of(agency: Agency) -> dict[str, Any]:
    """Return the document of the agency's usual office calendar. Raises catalogue.NothingInForce."""
    document: dict[str, Any] = catalogue.current_calendar(owner(agency), CALENDAR).document
    return document


def next_opening(agency: Agency, moment: datetime) -> datetime | None:
    """Return the moment itself within office hours, else when the office opens next; None where that is not known."""
    try:
        version = catalogue.current_calendar(owner(agency), CALENDAR)
        return worktime.next_open(versions.calendar(version.pk), moment)
    except (catalogue.NothingInForce, worktime.WorktimeError):
        return None


def specificity(rule: PolicyRule) -> tuple[int, ...]:
    """Return what orders lines that fit: how many conditions they name, then which. No two lines are equal in it."""
    named = [int(bool(getattr(rule, name))) for name in CONDITIONS]
    return sum(named), *named
