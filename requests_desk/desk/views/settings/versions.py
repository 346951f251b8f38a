"""The versions of a calendar or policy: who changed what, when and why."""

from __future__ import annotations

from django.http import HttpResponse

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.tickets.queries import promises
from requests_desk.tickets.queries.promises import Edition
from sla import differences
from sla.differences import Difference


@settings_page
def of_calendar(request: DeskRequest, key: str) -> HttpResponse:
    """Show the versions of a calendar, and what one of them changed."""
    document = promises.calendar(request.agency, key).calendar
    editions = promises.editions(document)
    context = {"document": document, "is_calendar": True, "editions": editions} | _compared(
        request, editions, is_calendar=True
    )
    return show(request, "versions.html", context)


@settings_page
def of_policy(request: DeskRequest, key: str) -> HttpResponse:
    """Show the versions of a policy, and what one of them changed."""
    document = promises.policy(request.agency, key).policy
    editions = promises.editions(document)
    context = {"document": document, "is_calendar": False, "editions": editions} | _compared(
        request, editions, is_calendar=False
    )
    return show(request, "versions.html", context)


def _compared(request: DeskRequest, editions: list[Edition], *, is_calendar: bool) -> dict[str, object]:
    """Compare the two versions asked for, or the newest with the one before it."""
    documents = {edition.version.number: edition.version.document for edition in editions}
    newest = editions[0].version.number
    new = _number(request.GET.get("new"), newest)
    old = _number(request.GET.get("old"), new - 1)
    # An address that names a version of old still shows the list.
    if old not in documents or new not in documents:
        return {"old": None, "new": newest, "found": []}
    differ = differences.of_calendars if is_calendar else differences.of_policies
    found: list[Difference] = differ(documents[old], documents[new])
    return {"old": old, "new": new, "found": found}


def _number(text: str | None, usual: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else usual
