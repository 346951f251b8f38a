"""Which requests may be the same: beside one being typed, on its receipt and on its page. It stops nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import alike
from requests_desk.tickets.services.incoming import Asked

TYPED = 5_000


@page(Right.LOG)
@require_POST
def while_typing(request: DeskRequest) -> HttpResponse:
    """Show what may be the same as the request being typed."""
    return render(request, "desk/_alike.html", as_typed(request))


@page(Right.READ)
@require_safe
def of_ticket(request: DeskRequest, code: str) -> HttpResponse:
    """Show what may be the same as a request: a part of its page, or, without a script, a page of its own."""
    ticket = access.get(request.user, code)
    part = request.headers.get("HX-Request")
    return render(request, "desk/_alike.html" if part else "desk/alike.html", beside(ticket, request.user))


def as_typed(request: DeskRequest) -> dict[str, Any]:
    """Return what the template shows beside a form that is being filled in."""
    typed = request.POST
    asked = Asked(
        phones=(typed.get("phone", "")[:200],), email=typed.get("email", "")[:254], tax_code=typed.get("tax_code", "")
    )
    # The beginning says what it is about; a whole letter would be compared at every pause.
    text, at = typed.get("text", "")[:TYPED], timezone.now()
    return {"alike": alike.while_typing(request.user, request.agency, text, asked, at=at)}


def beside(ticket: Ticket, user: User) -> dict[str, Any]:
    """Return what the template shows beside a request that is there: what may be the same, and what may be done."""
    rights = access.rights_on(user, ticket)
    found = alike.of(ticket, user, at=timezone.now())
    return {
        "alike": found,
        "own": ticket,
        "may_link": Right.LOG in rights,
        "may_merge": Right.MERGE in rights,
    }
