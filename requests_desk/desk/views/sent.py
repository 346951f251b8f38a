"""Sent messages: each as its reader would see it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import sent


@page(Right.SENT_MESSAGES)
@require_safe
def sent_list(request: DeskRequest) -> HttpResponse:
    """Show what went out, the newest first."""
    before = request.GET.get("before", "")
    rows, older = sent.page(request.user, before=int(before) if before.isdecimal() else None)
    context = {"outbox": rows, "next_url": f"?before={older}" if older else None}
    return render(request, "desk/sent.html", context)


@page(Right.SENT_MESSAGES)
@require_safe
def sent_message(request: DeskRequest, pk: int) -> HttpResponse:
    """Show one message and every attempt at sending it."""
    message = sent.one(request.user, pk)
    if message is None:
        raise Http404
    return render(request, "desk/sent_message.html", {"message": message})
