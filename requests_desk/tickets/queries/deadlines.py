"""Why a request is due when it is (P11): from the very policy and calendar its clock is pinned to."""

from __future__ import annotations

from datetime import datetime

from sla import explain
from sla.policies import Policy
from sla.worktime import Calendar, Pauses


def first_reply(
    policy: Policy,
    calendar: Calendar,
    started_at: datetime,
    *,
    pauses: Pauses = (),
    due_at: datetime | None = None,
) -> explain.Explanation:
    """Explain the binding due instant of a first reply, under the versions that a clock is pinned to.

    `due_at` says what was set, where pauses may have come after that.
    """
    if due_at is None or not pauses:
        return explain.explain(calendar, started_at, *policy.counting, pauses=pauses)
    return explain.explain_set(calendar, started_at, *policy.counting, pauses=pauses, due_at=due_at)
