"""The pages of the public that only read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.library.queries import answers, documents
from requests_desk.people import identifiers
from requests_desk.portal import throttle
from requests_desk.portal.forms import StatusForm
from requests_desk.tickets import downloads
from requests_desk.tickets.models import Attachment
from requests_desk.tickets.queries import figures, public, whereabouts
from requests_desk.tickets.services import attachments

View = Callable[..., HttpResponse]
# What must never be crawled; the secret links above all.
ROBOTS = """User-agent: *
Disallow: /s/
Disallow: /survey/
Disallow: /files/
Disallow: /status/confirm/
Disallow: /ask/received/
Disallow: /desk/
Disallow: /api/
"""


def kept_nowhere(view: View) -> View:
    """Let no browser, proxy or search engine keep what a view shows, nor tell the next site where one came from."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = view(request, **kwargs)
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex"
        # The address is the secret: a link to another site would hand it on.
        response["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show who answers, how to ask, what is promised, and whether somebody is there now."""
    front = public.front(at=timezone.now())
    if front is None:
        return page(request, "portal/home.html", {"form": StatusForm()})
    context = {
        "front": front,
        "form": StatusForm(),
        "lately": figures.lately(front.agency),
        "answers": answers.most_read(),
        "documents": documents.newest(),
    }
    return page(request, "portal/home.html", context, office=front.office)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # it only reads; and a page without referrer sends no origin that the check would take
def status(request: HttpRequest) -> HttpResponse:
    """Show the form, or where a request stands."""
    return _looked_up(request) if request.method == "POST" else _form(request, StatusForm(), status=200)


@kept_nowhere
def _looked_up(request: HttpRequest) -> HttpResponse:
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    at = timezone.now()
    try:
        # Before looking: asked afterwards, parallel guesses would all be looked up first.
        tries = throttle.count(address=request.META["REMOTE_ADDR"], at=at, **_guarded(form))
        found = whereabouts.by_code(**form.cleaned_data, at=at)
    except throttle.TooMany as refused:
        response = _form(request, form, status=429, problem=too_many(refused))
        response["Retry-After"] = str(refused.retry_after_s)
        return response
    except public.NotFound:
        # One sentence for a wrong code, a wrong number and an unknown one (design §8.5).
        problem = _("Nothing opens with this. Please check the code and the phone number or the look-up code.")
        return _form(request, form, status=404, problem=problem)
    throttle.take_back(tries)
    context = {"ticket": found, "at": at, "looked_up": form.cleaned_data}
    return page(request, "portal/status.html", context, office=found.office)


@require_safe
@kept_nowhere
def status_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show where a request stands to whoever holds its secret link. Mail scanners may follow it: nothing happens."""
    at = timezone.now()
    try:
        found = whereabouts.by_link(token, at=at)
    except public.NotFound:
        problem = _("This link opens nothing. It may be incomplete, or it was withdrawn.")
        return _form(request, StatusForm(), status=404, problem=problem)
    return page(request, "portal/status.html", {"ticket": found, "at": at}, office=found.office)


@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Hand out a file by the token that the page of its request gave its reader."""
    try:
        return downloads.response(attachments.by_public_token(token, at=timezone.now()))
    except Attachment.DoesNotExist as error:
        raise Http404 from error


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines what is not for them."""
    return HttpResponse(f"{ROBOTS}Sitemap: {settings.PUBLIC_BASE_URL}/sitemap.xml\n", content_type="text/plain")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask by habit to the mark."""
    return redirect(static("img/mark.svg"))


def too_many(refused: throttle.TooMany) -> str:
    """Say how long to wait."""
    minutes = -(-refused.retry_after_s // 60)
    text = ngettext(
        "Too many attempts. Please try again in %(n)s minute.",
        "Too many attempts. Please try again in %(n)s minutes.",
        minutes,
    )
    return text % {"n": minutes}


def _guarded(form: StatusForm) -> dict[str, str]:
    """Return what was tried, in the one spelling under which it is counted."""
    code, phone = form.cleaned_data["code"], form.cleaned_data["phone"]
    # Or each spelling of one code would have its own tries.
    return {"code": identifiers.read_code(code), "phone": "".join(sorted(identifiers.same_numbers(phone)))}


def _form(request: HttpRequest, form: StatusForm, *, status: int, problem: str = "") -> HttpResponse:
    return page(request, "portal/status_form.html", {"form": form, "problem": problem}, status=status)


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    office: public.Office | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page under an office's name and in its own time."""
    if office is None:
        return render(request, template, context, status=status)
    request.agency = office  # type: ignore[attr-defined]  # the frame of every page shows it
    # A reader abroad sees the office's own hours: the promise was made in those.
    with timezone.override(ZoneInfo(office.timezone)):
        return render(request, template, context, status=status)
