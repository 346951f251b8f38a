"""What was forgotten, as the log has it."""

from __future__ import annotations

from requests_desk.people.models import Agency
from requests_desk.tickets.models import Erasure

SHOWN = 50


def latest(agency: Agency) -> list[Erasure]:
    """Return the latest lines of an agency's log, the newest first. A sealed request is named by nothing here (P13)."""
    rows = Erasure.objects.filter(agency=agency).exclude(ticket__sealed=True).select_related("ticket", "by", "asked_in")
    return list(rows.order_by("-pk")[:SHOWN])
