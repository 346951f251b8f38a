"""Why a request is due when it is (P11): from the very policy and calendar its clock is pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sla import explain, worktime
from sla.policies import Policy


def first_reply(policy: Mapping[str, Any], calendar: Mapping[str, Any], started_at: datetime) -> explain.Explanation:
    """Explain the binding due instant of a first reply, under the documents of a clock's pinned versions."""
    return explain.explain(worktime.Calendar.from_json(calendar), started_at, *Policy.from_json(policy).counting)
