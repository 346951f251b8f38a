"""The deadlines of a request on a sheet of their own, to be printed (P11)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import deadline_sheet


@page(Right.READ)
@require_safe
def deadline(request: DeskRequest, code: str) -> HttpResponse:
    """Show how every deadline of a request came about, line by line."""
    ticket = access.get(request.user, code)
    shown = {"ticket": ticket, "deadlines": deadline_sheet.of(ticket), "at": timezone.now()}
    return render(request, "desk/deadline.html", shown)
