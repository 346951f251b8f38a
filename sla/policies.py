"""What a policy says, read from its document: pure, no database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Rule = Literal["A", "B", "W"]
_DURATION = re.compile(r"^(?:(\d{1,6})h)?(?:(\d{1,6})m)?$")


class PolicyError(ValueError):
    """The document is not a policy. The message names the place and what to change."""


def seconds(text: str) -> int:
    """Return the seconds of a duration such as `48h`, `90m` or `1h30m`. Raises PolicyError."""
    match = _DURATION.match(text) if text else None
    if match is None:
        raise PolicyError(f"“{text}” is not a duration: write 48h, 90m or 1h30m")
    hours, minutes = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: whom to tell (a label), how long before the due instant, and by what."""

    label: str
    before_s: int
    channels: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the name under which a firing of this rung is recorded."""
        return f"{self.label}-{self.before_s // 60}m"

    @property
    def is_breach(self) -> bool:
        """Tell whether this rung stands at the due instant itself."""
        return self.before_s == 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a policy as the clock uses it."""

    rule: Rule = "A"
    first_reply_s: int = 48 * 3600
    promise_cap_days: int = 10
    interims_before_leader: int = 2
    ladder: tuple[Rung, ...] = field(default_factory=tuple)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Policy:
        """Read a policy's document. Raises PolicyError where it is not one."""
        if data.get("rule") not in ("A", "B", "W"):
            raise PolicyError("rule: must be A (consecutive hours), B (days off skipped) or W (working hours)")
        if not data.get("ladder"):
            raise PolicyError("ladder: a policy without one would tell nobody")
        rungs = tuple(Rung(rung["to"], seconds(rung["before"]), tuple(rung["by"])) for rung in data["ladder"])
        return cls(
            rule=data["rule"],
            first_reply_s=seconds(data["first_reply"]),
            promise_cap_days=int(data.get("promise_cap_days", 10)),
            interims_before_leader=int(data.get("interims_before_leader", 2)),
            ladder=tuple(sorted(rungs, key=lambda rung: -rung.before_s)),
        )


# The promise as the seeds write it: 48 consecutive hours, reminders before it, the leadership at the breach (N1).
DEFAULT_POLICY: dict[str, Any] = {
    "rule": "A",
    "first_reply": "48h",
    "promise_cap_days": 10,
    "interims_before_leader": 2,
    "ladder": [
        {"to": "officer", "before": "24h", "by": ["email"]},
        {"to": "officer", "before": "8h", "by": ["email"]},
        {"to": "unit_head", "before": "8h", "by": ["email"]},
        {"to": "chief", "before": "4h", "by": ["email"]},
        {"to": "officer", "before": "2h", "by": ["email"]},
        {"to": "leadership", "before": "0m", "by": ["email", "sms"]},
    ],
}
