"""What every act on an opened request does first: whose page was it, how often do they try, and what to show then."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from requests_desk.portal import throttle
from requests_desk.portal.forms import StatusForm
from requests_desk.portal.views import kept_nowhere, page, too_many
from requests_desk.tickets.queries import proofs, whereabouts
from requests_desk.tickets.queries.proofs import Opened
from requests_desk.tickets.queries.public import NotFound

Act = Callable[[HttpRequest, Opened], HttpResponse]


def act(view: Act) -> Callable[[HttpRequest], HttpResponse]:
    """Let in whoever sends the token of a page they opened in full; too many acts on one request have to wait."""

    @require_POST
    @csrf_exempt  # no session is behind it: the signed token of the page is what only its reader can send
    @kept_nowhere
    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        try:
            # The token is the proof, so it is read before anything is counted: a stranger cannot use up an owner's
            # tries.
            opened = proofs.take(request.POST.get("token", ""), at=at)
        # Wrong, forged and too old look alike, and none says which.
        except NotFound:
            problem = _("This page was open for too long: please open your request again.")
            return page(request, "portal/status_form.html", {"form": StatusForm(), "problem": problem}, status=404)
        try:
            # By request as well as by address: a link that got around must not flood one officer's desk.
            throttle.count(address=request.META["REMOTE_ADDR"], act=opened.ticket.code, at=at)
        except throttle.TooMany as refused:
            response = show(request, opened, status=429, problem=too_many(refused))
            response["Retry-After"] = str(refused.retry_after_s)
            return response
        return view(request, opened)

    return inner


def show(request: HttpRequest, opened: Opened, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show the page of the request again, with what was `said`, the `problem`, or a form that came back."""
    at = timezone.now()
    # Read anew after the act, by the same proof: the page shows what is, not what was posted.
    found = whereabouts.of(opened, at=at)
    context = {"ticket": found, "at": at, "language_at": reverse("status")} | more
    return page(request, "portal/status.html", context, office=found.office, status=status)


def refused(form: forms.Form, fields: dict[str, list[str]]) -> None:
    """Put what a service refused beside the boxes it is about."""
    for name, texts in fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
