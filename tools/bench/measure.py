"""How a figure is taken: the median of some, beside its floor taken in turns with it, with the swing of both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

TIMES = 7


@dataclass(frozen=True)
class Figure:
    """Some measurements of one thing, in milliseconds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, taken: list[float]) -> Figure:
        return cls(*(round(value, 2) for value in (statistics.median(taken), min(taken), max(taken))))

    def __str__(self) -> str:
        return f"{self.median:g} ({self.least:g}–{self.most:g})"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    work: str
    unit: str
    ours: Figure
    floor: Figure | None = None
    floor_is: str = ""
    queries: int | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return round(self.ours.median / self.floor.median, 2) if self.floor and self.floor.median else None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio}


def both(
    ours: Callable[[], Any], floor: Callable[[], Any] | None = None, *, times: int = TIMES, cpu: bool = False
) -> tuple[Figure, Figure | None]:
    """Measure ours and its floor in turns, after one warm run of each."""
    clock = time.process_time if cpu else time.perf_counter
    taken: dict[str, list[float]] = {"ours": [], "floor": []}
    works = {"ours": ours} | ({"floor": floor} if floor else {})
    for turn in range(times + 1):
        for name, work in works.items():
            began = clock()
            work()
            if turn:
                taken[name].append((clock() - began) * 1000)
    return Figure.of(taken["ours"]), Figure.of(taken["floor"]) if floor else None


def queries_of(work: Callable[[], Any]) -> int:
    """Return how many statements a piece of work asks of the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


def table(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = ["| work | ours | floor | ours / floor | queries | floor is |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    for row in rows:
        ratio = f"{row.ratio:g}" if row.ratio else "–"
        asked = "–" if row.queries is None else str(row.queries)
        note = f" ({row.note})" if row.note else ""
        floor = str(row.floor) if row.floor else "–"
        lines.append(f"| {row.work}{note} | {row.ours} {row.unit} | {floor} | {ratio} | {asked} | {row.floor_is} |")
    return "\n".join(lines)
