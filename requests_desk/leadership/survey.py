"""How satisfied requesters are: totals with their sample, by unit and period."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.queries import survey

PERIODS = {"30": _("30 days"), "90": _("90 days"), "180": _("6 months"), "365": _("12 months")}
USUAL = "90"
QUESTIONS = {
    "overall": _("Satisfaction on the whole"),
    "timeliness": _("When the reply came"),
    "substance": _("What the answer said"),
    "attitude": _("How they were treated"),
}


@never_cache
@login_required
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Show what was said in a period beside the one before it, and what was reported to whoever may read that."""
    agencies = access.agencies(request.user, access.Right.LEADERSHIP)
    if not agencies or not isinstance(request.user, User):
        raise PermissionDenied
    period = request.GET.get("period", USUAL)
    # An address somebody kept or cut still opens the page.
    period = period if period in PERIODS else USUAL
    until = timezone.now()
    since = until - timedelta(days=int(period))
    found = survey.results(agencies, since=since, until=until)
    context = {
        "periods": PERIODS,
        "period": period,
        "since": since,
        "found": found,
        # As long a time before it: a share says little without the way it came from.
        "before": survey.results(agencies, since=since - (until - since), until=since).whole,
        "questions": [(title, found.by_question[name]) for name, title in QUESTIONS.items()],
        "comments": survey.comments(agencies, since=since, until=until),
        # By person, unlike the totals: sealed reports are for whoever may read each of them (P13).
        "reports": survey.reports(request.user, since=since, until=until),
        "target": survey.TARGET,
    }
    with timezone.override(ZoneInfo(agencies[0].timezone)):
        return render(request, "leadership/survey.html", context)
