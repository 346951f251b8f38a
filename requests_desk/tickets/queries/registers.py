"""How the taking over of old registers stands: counts, what is wrong, what would be told at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from django.db.models import Count, QuerySet

from requests_desk.people.models import Agency
from requests_desk.tickets.models import Register, RegisterRow
from requests_desk.tickets.words import RegisterStep, RowState

SHOWN = 20
SAMPLE = 5
WORKING = (RegisterStep.CHECKING, RegisterStep.TAKING)


@dataclass(frozen=True, slots=True)
class Stand:
    """A register with its rows counted by state; `percent` of what it is busy with is done."""

    register: Register
    total: int
    counts: dict[str, int]
    open: int
    is_busy: bool
    percent: int


def of(agency: Agency) -> QuerySet[Register]:
    """Return the registers of an agency, the newest first."""
    return Register.objects.filter(agency=agency).select_related("by").order_by("-pk")


def stand(register: Register) -> Stand:
    """Return how far a register is."""
    counts = dict(register.rows.order_by().values_list("state").annotate(Count("pk")))
    total = sum(counts.values())
    waits = counts.get(RowState.NEW if register.step == RegisterStep.CHECKING else RowState.RIGHT, 0)
    busy = register.step in WORKING
    of_total = total if register.step == RegisterStep.CHECKING else counts.get(RowState.TAKEN, 0) + waits
    return Stand(
        register,
        total,
        {state: counts.get(state, 0) for state in RowState.values},
        register.rows.filter(is_open=True, state__in=[RowState.RIGHT, RowState.TAKEN]).count(),
        busy,
        round(100 * (of_total - waits) / of_total) if busy and of_total else 100,
    )


def wrong(register: Register) -> list[RegisterRow]:
    """Return the first rows that are to be mended."""
    return list(register.rows.filter(state=RowState.WRONG).order_by("number")[:SHOWN])


def sample(register: Register) -> list[list[tuple[str, str]]]:
    """Return the first rows as they stand in the file, each cell with its heading."""
    rows = register.rows.order_by("number").values_list("cells", flat=True)[:SAMPLE]
    return [list(zip_longest(register.headings, cells, fillvalue="")) for cells in rows]


def stalled(*, before: datetime) -> QuerySet[Register]:
    """Return the registers whose worker gave no sign since `before`: a crash, or a broker that lost the task."""
    return Register.objects.filter(step__in=WORKING, alive_at__lt=before)
