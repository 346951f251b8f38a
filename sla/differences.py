"""What differs between two versions of a calendar or a policy: pure, so that any page tells it in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sla.calendar_json import WEEKDAYS
from sla.calendars import Calendar
from sla.hours import Span
from sla.policies import Policy
from sla.special_days import SpecialDay, clocks, special_days


class Difference(NamedTuple):
    """One place that changed: what kind of place, which one, and what stood and stands there ("" for nothing)."""

    place: str
    which: str
    before: str | SpecialDay
    after: str | SpecialDay


def of_calendars(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return what differs: `tz`, `hours` by weekday, `season` by its dates, `day` by its date."""
    before, after = Calendar.from_json(old), Calendar.from_json(new)
    found = [Difference("tz", "", before.tz.key, after.tz.key)]
    found += _weeks("hours", "", before.hours, after.hours)
    seasons = [{f"{s.first}/{s.last}": s.hours for s in calendar.seasons} for calendar in (before, after)]
    for dates in sorted(seasons[0].keys() | seasons[1].keys()):
        found += _weeks("season", dates, *(season.get(dates, ()) for season in seasons))
    days = [{day.date.isoformat(): day for day in special_days(calendar)} for calendar in (before, after)]
    for date in sorted(days[0].keys() | days[1].keys()):
        found.append(Difference("day", date, days[0].get(date, ""), days[1].get(date, "")))
    return [one for one in found if one.before != one.after]


def of_policies(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return what differs: each field by its name, `acknowledge` and `approval` by their part, `rung` by its key."""
    before, after = Policy.from_json(old), Policy.from_json(new)
    parts = [before.to_json(), after.to_json()]
    found = []
    for name in parts[0].keys() - {"ladder"}:
        values = [part[name] if isinstance(part[name], dict) else {"": part[name]} for part in parts]
        found += [Difference(name, which, str(values[0][which]), str(values[1][which])) for which in values[0]]
    rungs = [{rung.key: " ".join(rung.channels) for rung in policy.ladder} for policy in (before, after)]
    for key in sorted(rungs[0].keys() | rungs[1].keys()):
        found.append(Difference("rung", key, rungs[0].get(key, ""), rungs[1].get(key, "")))
    # In the order of the document, so that two comparisons of one edit read alike.
    order = [*parts[0], "rung"]
    return sorted((one for one in found if one.before != one.after), key=lambda one: order.index(one.place))


def _weeks(
    place: str, which: str, before: tuple[tuple[Span, ...], ...], after: tuple[tuple[Span, ...], ...]
) -> list[Difference]:
    pairs = [[clocks(week[n]) if week else "" for week in (before, after)] for n in range(7)]
    return [Difference(place, f"{which} {day}".strip(), *pair) for day, pair in zip(WEEKDAYS, pairs, strict=True)]
