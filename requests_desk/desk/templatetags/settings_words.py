"""What the templates of the settings need to speak of calendars and policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from requests_desk.desk.year import MARKS
from requests_desk.tickets.moments import duration
from requests_desk.tickets.services.repinning import Row
from requests_desk.tickets.templatetags.desk import word
from requests_desk.tickets.words import ReplyKind
from sla.differences import Difference
from sla.hours import Span
from sla.special_days import SpecialDay, clocks

register = template.Library()


@register.filter
def spans(hours: Sequence[Span]) -> str:
    """Return hours as people write them."""
    return clocks(hours)


@register.filter
def mark(kind: str) -> str:
    """Return the letter that stands for a kind of day."""
    return MARKS[kind]


@register.filter
def at(mapping: Mapping[str, str], key: str) -> str:
    """Return what a mapping holds for a key, or the key."""
    return mapping.get(key, key)


@register.filter
def split(text: str) -> list[str]:
    """Return the words of a literal list."""
    return text.split()


@register.filter
def rung(key: str) -> str:
    """Return a rung in words: `Head of unit, 8 h left`."""
    label, _dash, minutes = key.rpartition("-")
    who, left = word(label, "rung"), int(minutes.removesuffix("m"))
    if not left:
        return _("%(who)s, at the breach") % {"who": who}
    return _("%(who)s, %(time)s left") % {"who": who, "time": duration(timedelta(minutes=left))}


@register.filter
def shift(row: Row) -> str:
    """Return by how much a deadline would move."""
    if row.due_at > row.was_due_at:
        return _("%(time)s later") % {"time": duration(row.due_at - row.was_due_at)}
    return _("%(time)s earlier") % {"time": duration(row.was_due_at - row.due_at)}


@register.filter
def where(one: Difference) -> str:
    """Return the place of a difference in words."""
    if one.place == "day":
        return date_format(date.fromisoformat(one.which), "d/m/Y")
    if one.place == "rung":
        return rung(one.which)
    if one.place == "hours":
        return word(one.which, "weekday")
    if one.place == "season":
        dates, _space, weekday = one.which.rpartition(" ")
        return f"{' – '.join(_local(day) for day in dates.split('/'))}, {word(weekday, 'weekday')}"
    said = _places()[one.place]
    kind = str(ReplyKind(one.which).label) if one.place == "approval" else _waits().get(one.which, "")
    return f"{said}: {kind}" if kind else said


@register.filter
def value(found: str | SpecialDay, place: str) -> str:
    """Return what stood or stands at a place in words."""
    if isinstance(found, SpecialDay):
        return " · ".join(filter(None, [word(found.kind, "day_kind"), found.name, clocks(found.hours)]))
    if place in ("rule", "approval"):
        return word(found, "rule" if place == "rule" else "approver")
    if place == "rung":
        return ", ".join(word(way, "way") for way in found.split())
    return found


def _local(day: str) -> str:
    return date_format(date.fromisoformat(day), "d/m/Y")


def _places() -> dict[str, str]:
    return {
        "tz": _("Time zone"),
        "rule": _("How the time is counted"),
        "first_reply": _("First reply within"),
        "statutory_days": _("Statutory limit in working days"),
        "promise_cap_days": _("Longest promise of an interim reply"),
        "interims_before_leader": _("Interim replies before the leadership must agree"),
        "pause_days": _("Longest pause in working days"),
        "acknowledge": _("Acknowledge or climb"),
        "approval": _("Who approves a reply"),
    }


def _waits() -> dict[str, str]:
    return {
        "from": _("Alerts ask for action from"),
        "reminder": _("A reminder climbs after"),
        "breach": _("A breach climbs after"),
    }
