"""The sheet of keys: a page by itself, and the part of it that a script shows over any other."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from requests_desk.desk.keys import GROUPS
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets.access import Right


@page(Right.READ)
@require_safe
def keys(request: DeskRequest) -> HttpResponse:
    """Show every key and what it does."""
    is_part = request.headers.get("HX-Request")
    return render(request, "desk/_keys.html" if is_part else "desk/keys.html", {"groups": GROUPS})
