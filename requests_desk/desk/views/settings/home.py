"""What stands in force, and what waits for an administrator."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.tickets.queries import promises


@settings_page
def overview(request: DeskRequest) -> HttpResponse:
    """List the calendars and policies in force and how many lines choose among them."""
    today = timezone.localdate()
    rules = promises.rules(request.agency)
    context = {
        "calendars": promises.calendars(request.agency),
        "policies": promises.policies(request.agency),
        "rules": rules,
        "lacks_personal_data": promises.lacks_personal_data(rules),
        "years": [today.year, today.year + 1],
    }
    return show(request, "overview.html", context)
