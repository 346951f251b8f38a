"""The JSON shape of a calendar: read with every mistake named, written so that it reads back the same.

Pure: no clock, no database, no Django.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sla.errors import CalendarError, gettext_noop
from sla.hours import Season, Span, Week

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR, LAST_YEAR = 1900, 2199  # bounds every search through named dates
_KEYS: Final = ("tz", "hours", "holidays", "special_hours", "breaks", "seasons", "names")
# What a named date is: three kinds of day off, the working day that makes up for one, a shorter day, anything else.
Kind = Literal["holiday", "compensatory", "swap", "make_up", "half_day", "other"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
CLOSED_KINDS: Final[frozenset[Kind]] = frozenset({"holiday", "compensatory", "swap"})
NAME_LENGTH: Final = 120
# [0-9] rather than \d, which takes the digits of every script.
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


class Named(NamedTuple):
    """What people call a date and why it differs from its weekday; the arithmetic never reads it."""

    kind: Kind
    name: str


class Fields(NamedTuple):
    """What a calendar is made of, checked."""

    tz: ZoneInfo
    hours: Week
    holidays: frozenset[date]
    special_hours: Mapping[date, tuple[Span, ...]]
    breaks: Mapping[date, tuple[Span, ...]]
    seasons: tuple[Season, ...]
    names: Mapping[date, Named]


def read(data: str | Mapping[str, Any]) -> Fields:
    """Read the JSON text or its decoded mapping. Raise CalendarError, naming the place and what to change."""
    named = _known_keys(_decoded(data) if isinstance(data, str) else data, _KEYS, "")
    for key in ("tz", "hours"):
        if key not in named:
            raise CalendarError(key, gettext_noop("is missing; a calendar needs “tz” and “hours”"))
    fields = Fields(
        tz=_zone(named["tz"]),
        hours=_hours(named["hours"], "hours"),
        holidays=_holidays(named.get("holidays", [])),
        special_hours=_dated_spans(named.get("special_hours", {}), "special_hours"),
        breaks=_dated_spans(named.get("breaks", {}), "breaks"),
        seasons=_seasons(named.get("seasons", [])),
        names=_names(named.get("names", {})),
    )
    _names_tell_the_truth(fields)
    return fields


def _decoded(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_no_repeats)
    # Brackets nested without end exhaust the decoder before it finds the fault.
    except (json.JSONDecodeError, RecursionError) as error:
        place = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "1:1"
        raise CalendarError(place, gettext_noop("is not JSON; check commas, quotes and brackets there")) from error


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):  # json would silently keep the last: a day's hours would vanish
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise CalendarError(twice, gettext_noop("is named twice; keep one"))
    return data


def _object(data: object, path: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise CalendarError(path, gettext_noop("must be an object, {…}"))
    return data


def _known_keys(data: object, known: tuple[str, ...], path: str) -> Mapping[str, Any]:
    checked = _object(data, path)
    for key in checked:
        if key not in known:
            place = f"{path}.{key}" if path else str(key)
            raise CalendarError(place, gettext_noop("is not known here; use %(known)s"), known=", ".join(known))
    return checked


def _zone(name: object) -> ZoneInfo:
    try:
        if not isinstance(name, str) or not name:
            raise ValueError
        return ZoneInfo(name)
    # A path such as ../x is a ValueError, the name of a folder such as America an OSError.
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        template = gettext_noop("“%(name)s” is not a time zone; use a name such as Asia/Ho_Chi_Minh")
        raise CalendarError("tz", template, name=name) from error


def _hours(data: object, path: str) -> Week:
    named = _known_keys(data, WEEKDAYS, path)
    return tuple(read_spans(named.get(day, []), f"{path}.{day}") for day in WEEKDAYS)


def _holidays(data: object) -> frozenset[date]:
    return frozenset(read_date(text, f"holidays[{i}]") for i, text in enumerate(_list(data, "holidays")))


def _dated_spans(data: object, path: str) -> dict[date, tuple[Span, ...]]:
    named = _object(data, path).items()
    return {read_date(key, f"{path}.{key}"): read_spans(item, f"{path}.{key}") for key, item in named}


def _names(data: object) -> dict[date, Named]:
    named = _object(data, "names").items()
    return {read_date(key, f"names.{key}"): _named(item, f"names.{key}") for key, item in named}


def _named(data: object, path: str) -> Named:
    named = _known_keys(data, ("kind", "name"), path)
    kind, name = named.get("kind"), named.get("name", "")
    if kind not in KINDS:
        template = gettext_noop("“%(kind)s” is not a kind of day; use %(known)s")
        raise CalendarError(f"{path}.kind", template, kind=kind, known=", ".join(KINDS))
    if not isinstance(name, str) or len(name) > NAME_LENGTH:
        raise CalendarError(
            f"{path}.name", gettext_noop("must be a text of at most %(length)d letters"), length=NAME_LENGTH
        )
    return Named(kind, name)


def _names_tell_the_truth(fields: Fields) -> None:
    """Refuse a name that says what the arithmetic does not do: people would read one thing and deadlines another."""
    for day, (kind, _) in fields.names.items():
        if kind in CLOSED_KINDS and day not in fields.holidays:
            template = gettext_noop("is called a day off; put the date into “holidays” too")
        elif kind == "make_up" and (day not in fields.special_hours or day in fields.holidays):
            template = gettext_noop(
                "is called a make-up working day; give it “special_hours” and no place in “holidays”"
            )
        elif kind == "half_day" and not (fields.special_hours.keys() | fields.breaks.keys()) & {day}:
            template = gettext_noop("is called a half day; give it “special_hours” or “breaks”")
        else:
            continue
        raise CalendarError(f"names.{day.isoformat()}", template)


def _seasons(data: object) -> tuple[Season, ...]:
    seasons = [_season(item, f"seasons[{i}]") for i, item in enumerate(_list(data, "seasons"))]
    for i, season in enumerate(seasons):
        for j, other in enumerate(seasons[:i]):
            # Which of two would count on a shared day nobody could tell.
            if season.first <= other.last and other.first <= season.last:
                raise CalendarError(
                    f"seasons[{i}]",
                    gettext_noop("overlaps seasons[%(other)d]; end one before the other begins"),
                    other=j,
                )
    return tuple(sorted(seasons, key=lambda season: season.first))


def _season(data: object, path: str) -> Season:
    named = _known_keys(data, ("from", "to", "hours"), path)
    for key in ("from", "to", "hours"):
        if key not in named:
            raise CalendarError(f"{path}.{key}", gettext_noop("is missing; a season needs “from”, “to” and “hours”"))
    first, last = read_date(named["from"], f"{path}.from"), read_date(named["to"], f"{path}.to")
    if last < first:
        raise CalendarError(f"{path}.to", gettext_noop("lies before “from”; swap the two dates"))
    return Season(first, last, _hours(named["hours"], f"{path}.hours"))


def read_spans(data: object, path: str) -> tuple[Span, ...]:
    """Read a list of pairs of times, in any order. Raise CalendarError for spans reversed or overlapping."""
    # Spans that merely meet are allowed: they are one stretch of work.
    spans = sorted(_span(item, f"{path}[{i}]") for i, item in enumerate(_list(data, path)))
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            template = gettext_noop("%(first)s and %(second)s overlap; let the second begin when the first has ended")
            raise CalendarError(path, template, first="–".join(_out(earlier)), second="–".join(_out(later)))
    return tuple(spans)


def _span(data: object, path: str) -> Span:
    if not isinstance(data, list | tuple) or len(data) != 2:
        raise CalendarError(path, gettext_noop("must be a pair of times such as [“07:30”, “11:30”]"))
    span = Span(_minute(data[0], f"{path}[0]"), _minute(data[1], f"{path}[1]"))
    if span.closes <= span.opens:
        template = gettext_noop(
            "ends at %(closes)s, not after it begins at %(opens)s; write a span over midnight as two"
        )
        raise CalendarError(path, template, opens=data[0], closes=data[1])
    return span


def _minute(text: object, path: str) -> int:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise CalendarError(path, gettext_noop("“%(text)s” is not a time; write 00:00 to 24:00"), text=text)
    return int(text[:2]) * 60 + int(text[3:])


def read_date(text: object, path: str) -> date:
    """Read a date such as 2027-02-05. Raise CalendarError."""
    try:
        # fromisoformat reads 20270205 and 2027-W05-5 too: one way to write a date keeps files comparable.
        if not isinstance(text, str) or len(text) != 10:
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError as error:
        template = gettext_noop("“%(text)s” is not a date; write it as 2027-02-05")
        raise CalendarError(path, template, text=text) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        template = gettext_noop("the year of %(text)s must lie between %(first)d and %(last)d")
        raise CalendarError(path, template, text=text, first=FIRST_YEAR, last=LAST_YEAR)
    return day


def _list(data: object, path: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise CalendarError(path, gettext_noop("must be a list, […]"))
    return data


# --- writing ----------------------------------------------------------------------------------------------------


def write(fields: Fields) -> dict[str, Any]:
    """Return the JSON mapping that `read` reads back to equal fields."""
    data: dict[str, Any] = {
        "tz": fields.tz.key,
        "hours": _week_out(fields.hours),
        "holidays": sorted(day.isoformat() for day in fields.holidays),
        "special_hours": _dates_out(fields.special_hours),
        "breaks": _dates_out(fields.breaks),
    }
    if fields.seasons:
        data["seasons"] = [
            {"from": s.first.isoformat(), "to": s.last.isoformat(), "hours": _week_out(s.hours)} for s in fields.seasons
        ]
    if fields.names:
        data["names"] = {
            day.isoformat(): {"kind": kind, "name": name} for day, (kind, name) in sorted(fields.names.items())
        }
    return data


def _out(span: Span) -> list[str]:
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in span]


def _week_out(hours: Week) -> dict[str, list[list[str]]]:
    return {day: [_out(span) for span in spans] for day, spans in zip(WEEKDAYS, hours, strict=True) if spans}


def _dates_out(dated: Mapping[date, tuple[Span, ...]]) -> dict[str, list[list[str]]]:
    return {day.isoformat(): [_out(span) for span in spans] for day, spans in sorted(dated.items())}
