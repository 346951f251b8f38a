"""What a policy says, read from its document: pure, no database."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sla import worktime
from sla.errors import DocumentError, gettext_noop

Rule = Literal["A", "B", "W"]
# Who must agree before a reply goes: nobody, whom the unit itself names, its head, a leader (P5).
Approver = Literal["none", "unit", "unit_head", "leader"]
RULES: Final[dict[Rule, worktime.Rule]] = {"A": "consecutive", "B": "skip_days_off", "W": "working"}
APPROVERS: Final[tuple[Approver, ...]] = ("none", "unit", "unit_head", "leader")
APPROVAL: Final[dict[str, Approver]] = {
    "answer": "unit",
    "interim": "none",
    "refusal": "leader",
    "transfer": "leader",
}
_ACKNOWLEDGE: Final = {"from": "8h", "reminder": "60m", "breach": "60m"}
_KEYS: Final = (
    "rule",
    "first_reply",
    "statutory_days",
    "promise_cap_days",
    "interims_before_leader",
    "pause_days",
    "acknowledge",
    "approval",
    "ladder",
)
_RUNG_KEYS: Final = ("to", "before", "by")
_DURATION: Final = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?")
# Three digits are years of working days: more is a slip of the keyboard and would run out of the calendar.
_DAYS: Final = re.compile(r"([0-9]{1,3})d")
# A rung's key ends up in the keys of messages, where `:` and `+` and `>` mean something else.
_LABEL: Final = re.compile(r"[a-z][a-z_]{0,30}")
_DAY_S: Final = 24 * 3600
_YEAR_S: Final = 366 * _DAY_S


class PolicyError(DocumentError):
    """A policy that cannot stand."""


def seconds(text: str, path: str = "") -> int:
    """Return the seconds of a duration such as `48h`, `90m` or `1h30m`. Raises PolicyError."""
    match = _DURATION.fullmatch(text) if text else None
    if match is None:
        raise PolicyError(path, gettext_noop("“%(text)s” is not a duration: write 48h, 90m or 1h30m"), text=text)
    hours, minutes = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60


def duration(amount: int) -> str:
    """Return whole minutes, given in seconds, as a document writes them: `48h`, `1h30m`, `0m`."""
    hours, minutes = divmod(amount // 60, 60)
    return "".join([f"{hours}h" if hours else "", f"{minutes}m" if minutes or not hours else ""])


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
class Acknowledgement:
    """Which alerts ask for action, and how long they wait for it before they climb (N2); seconds."""

    from_s: int = 8 * 3600
    reminder_s: int = 3600
    breach_s: int = 3600


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a policy as the clock uses it.

    `first_reply_days` is set where the first reply is due after N working days; `first_reply_s` is then N times 24 h.
    `statutory_days` (working days) and `pause_days` are 0 where there is no such limit, or no pause (P9).
    """

    rule: Rule = "A"
    first_reply_s: int = 48 * 3600
    first_reply_days: int = 0
    statutory_days: int = 0
    promise_cap_days: int = 10
    interims_before_leader: int = 2
    pause_days: int = 0
    acknowledge: Acknowledgement = Acknowledgement()
    approval: Mapping[str, Approver] = field(default_factory=lambda: dict(APPROVAL))
    ladder: tuple[Rung, ...] = field(default_factory=tuple)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Policy:
        """Read a policy's document. Raises PolicyError where it is not one."""
        rule = data.get("rule")
        if rule not in RULES:
            raise PolicyError(
                "rule", gettext_noop("must be A (consecutive hours), B (days off skipped) or W (working hours)")
            )
        # The budget in seconds is kept beside the days: rules A and B are shown for comparison under every policy (P2).
        days, budget = _first_reply(data, rule)
        return cls(
            rule=rule,
            first_reply_s=budget,
            first_reply_days=days,
            statutory_days=_count(data, "statutory_days", 0),
            promise_cap_days=_count(data, "promise_cap_days", 10),
            interims_before_leader=_count(data, "interims_before_leader", 2),
            pause_days=_count(data, "pause_days", 0),
            acknowledge=_acknowledgement(data.get("acknowledge", {})),
            approval=_approval(data.get("approval", {})),
            ladder=_ladder(data.get("ladder")),
        )

    @property
    def counting(self) -> tuple[worktime.Rule, int]:
        """Return how the first reply is counted: the rule of the arithmetic, and its amount."""
        return (
            ("working_days", self.first_reply_days) if self.first_reply_days else (RULES[self.rule], self.first_reply_s)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the whole document, every default written out; `from_json` reads back an equal policy."""
        return {
            "rule": self.rule,
            "first_reply": f"{self.first_reply_days}d" if self.first_reply_days else duration(self.first_reply_s),
            "statutory_days": self.statutory_days,
            "promise_cap_days": self.promise_cap_days,
            "interims_before_leader": self.interims_before_leader,
            "pause_days": self.pause_days,
            "acknowledge": {key: duration(getattr(self.acknowledge, f"{key}_s")) for key in _ACKNOWLEDGE},
            "approval": dict(self.approval),
            "ladder": [
                {"to": rung.label, "before": duration(rung.before_s), "by": list(rung.channels)} for rung in self.ladder
            ],
        }

    def check(self) -> None:
        """Raise PolicyError where this may be read but must not come into force.

        Apart from reading, so that a later, stricter check never stops the clocks an earlier version still times.
        """
        if not 0 < self.first_reply_s <= _YEAR_S:
            raise PolicyError("first_reply", gettext_noop("must be longer than nothing, and at most a year"))
        if self.promise_cap_days == 0:
            # Without an interim reply the 48 hours would allow nothing but the answer (P5).
            raise PolicyError("promise_cap_days", gettext_noop("must be at least 1, or no interim reply could promise"))
        if self.pause_days and self.rule == "A":
            # A promise of consecutive hours that could stand still would be no promise (P9).
            raise PolicyError("pause_days", gettext_noop("must be 0 under rule A; choose rule B or W to allow a pause"))
        # Firings are unique by this key: the second of two alike would silently never ring.
        if len({rung.key for rung in self.ladder}) < len(self.ladder):
            raise PolicyError("ladder", gettext_noop("the same person at the same moment stands on it twice"))
        # A breach must reach somebody at once whatever else an agency edits away (N1).
        if not any(rung.is_breach for rung in self.ladder):
            raise PolicyError("ladder", gettext_noop("nobody is told of a breach, add a rung with before 0m"))


def checked(data: Mapping[str, Any]) -> Policy:
    """Read a document that is to come into force. Raises PolicyError for anything it must not say."""
    _known(data, _KEYS, "")
    _known(data.get("acknowledge", {}), tuple(_ACKNOWLEDGE), "acknowledge.")
    _known(data.get("approval", {}), tuple(APPROVAL), "approval.")
    policy = Policy.from_json(data)
    for place, row in enumerate(data["ladder"]):
        _known(row, _RUNG_KEYS, f"ladder[{place}].")
        if not _LABEL.fullmatch(row["to"]):
            template = gettext_noop("“%(label)s” cannot name a rung; use lower-case letters, such as unit_head")
            raise PolicyError(f"ladder[{place}].to", template, label=row["to"])
    policy.check()
    return policy


def from_text(text: str) -> dict[str, Any]:
    """Read a policy's JSON text and return it as it is stored. Raises PolicyError as `checked` does."""
    try:
        data = json.loads(text)
    # Brackets nested without end exhaust the decoder before it finds the fault.
    except (json.JSONDecodeError, RecursionError) as error:
        place = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "1:1"
        raise PolicyError(place, gettext_noop("is not JSON; check commas, quotes and brackets there")) from error
    if not isinstance(data, dict):
        raise PolicyError("", gettext_noop("is not a policy; write an object with “rule”, “first_reply” and “ladder”"))
    # Stored with every default written out: a default that changes with the product must not move old promises (P10).
    return checked(data).to_json()


def _first_reply(data: Mapping[str, Any], rule: Rule) -> tuple[int, int]:
    """Return the working days (0 where it is counted in hours) and the seconds of the first reply's budget."""
    text = data.get("first_reply")
    days = _DAYS.fullmatch(text) if isinstance(text, str) else None
    if not days:
        return 0, _seconds_of(data, "first_reply", "first_reply")
    if rule != "W":
        raise PolicyError("first_reply", gettext_noop("days are counted under rule W alone; write hours, such as 48h"))
    return int(days[1]), int(days[1]) * _DAY_S


def _ladder(rows: Any) -> tuple[Rung, ...]:
    if not rows or not isinstance(rows, list):
        raise PolicyError("ladder", gettext_noop("a policy without one would tell nobody"))
    rungs = [_rung(row, f"ladder[{place}]") for place, row in enumerate(rows)]
    # The longest notice first, whatever order an editor wrote: who stands higher hears later (N1).
    return tuple(sorted(rungs, key=lambda rung: -rung.before_s))


def _rung(row: Any, place: str) -> Rung:
    if not isinstance(row, Mapping) or not isinstance(row.get("to"), str) or not row["to"]:
        raise PolicyError(f"{place}.to", gettext_noop("must name who is told"))
    channels = row.get("by")
    if not isinstance(channels, list) or not channels or not all(isinstance(name, str) for name in channels):
        raise PolicyError(f"{place}.by", gettext_noop("must list at least one channel"))
    return Rung(row["to"], _seconds_of(row, "before", f"{place}.before"), tuple(channels))


def _acknowledgement(data: Any) -> Acknowledgement:
    if not isinstance(data, Mapping):
        raise PolicyError("acknowledge", gettext_noop("must be an object, {…}"))
    # What is left out keeps its usual value, so that documents from before these keys still read.
    named = {**_ACKNOWLEDGE, **data}
    return Acknowledgement(*(_seconds_of(named, key, f"acknowledge.{key}") for key in _ACKNOWLEDGE))


def _approval(data: Any) -> dict[str, Approver]:
    if not isinstance(data, Mapping):
        raise PolicyError("approval", gettext_noop("must be an object, {…}"))
    for kind, approver in data.items():
        if approver not in APPROVERS:
            template = gettext_noop("“%(approver)s” approves nothing; use %(known)s")
            raise PolicyError(f"approval.{kind}", template, approver=approver, known=", ".join(APPROVERS))
    # A kind nobody names keeps its usual desk: silence must not free refusals from their signature (P5).
    return {**APPROVAL, **data}


def _seconds_of(data: Mapping[str, Any], name: str, path: str) -> int:
    text = data.get(name)
    return seconds(text if isinstance(text, str) else "", path)


def _count(data: Mapping[str, Any], name: str, usual: int) -> int:
    count = data.get(name, usual)
    # JSON's true is 1 to Python, and would read as one day.
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise PolicyError(name, gettext_noop("must be a whole number, 0 or more"))
    return count


def _known(data: object, known: tuple[str, ...], place: str) -> None:
    for key in data if isinstance(data, Mapping) else ():
        if key not in known:
            template = gettext_noop("is not known here; use %(known)s")
            raise PolicyError(f"{place}{key}", template, known=", ".join(known))


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
