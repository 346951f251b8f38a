"""Why a request is due when it is (P11): from the very policy and calendar its clock is pinned to."""

from __future__ import annotations

from sla import explain, worktime
from sla.models import Clock
from sla.policies import Policy


def first_reply(clock: Clock) -> explain.Explanation:
    """Explain the binding due instant of a clock's first reply; its policy and calendar versions are at hand."""
    policy = Policy.from_json(clock.policy_version.document)
    calendar = worktime.Calendar.from_json(clock.calendar_version.document)
    return explain.explain(calendar, clock.started_at, *policy.counting)
