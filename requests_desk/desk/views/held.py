"""What the public form held back as likely spam: looked at, released or dropped, never lost."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people import identifiers
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Held, Ticket
from requests_desk.tickets.services import asking, notices, refusing


@page(Right.LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def held(request: DeskRequest) -> HttpResponse:
    """List what waits, the oldest first; a POST decides on one."""
    if request.method != "POST":
        if request.method == "GET":
            # By GET and not HEAD: a program that asks whether the page is there has read nothing.
            notices.read_held(request.user, at=timezone.now())
        return _list(request)
    one = asking.waiting(request.user).filter(pk=identifiers.row_number(request.POST.get("held", "")) or 0).first()
    if one is None:
        # A sealed one waits for the leadership alone: to others it is not there (P13).
        raise Ticket.DoesNotExist
    try:
        messages.success(request, _decide(request, one))
    except (asking.Refused, refusing.NotNow, identifiers.BadText) as error:
        return _list(request, problem=str(error), about=one, status=422)
    return redirect("desk:held")


def _decide(request: DeskRequest, one: Held) -> str:
    at = timezone.now()
    if "drop" in request.POST:
        asking.drop(one, reason=request.POST.get("reason", ""), by=request.user, at=at)
        return _("Dropped; it stays on record with your reason.")
    ticket = asking.release(one, by=request.user, at=at)
    return _("Released as %(code)s, received when it was sent.") % {"code": ticket.code}


def _list(request: DeskRequest, *, problem: str = "", about: Held | None = None, status: int = 200) -> HttpResponse:
    rows = asking.waiting(request.user).prefetch_related("files")
    context = {"rows": rows, "problem": problem, "about": about}
    return render(request, "desk/held.html", context, status=status)
