"""Count in the background what the first page says of the promise."""

from __future__ import annotations

from datetime import datetime

from requests_desk.people.models import Agency
from requests_desk.tickets.models import Figures
from requests_desk.tickets.queries import figures, survey


def count(agency: Agency, *, at: datetime) -> Figures:
    """Count how an agency kept its promise lately, and keep that in place of what was counted before."""
    since = at - figures.LATELY
    found = figures.kept(agency.pk, since=since, until=at)
    rated, satisfied = survey.rated([agency], since=since, until=at)
    counted = {"at": at, **found._asdict(), "rated": rated, "satisfied": satisfied}
    row, _is_new = Figures.objects.update_or_create(agency=agency, defaults=counted)
    return row


def count_all(*, at: datetime) -> None:
    """Count for every agency."""
    for agency in Agency.objects.order_by("pk"):
        count(agency, at=at)
