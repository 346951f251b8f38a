"""The leader's page: what was missed, who holds it, what falls due next. It reads only."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from requests_desk.tickets import access
from requests_desk.tickets.queries import desk, leadership
from requests_desk.tickets.queries.filters import Filters, narrowed

SOON = timedelta(hours=24)


@never_cache
@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what was missed and who holds it, and six lists: overdue and due within a day, by what is owed."""
    agencies = access.agencies(request.user, access.Right.LEADERSHIP)
    if not agencies:
        # In none of their agencies: who leads one of two sees that one.
        raise PermissionDenied
    at = timezone.now()
    lists = leadership.due_lists(request.user, at=at, within=SOON)
    context = {
        "breaches": leadership.latest_breaches(request.user),
        "lists": lists,
        "overdue": len(lists.overdue),
        "due_soon": len(lists.soon),
        # By the queue's own filter: the number and the list it leads to cannot disagree.
        "counts": {"overdue": desk.count(narrowed(request.user, Filters(due_before=at)))},
        "at": at,
    }
    # Times on the wall of the office, wherever its leader reads them.
    with timezone.override(ZoneInfo(agencies[0].timezone)):
        return render(request, "leadership/home.html", context)
