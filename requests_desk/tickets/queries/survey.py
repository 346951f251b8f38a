"""What requesters said of the answers they got: totals with their sample, by unit, never by person (S-1, S-3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from requests_desk.people.models import Agency, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Survey, Ticket
from requests_desk.tickets.survey_words import SATISFIED, Attitude, Satisfaction, Substance, SurveyWay, Timeliness

# The share that is to be satisfied or more (S-1), in percent.
TARGET = 85
# Of a unit with fewer answers no percentage is told: one could guess who gave which.
ENOUGH_OF_A_UNIT = 5
LISTED = 50
QUESTIONS = {"overall": Satisfaction, "timeliness": Timeliness, "substance": Substance, "attitude": Attitude}


class Bar(NamedTuple):
    """One choice of a question: how often it was ticked, and that in percent of all who ticked one."""

    label: str
    ticked: int
    percent: int


@dataclass(frozen=True, slots=True)
class Share:
    """Who was satisfied among who answered; `percent` rounds down, and is None where too few did."""

    name: str
    sample: int
    satisfied: int
    enough: int = 1

    @property
    def percent(self) -> int | None:
        return self.satisfied * 100 // self.sample if self.sample >= self.enough else None

    @property
    def is_reached(self) -> bool:
        """Tell whether the target is met, by the exact share and not the rounded one."""
        return self.satisfied * 100 >= self.sample * TARGET


@dataclass(frozen=True, slots=True)
class Results:
    """What was said in some time: `asked` were sent an invitation in it, `by_way` says how the answers came in."""

    asked: int
    whole: Share
    by_way: list[Bar]
    by_question: dict[str, list[Bar]]
    by_unit: list[Share]


def rated(agencies: Iterable[Agency], *, since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many rated an answer after `since` and up to `until`, and how many of them were satisfied."""
    rows = _answered(agencies, since=since, until=until)
    found = rows.aggregate(rated=Count("pk"), satisfied=Count("pk", filter=Q(overall__in=SATISFIED)))
    return found["rated"], found["satisfied"]


def results(agencies: Sequence[Agency], *, since: datetime, until: datetime) -> Results:
    """Return the totals of some agencies. Three queries. What is sealed is counted nowhere (P13)."""
    rows = _answered(agencies, since=since, until=until)
    groups = list(rows.values("unit", "way", *QUESTIONS).annotate(n=Count("pk")).order_by())
    invited = Survey.objects.filter(
        ticket__agency__in=agencies, ticket__sealed=False, invited_at__gt=since, invited_at__lte=until
    ).exclude(channel="")
    return Results(
        asked=invited.count(),
        whole=_share("", groups),
        by_way=_bars("way", SurveyWay, groups),
        by_question={name: _bars(name, choices, groups) for name, choices in QUESTIONS.items()},
        by_unit=_by_unit(groups),
    )


def comments(agencies: Sequence[Agency], *, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return the newest words written beside an answer, with its unit and day, and without whose they are."""
    rows = _answered(agencies, since=since, until=until).exclude(comment="").select_related("unit")
    return [
        {"at": row.answered_at, "unit": row.unit, "overall": row.overall, "text": row.comment}
        for row in rows.order_by("-answered_at", "-pk")[:LISTED]
    ]


def reports(user: User, *, since: datetime, until: datetime) -> list[Ticket]:
    """Return the sealed requests that answers led to, of those somebody may read (P13)."""
    rows = access.visible(user, Right.READ_SEALED).filter(reported_in__isnull=False)
    return list(rows.filter(received_at__gt=since, received_at__lte=until).order_by("-received_at", "-pk")[:LISTED])


def _answered(agencies: Iterable[Agency], *, since: datetime, until: datetime) -> QuerySet[Survey]:
    return Survey.objects.filter(
        ticket__agency__in=agencies, ticket__sealed=False, answered_at__gt=since, answered_at__lte=until
    )


def _by_unit(groups: Sequence[dict[str, Any]]) -> list[Share]:
    units = Unit.objects.in_bulk({group["unit"] for group in groups if group["unit"]})
    shares = [
        _share(str(unit), [g for g in groups if g["unit"] == pk], enough=ENOUGH_OF_A_UNIT) for pk, unit in units.items()
    ]
    return sorted(shares, key=lambda share: (-share.sample, share.name))


def _share(name: str, groups: Sequence[dict[str, Any]], *, enough: int = 1) -> Share:
    satisfied = sum(group["n"] for group in groups if group["overall"] in SATISFIED)
    return Share(name, sum(group["n"] for group in groups), satisfied, enough)


def _bars(name: str, choices: Any, groups: Sequence[dict[str, Any]]) -> list[Bar]:
    counted: Counter[str] = Counter()
    for group in groups:
        counted[group[name]] += group["n"]
    ticked = sum(counted[value] for value in choices.values)
    return [Bar(str(label), counted[value], counted[value] * 100 // max(ticked, 1)) for value, label in choices.choices]
