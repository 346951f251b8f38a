"""The deadlines of a request on a sheet of their own, to be printed (P11)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets import access, moments
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import deadline_sheet, holding


@page(Right.READ)
@require_safe
def deadline(request: DeskRequest, code: str) -> HttpResponse:
    """Show how every deadline of a request came about, line by line, and with which unit it lay how long."""
    ticket = access.get(request.user, code)
    at = timezone.now()
    held = [(stretch, moments.duration(stretch.lasted(at))) for stretch in holding.of(ticket)]
    shown = {"ticket": ticket, "deadlines": deadline_sheet.of(ticket), "held": held, "at": at}
    return render(request, "desk/deadline.html", shown)
