"""Today and the queue."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from requests_desk.desk.forms import FilterForm
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import desk

SHORT = 8


@page(Right.READ)
@require_safe
def today(request: DeskRequest) -> HttpResponse:
    """Show what is due next, what was missed, what nobody holds."""
    at = timezone.now()
    midnight = datetime.combine(
        timezone.localtime(at).date() + timedelta(days=1), time(), timezone.get_current_timezone()
    )
    due = [row for row in desk.page(request.user, desk.Filters(), limit=20).rows if row.next_due_at]
    unassigned = desk.unassigned(request.user)
    overdue, due_today = desk.due_before(request.user, at), desk.due_before(request.user, midnight)
    waiting = desk.waiting_for_signature(request.user)
    context = {
        "waiting": desk.dressed(waiting).order_by("queue_at", "pk")[:SHORT] if _signs(request) else [],
        "due": due,
        "breached": [row for row in due if row.next_due_at and row.next_due_at <= at][:SHORT],
        "unassigned": desk.dressed(unassigned).order_by("queue_at", "pk")[:SHORT],
        "counts": {
            "overdue": desk.count(overdue),
            "due_today": desk.count(due_today.filter(next_due_at__gt=at)),
            "mine": desk.count(desk.mine(request.user)),
            "unassigned": desk.count(unassigned),
        },
        "at": at,
    }
    return render(request, "desk/today.html", context)


@page(Right.READ)
@require_safe
def ticket_list(request: DeskRequest) -> HttpResponse:
    """Show the queue, what is due next first; filters and place are plain addresses."""
    form = FilterForm(request.GET or None, agencies=access.agencies(request.user))
    filters = _filters(form) if form.is_bound and form.is_valid() else desk.Filters()
    try:
        found = desk.page(request.user, filters, cursor=request.GET.get("cursor"))
    except desk.BadCursor:
        found = desk.page(request.user, filters)
    context = {"rows": found.rows, "filters": form, "next_url": _next_url(request, found.next)}
    part = request.headers.get("HX-Request") and request.GET.get("cursor")
    return render(request, "desk/_ticket_rows.html" if part else "desk/ticket_list.html", context)


def _signs(request: DeskRequest) -> bool:
    return bool({Right.SIGN, Right.SIGN_UNIT} & access.held(request.user))


def _filters(form: FilterForm) -> desk.Filters:
    chosen = form.cleaned_data
    return desk.Filters(
        unit=chosen["unit"].pk if chosen["unit"] else None,
        officer=chosen["officer"].pk if chosen["officer"] else None,
        state=chosen["state"],
        channel=chosen["channel"],
        q=chosen["q"],
    )


def _next_url(request: DeskRequest, mark: str | None) -> str | None:
    if mark is None:
        return None
    query = request.GET.copy()
    query["cursor"] = mark
    return f"?{query.urlencode()}"
