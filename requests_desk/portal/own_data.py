"""My data: what is held about a requester, shown to them, taken away, asked to be corrected or erased.

Behind two proofs: the page of a request opened in full, and a one-time code to the address or number on record.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from requests_desk.people import identifiers
from requests_desk.portal import throttle
from requests_desk.portal.forms import StatusForm
from requests_desk.portal.opened import act, refused
from requests_desk.portal.views import kept_nowhere, page, too_many
from requests_desk.tickets import masking
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import own_data
from requests_desk.tickets.queries.proofs import Opened
from requests_desk.tickets.queries.public import NotFound, Office
from requests_desk.tickets.services import data_rights, one_time, refusing

View = Callable[[HttpRequest, Ticket], HttpResponse]
WRONG = gettext_lazy("This code opens nothing: it is wrong, used or too old. Ask for a new one.")


class AskForm(forms.Form):
    """What is to be corrected or erased."""

    text = forms.CharField(
        label=gettext_lazy("What shall be corrected or erased?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please say what you want corrected or erased.")},
    )


@act
def data(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Offer a one-time code, send it, and show what is held about whoever types it in."""
    at = timezone.now()
    if "code" in request.POST:
        return _entered(request, opened)
    sent, problem = "", ""
    if channel := request.POST.get("channel", ""):
        try:
            # Mostly hidden: who holds a link alone must not learn the address from this page.
            sent = _shown(one_time.send(opened.ticket, channel, at=at))
        except refusing.NotNow as error:
            problem = error.detail
    return _code_page(request, opened, sent=sent, problem=problem, status=409 if problem else 200)


def _entered(request: HttpRequest, opened: Opened) -> HttpResponse:
    at = timezone.now()
    try:
        one_time.check(opened.ticket, request.POST["code"], at=at)
    except one_time.Wrong:
        return _code_page(request, opened, sent=_("the address or number on record"), problem=WRONG, status=422)
    # That somebody read all of it stands in the history, as who it is about may ask (personal data law).
    data_rights.seen(opened.ticket, "data_shown", at=at)
    return _data_page(request, opened.ticket, AskForm())


def _code_page(request: HttpRequest, opened: Opened, *, sent: str, problem: Any, status: int) -> HttpResponse:
    ways = [(way.channel, _shown(way)) for way in one_time.ways(opened.ticket)]
    shown = {"token": request.POST["token"], "code": opened.ticket.code, "ways": ways, "sent": sent, "problem": problem}
    return page(request, "portal/data_code.html", shown, office=Office.of(opened.ticket.agency), status=status)


def _shown(way: Any) -> str:
    return masking.address(way.destination) if way.channel == "email" else masking.phone(way.destination)


def verified(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Let in whoever sends the token of a page that a one-time code opened."""

    @require_POST
    @csrf_exempt  # no session is behind it: the signed token of the page is what only its reader can send
    @kept_nowhere
    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        try:
            # Another token than the page's: that one opens a request, this one everything held about a person.
            ticket = own_data.take(request.POST.get("data", ""), at=at)
            throttle.count(address=request.META["REMOTE_ADDR"], act=f"data {ticket.code}", at=at)
        except NotFound:
            problem = _("This page was open for too long: please open your request again.")
            return page(request, "portal/status_form.html", {"form": StatusForm(), "problem": problem}, status=404)
        except throttle.TooMany as tries:
            shown = {"form": StatusForm(), "problem": too_many(tries)}
            return page(request, "portal/status_form.html", shown, status=429)
        return view(request, ticket)

    return inner


@verified
def take(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Hand out everything as a file: JSON for a program, or a page to read and keep."""
    at = timezone.now()
    held = own_data.everything(ticket, at=at)
    data_rights.seen(ticket, "data_taken", at=at)
    name = f"{ticket.code}-{timezone.localtime(at):%Y-%m-%d}"
    if request.POST.get("form") == "json":
        response: HttpResponse = JsonResponse(held, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    response = render(request, "portal/data_file.html", {"held": held, "at": at})
    # Saved and not shown: on a shared computer the page would stay in its history.
    response["Content-Disposition"] = f'attachment; filename="{name}.html"'
    return response


@verified
def ask(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Log the wish to have data corrected or erased, as a request with its own limit."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _data_page(request, ticket, form, status=422)
    try:
        wished = data_rights.ask(ticket, form.cleaned_data["text"], at=timezone.now())
    except (data_rights.Refused, identifiers.BadText) as error:
        refused(form, getattr(error, "fields", {"text": [str(error)]}))
        return _data_page(request, ticket, form, status=422)
    return _data_page(request, ticket, AskForm(), wished=wished)


def _data_page(
    request: HttpRequest, ticket: Ticket, form: AskForm, *, wished: Any = None, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    shown = {
        "held": own_data.everything(ticket, at=at),
        "data": own_data.give(ticket, at=at),
        "form": form,
        "wished": wished,
        "code": ticket.code,
    }
    return page(request, "portal/data.html", shown, office=Office.of(ticket.agency), status=status)
