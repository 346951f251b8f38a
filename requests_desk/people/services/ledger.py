"""The history of people: who was let in, who got or lost which role, who left, and by whose hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from requests_desk.people.models import Agency, PeopleEvent, User


def append(
    kind: str,
    *,
    about: User | None = None,
    agency: Agency | None = None,
    actor: User | None,
    at: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """Remember one change. `facts` holds ids, codes and times: the database lets nobody change or remove the line."""
    PeopleEvent.objects.create(kind=kind, about=about, agency=agency, actor=actor, at=at, facts=facts or {})
