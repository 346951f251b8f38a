"""What happened to a clock, as its caller writes it into history; and the breach, which is a fact (P6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sla.models import Breach, BreachCause, Milestone


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a clock: a kind from a closed list, and its facts as plain JSON values."""

    kind: str
    milestone: Milestone
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)


def change(kind: str, milestone: Milestone, at: datetime, **facts: Any) -> Change:
    """Return a change of `milestone`, with the facts that name it."""
    named = {
        "milestone": milestone.pk,
        "name": milestone.name,
        "number": milestone.number,
        "due_at": milestone.due_at.isoformat(),
    }
    return Change(kind, milestone, at, named | facts)


def record_breach(milestone: Milestone, *, at: datetime, cause: BreachCause) -> list[Change]:
    """Record that a milestone was missed, dated when it was due; one that stands already is not recorded twice."""
    if milestone.breaches.filter(voided_at__isnull=True).exists():
        return []
    # Dated when it was due, however late it is found out: an outage must not make a breach younger (P6).
    Breach.objects.create(milestone=milestone, due_at=milestone.due_at, recorded_at=at, cause=cause)
    return [change("breach_recorded", milestone, at, cause=cause.value)]


def void_breach(milestone: Milestone, *, reason: str, at: datetime) -> list[Change]:
    """Annotate the breach that stands, if any, as void: the row stays (P6)."""
    breach = milestone.breaches.filter(voided_at__isnull=True).first()
    if breach is None:
        return []
    # Annotated, never deleted: who moved a receipt must not be able to make a breach vanish (P6).
    breach.voided_at, breach.void_reason = at, reason
    breach.save(update_fields=["voided_at", "void_reason"])
    return [change("breach_voided", milestone, at, reason=reason)]
