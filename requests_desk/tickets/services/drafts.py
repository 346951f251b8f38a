"""Keep what is being typed, so that no closed tab, ended session or dead server takes it away."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from requests_desk.people.models import Agency, User
from requests_desk.tickets.models import Draft, Ticket

PLACE: Final = re.compile(r"(?:new|reply|note):[\w:-]{1,80}", re.ASCII)
# A text of 200,000 letters, which a form takes too, with all the marks a letter may carry.
LARGEST = 1_000_000
# Words of people are kept no longer than somebody may still come back to them.
KEPT: Final = timedelta(days=30)


class CannotKeep(ValueError):
    """This is no form of the desk, was sent meanwhile, or holds more than any of them does."""


def keep(user: User, place: str, data: Mapping[str, str], *, agency: Agency, at: datetime) -> Draft:
    """Keep the fields of a form under its place, over what stood there. Raises CannotKeep."""
    filled = {name: value.replace("\x00", "") for name, value in data.items() if value.strip()}
    if not PLACE.fullmatch(place) or len(json.dumps(filled)) > LARGEST:
        raise CannotKeep(place[:100])
    if Ticket.objects.filter(agency=agency, logged_by=user, submission=place.removeprefix("new:")).exists():
        raise CannotKeep(place)  # it came late: its form was saved meanwhile
    return Draft.objects.update_or_create(user=user, place=place, defaults={"data": filled, "updated_at": at})[0]


def drop(user: User, place: str) -> None:
    """Forget a draft: it was sent, or its writer wants it no more."""
    if not PLACE.fullmatch(place):  # nothing was kept there; the form it came with was taken all the same
        return
    Draft.objects.filter(user=user, place=place).delete()


def forget_old(*, at: datetime) -> int:
    """Delete the drafts nobody came back to. Return how many."""
    return Draft.objects.filter(updated_at__lt=at - KEPT).delete()[0]
