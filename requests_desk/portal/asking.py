"""Ask a question without an account: the form, its receipt, the slip to print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.portal import signed, throttle
from requests_desk.portal.forms import AskForm
from requests_desk.portal.views import kept_nowhere, page
from requests_desk.tickets import slips
from requests_desk.tickets.queries import public, receipts
from requests_desk.tickets.services import asking
from requests_desk.tickets.services.asking import Sign
from requests_desk.tickets.services.incoming import Refused

View = Callable[..., HttpResponse]
# What one connection may upload in one window of the throttle.
MOST_BYTES = 300 * 1024 * 1024


def embeddable(view: View) -> View:
    """Let the sites of ASK_EMBED_ORIGINS show the page in their own, when its address says `?embed=1`."""

    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: str) -> HttpResponse:
        response = view(request, **kwargs)
        # By its own address alone: framed under the usual one, another site could lay something over the form.
        if _is_embedded(request) and settings.ASK_EMBED_ORIGINS:
            response.xframe_options_exempt = True  # that header knows no list
            response._csp_replace = {"frame-ancestors": settings.ASK_EMBED_ORIGINS}  # type: ignore[attr-defined]
        return response

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # a stranger has no session to abuse, and within another site's page no cookie: the form itself is signed
@embeddable
def ask(request: HttpRequest) -> HttpResponse:
    """Show the form, and take it in. Sent twice it is one question, and its sender sees the same receipt."""
    at = timezone.now()
    door = public.door(at=at)
    if door is None:
        raise Http404
    if request.method == "POST":
        return _taken_in(request, door=door, at=at)
    form = AskForm(agency=door.agency, initial={"signed": signed.new(at=at)})
    response = _form(request, form, door)
    # Search engines may lead here; but the signature is given out anew each time.
    response["Cache-Control"] = "no-store, private"
    return response


@kept_nowhere
def _taken_in(request: HttpRequest, *, door: public.Door, at: datetime) -> HttpResponse:
    form = AskForm(request.POST, agency=door.agency)
    seal = signed.read(request.POST.get("signed", ""), at=at)
    is_fit = form.take_in(request, by=None, at=at, is_flood=_is_flood(request, at=at))
    if seal is None:
        # Files first, signature after: what was uploaded is kept even where the form has to be sent once more.
        form.start_again(signed.new(at=at))
        is_fit = False
    if not is_fit or seal is None:
        return _form(request, form, door, status=422)
    return _sent(request, form, door, seal, at=at)


def _sent(request: HttpRequest, form: AskForm, door: public.Door, seal: signed.Seal, *, at: datetime) -> HttpResponse:
    # Counted after the form was found fit: a typing error must not bring anybody nearer to the limit.
    count = throttle.sent(address=request.META["REMOTE_ADDR"], at=at)
    try:
        sent = asking.send(
            door.agency,
            form.request(language=get_language() or "vi"),
            nonce=seal.nonce,
            issued_date=seal.issued_at.date(),
            signs=_signs(form, seal, count, at=at),
            files=form.taken.files,
            is_flood=count > asking.AT_MOST,
            at=at,
        )
    except asking.Flood:
        form.add_error(None, form.too_many)
        return _form(request, form, door, status=429)
    except Refused as error:
        form.show(error.fields)
        return _form(request, form, door, status=422)
    # Only to whoever sent this very form: the same question sent by somebody else opens nothing.
    if sent.link_token:
        return redirect(_with_frame(request, reverse("ask-received", args=[sent.link_token])))
    return page(request, "portal/ask_taken.html", _frame(request) | {"sent": sent}, office=door.front.office)


@require_safe
@embeddable
@kept_nowhere
def received(request: HttpRequest, token: str) -> HttpResponse:
    """Show the receipt to whoever holds the secret link, as often as they like."""
    at = timezone.now()
    try:
        receipt = receipts.by_link(token, at=at)
    except public.NotFound as error:
        raise Http404 from error
    context = _frame(request) | {"receipt": receipt, "ticket": receipt.status, "token": token, "at": at}
    return page(request, "portal/ask_received.html", context, office=receipt.status.office)


@require_safe
@kept_nowhere
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """Hand out the receipt as a sheet of A5 to print."""
    try:
        receipt = receipts.by_link(token, at=timezone.now())
    except public.NotFound as error:
        raise Http404 from error
    return slips.response(receipts.slip(receipt))


def _is_flood(request: HttpRequest, *, at: datetime) -> bool:
    """Tell whether so many bytes come from one connection that its files are kept no more: a disk is not endless."""
    size = sum(file.size or 0 for file in request.FILES.getlist("files"))
    address = request.META["REMOTE_ADDR"]
    # The question still gets in, without its files: what arrives is never lost.
    return bool(size) and throttle.uploaded(address=address, size=size, at=at) > MOST_BYTES


def _signs(form: AskForm, seal: signed.Seal, count: int, *, at: datetime) -> list[Sign]:
    found = {
        # Signs hold a question back for a person to look at; no sign ever refuses one.
        Sign.HONEYPOT: bool(form.cleaned_data["website"]),
        Sign.TOO_FAST: at - seal.issued_at < asking.FASTEST,
        Sign.TOO_MANY: count > asking.FREELY,
    }
    return [sign for sign, is_there in found.items() if is_there]


def _form(request: HttpRequest, form: AskForm, door: public.Door, *, status: int = 200) -> HttpResponse:
    context = _frame(request) | {"form": form, "front": door.front, "due_at": door.due_at}
    return page(request, "portal/ask.html", context, office=door.front.office, status=status)


def _is_embedded(request: HttpRequest) -> bool:
    return request.GET.get("embed") == "1"


def _frame(request: HttpRequest) -> dict[str, Any]:
    return {"embedded": _is_embedded(request), "query": _query(request)}


def _query(request: HttpRequest) -> str:
    """Return what the next page must know: within a frame neither the language nor the frame can live in a cookie."""
    kept = {name: request.GET[name] for name in ("embed", "lang") if name in request.GET}
    return f"?{urlencode(kept)}" if kept else ""


def _with_frame(request: HttpRequest, url: str) -> str:
    return f"{url}{_query(request)}"
