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
        rows = data.get("ladder")
        if not rows or not isinstance(rows, list):
            raise PolicyError("ladder: a policy without one would tell nobody")
        rungs = [_rung(row, f"ladder[{place}]") for place, row in enumerate(rows)]
        return cls(
            rule=data["rule"],
            first_reply_s=_seconds_of(data, "first_reply"),
            promise_cap_days=_count(data, "promise_cap_days", 10),
            interims_before_leader=_count(data, "interims_before_leader", 2),
            ladder=tuple(sorted(rungs, key=lambda rung: -rung.before_s)),
        )

    def check(self) -> None:
        """Raise PolicyError where this may be read but must not come into force.

        Apart from reading, so that a later, stricter check never stops the clocks an earlier version still times.
        """
        if self.first_reply_s == 0:
            raise PolicyError("first_reply: must be longer than nothing")
        if len({rung.key for rung in self.ladder}) < len(self.ladder):
            raise PolicyError("ladder: the same person at the same moment stands on it twice")
        if not any(rung.is_breach for rung in self.ladder):
            raise PolicyError("ladder: nobody is told of a breach, add a rung with before 0m")


def _rung(row: Any, place: str) -> Rung:
    if not isinstance(row, Mapping) or not isinstance(row.get("to"), str) or not row["to"]:
        raise PolicyError(f"{place}.to: must name who is told")
    channels = row.get("by")
    if not isinstance(channels, list) or not channels or not all(isinstance(name, str) for name in channels):
        raise PolicyError(f"{place}.by: must list at least one channel")
    return Rung(row["to"], _seconds_of(row, "before", f"{place}."), tuple(channels))


def _seconds_of(data: Mapping[str, Any], name: str, place: str = "") -> int:
    text = data.get(name)
    try:
        return seconds(text if isinstance(text, str) else "")
    except PolicyError as error:
        raise PolicyError(f"{place}{name}: {error}") from None


def _count(data: Mapping[str, Any], name: str, usual: int) -> int:
    count = data.get(name, usual)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise PolicyError(f"{name}: must be a whole number, 0 or more")
    return count


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
