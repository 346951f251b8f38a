"""Rows that are written many at once: one statement, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from sla.models import Breach, Clock, Firing, Milestone

_OPEN = """
WITH clock AS (
    INSERT INTO sla_clock (policy_version_id, calendar_version_id, started_at, logged_at)
    VALUES (%(policy)s, %(calendar)s, %(started)s, %(logged)s) RETURNING id
)
INSERT INTO sla_milestone
    (clock_id, name, number, opened_at, due_at, due_a_at, due_b_at, opened_by, met_by, end_reason, next_look_at)
SELECT id, %(name)s, 1, %(logged)s, %(due)s, %(due_a)s, %(due_b)s, '', '', '', %(look)s FROM clock
RETURNING clock_id, id
"""


def open_clock(clock: Clock, milestone: Milestone) -> None:
    """Write a clock and its first milestone in one statement, and give both their numbers."""
    values: dict[str, Any] = {
        "policy": clock.policy_version_id,
        "calendar": clock.calendar_version_id,
        "started": clock.started_at,
        "logged": clock.logged_at,
        "name": str(milestone.name),
        "due": milestone.due_at,
        "due_a": milestone.due_a_at,
        "due_b": milestone.due_b_at,
        "look": milestone.next_look_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        # As the ORM would leave them: callers go on to save these very objects.
        clock.pk, milestone.pk = cursor.fetchone()
    milestone.clock = clock
    clock._state.adding = milestone._state.adding = False


# One statement and so one moment: a sweep that dies in between has told nothing and marked nothing (N7).
_LOOKED = """
WITH looked AS (
    UPDATE sla_milestone AS m SET next_look_at = new.at
    FROM unnest(%(looked)s::bigint[], %(next)s::timestamptz[]) AS new (id, at) WHERE m.id = new.id
), missed AS (
    INSERT INTO sla_breach (milestone_id, due_at, recorded_at, cause, void_reason)
    SELECT *, ''
    FROM unnest(%(missed)s::bigint[], %(due)s::timestamptz[], %(recorded)s::timestamptz[], %(cause)s::text[])
)
INSERT INTO sla_firing (milestone_id, rung, due_at, planned_at, fired_at, result)
SELECT * FROM unnest(%(fired)s::bigint[], %(rung)s::text[], %(fired_due)s::timestamptz[], %(planned)s::timestamptz[],
    %(fired_at)s::timestamptz[], %(result)s::text[])
"""


def write_looks(milestones: Sequence[Milestone], firings: Sequence[Firing], breaches: Sequence[Breach]) -> None:
    """Write what came of some looks in one statement, however many there are."""
    values: dict[str, Any] = {
        "looked": [m.pk for m in milestones],
        "next": [m.next_look_at for m in milestones],
        "missed": [b.milestone_id for b in breaches],
        "due": [b.due_at for b in breaches],
        "recorded": [b.recorded_at for b in breaches],
        "cause": [str(b.cause) for b in breaches],
        "fired": [f.milestone_id for f in firings],
        "rung": [f.rung for f in firings],
        "fired_due": [f.due_at for f in firings],
        "planned": [f.planned_at for f in firings],
        "fired_at": [f.fired_at for f in firings],
        "result": [str(f.result) for f in firings],
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED, values)
