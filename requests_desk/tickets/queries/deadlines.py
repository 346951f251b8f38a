"""Why a request is due when it is (P11): from the very policy and calendar its clock is pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sla import explain, worktime
from sla.policies import Policy


def first_reply(
    policy: Mapping[str, Any],
    calendar: Mapping[str, Any],
    started_at: datetime,
    *,
    pauses: worktime.Pauses = (),
    due_at: datetime | None = None,
) -> explain.Explanation:
    """Explain the binding due instant of a first reply, under the documents of a clock's pinned versions.

    `due_at` says what was set, where pauses may have come after that.
    """
    counting, days = Policy.from_json(policy).counting, worktime.Calendar.from_json(calendar)
    if due_at is None or not pauses:
        return explain.explain(days, started_at, *counting, pauses=pauses)
    return explain.explain_set(days, started_at, *counting, pauses=pauses, due_at=due_at)
