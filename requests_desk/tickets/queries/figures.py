"""How the promise was kept over some time, and what the first page says of it. `docs/promise.md` says what counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from requests_desk.tickets.models import Figures

LATELY = timedelta(days=90)
# Of fewer no percentage is told: one more or less would move it by more than it says.
ENOUGH = 10
# Of fewer ratings one could guess who gave which.
ENOUGH_RATED = 20


class Kept(NamedTuple):
    """How many first replies were due in some time and came in time, how many did not, and the median of all.

    `median_s` is in seconds from receipt, on the wall; None where at least half have had no reply, or there is none.
    """

    kept: int
    missed: int
    median_s: int | None


@dataclass(frozen=True, slots=True)
class Lately:
    """What the first page says. `percent` and `median` are None of fewer than ENOUGH, and rounded so as not to flatter.

    `median` is None too where at least half have had no reply. `satisfied` is a percentage of `rated`, None of fewer
    than ENOUGH_RATED.
    """

    at: datetime
    sample: int
    percent: int | None
    median: timedelta | None
    rated: int = 0
    satisfied: int | None = None


# By when it was due: by when it was received, an early answer would count at once and a late one not yet.
_KEPT = """
WITH promised AS (
    SELECT m.met_at, m.due_at, c.started_at,
        EXISTS (SELECT FROM sla_breach AS b WHERE b.milestone_id = m.id AND b.voided_at IS NULL) AS is_breached,
        m.ended_at IS NOT NULL AS is_ended
    FROM sla_milestone AS m
    JOIN sla_clock AS c ON c.id = m.clock_id
    JOIN tickets_ticketclock AS l ON l.clock_id = c.id
    JOIN tickets_ticket AS t ON t.id = l.ticket_id
    WHERE m.name = 'first_reply' AND m.due_at > %(since)s AND m.due_at <= %(until)s
        AND t.agency_id = %(agency)s AND t.imported = %(imported)s AND NOT t.sealed
), counted AS (
    SELECT met_at <= due_at AND NOT is_breached AS is_kept,
        coalesce(extract(epoch FROM met_at - started_at)::float8, 'infinity') AS seconds
    FROM promised WHERE is_breached OR NOT is_ended
)
SELECT count(*) FILTER (WHERE is_kept), count(*) FILTER (WHERE is_kept IS NOT TRUE),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)
FROM counted
"""


def kept(agency: int, *, since: datetime, until: datetime, imported: bool = False) -> Kept:
    """Return how an agency kept the promises that fell due after `since` and up to `until`. One query."""
    asked: dict[str, Any] = {"agency": agency, "since": since, "until": until, "imported": imported}
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, asked)
        in_time, missed, median = cursor.fetchone()
    return Kept(in_time, missed, math.ceil(median) if median is not None and math.isfinite(median) else None)


def lately(agency: int) -> Lately | None:
    """Return what was last counted of an agency, None before anything was. One query."""
    row = Figures.objects.filter(agency=agency).first()
    if row is None:
        return None
    sample = row.kept + row.missed
    is_enough = sample >= ENOUGH
    percent = row.kept * 100 // sample if is_enough else None
    satisfied = row.satisfied * 100 // row.rated if row.rated >= ENOUGH_RATED else None
    return Lately(row.at, sample, percent, _rounded_up(row.median_s) if is_enough else None, row.rated, satisfied)


def _rounded_up(seconds: int | None) -> timedelta | None:
    """Return a length in what is said of it: minutes, of more than a day hours."""
    if seconds is None:
        return None
    unit = 60 if seconds < 86_400 else 3600
    return timedelta(seconds=-(-seconds // unit) * unit)
