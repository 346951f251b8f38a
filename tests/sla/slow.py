"""A model too slow to ship and too plain to be wrong: walk step by step and ask the wall clock each time.

It reads the calendar's JSON by itself, so that nothing of `sla` judges `sla`. Also the strategies that feed both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Pauses = Sequence[tuple[datetime, datetime]]

# Zones with a date near which something happens: Tết, clock changes at 02:00, at midnight and by half an hour, a day
# that never was, an offset of 45 minutes.
SCENES = [
    ("Asia/Ho_Chi_Minh", date(2027, 2, 3)),
    ("America/New_York", date(2026, 3, 6)),
    ("America/New_York", date(2026, 10, 30)),
    ("Europe/Berlin", date(2026, 3, 27)),
    ("Europe/Berlin", date(2026, 10, 23)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("America/Havana", date(2026, 3, 6)),
    ("America/Sao_Paulo", date(2018, 2, 16)),
    ("America/Sao_Paulo", date(2018, 11, 2)),
    ("America/St_Johns", date(2010, 11, 5)),
    ("Pacific/Apia", date(2011, 12, 28)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
]


def counts(data: dict[str, Any], rule: str, at: datetime) -> bool:
    """Tell whether an instant counts under a rule, by what the wall clock and the calendar's JSON say."""
    wall = at.astimezone(ZoneInfo(data["tz"]))
    day, clock = wall.date().isoformat(), wall.strftime("%H:%M")
    if rule == "skip_days_off":
        return any(_open(data, wall, day, f"{m // 60:02d}:{m % 60:02d}") for m in range(0, 1440, 5))
    return _open(data, wall, day, clock)


def slow_add(data: dict[str, Any], rule: str, start: datetime, seconds: int, *, step: int, pauses: Pauses = ()):
    """Return where a budget ends, `step` seconds at a time; None when it is not used up within 30 days."""
    known: dict[object, bool] = {}
    at, left, pace = start.astimezone(UTC), seconds, timedelta(seconds=step)
    while left:
        wall = at.astimezone(ZoneInfo(data["tz"]))
        key = wall.date() if rule == "skip_days_off" else (wall.date(), wall.hour, wall.minute)
        if key not in known:
            known[key] = counts(data, rule, at)
        if known[key] and not any(first <= at < last for first, last in pauses):
            left -= step
        at += pace
        if at - start > timedelta(days=30):
            return None
    return at


def _open(data: dict[str, Any], wall: datetime, day: str, clock: str) -> bool:
    if day in data.get("holidays", []):
        return False
    hours = data["hours"]
    for season in data.get("seasons", []):
        if season["from"] <= day <= season["to"]:
            hours = season["hours"]
    spans = data.get("special_hours", {}).get(day, hours.get(DAYS[wall.weekday()], []))
    breaks = data.get("breaks", {}).get(day, [])
    return any(a <= clock < b for a, b in spans) and not any(a <= clock < b for a, b in breaks)


# --- strategies -------------------------------------------------------------------------------------------------


@st.composite
def spans(draw: st.DrawFn) -> list[list[str]]:
    """Draw up to three spans of a day, on whole five minutes, midnight to 24:00."""
    edges = sorted(draw(st.lists(st.integers(0, 288), max_size=6, unique=True)))
    return [[_text(a), _text(b)] for a, b in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def scenes(draw: st.DrawFn) -> tuple[dict[str, Any], datetime]:
    """Draw a calendar's JSON and a start on a whole minute close to something that happens in its zone."""
    zone, day = draw(st.sampled_from(SCENES))
    dates = st.integers(0, 8).map(lambda n: (day + timedelta(days=n)).isoformat())
    dated = st.dictionaries(dates, spans(), max_size=3)
    data = {
        "tz": zone,
        "hours": draw(st.fixed_dictionaries(dict.fromkeys(DAYS, spans()))),
        "holidays": draw(st.lists(dates, max_size=2)),
        "special_hours": draw(dated),
        "breaks": draw(dated),
        "seasons": draw(st.just([]) | seasons(day)),
    }
    minutes = draw(st.integers(0, 4 * 1440))
    return data, datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) + timedelta(
        minutes=minutes
    )


@st.composite
def seasons(draw: st.DrawFn, day: date) -> list[dict[str, Any]]:
    """Draw one season that begins or ends near a day."""
    first, length = draw(st.integers(-5, 5)), draw(st.integers(0, 12))
    begins = day + timedelta(days=first)
    hours = draw(st.fixed_dictionaries(dict.fromkeys(DAYS, spans())))
    return [{"from": begins.isoformat(), "to": (begins + timedelta(days=length)).isoformat(), "hours": hours}]


@st.composite
def pauses(draw: st.DrawFn, start: datetime) -> list[tuple[datetime, datetime]]:
    """Draw up to three pauses around a start, which may overlap."""
    edges = st.integers(-600, 3000).map(lambda n: start + timedelta(minutes=n))
    return draw(st.lists(st.tuples(edges, edges).map(lambda pair: (min(pair), max(pair))), max_size=3))


def _text(fives: int) -> str:
    return f"{fives * 5 // 60:02d}:{fives * 5 % 60:02d}"
