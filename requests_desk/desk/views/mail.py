"""Mail that became no request by itself: looked at, read once more, made a request, or dismissed with a reason.

What strangers wrote is shown in a frame of its own that may run and fetch nothing, or goes out as a download.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.desk.mail_forms import DismissForm
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people import identifiers
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Mail
from requests_desk.tickets.queries import mails as queries
from requests_desk.tickets.services import mails

FRAME = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups"
PAGE = "<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>"


@page(Right.MAIL)
@require_safe
def waiting(request: DeskRequest) -> HttpResponse:
    """List what waits, the newest first, or what was dismissed."""
    before = request.GET.get("before", "")
    dismissed = "dismissed" in request.GET
    rows, older = queries.page(request.user, before=identifiers.row_number(before), dismissed=dismissed)
    more = "&dismissed=1" if dismissed else ""
    context = {
        "rows": rows,
        "dismissed": dismissed,
        "next_url": f"?before={older}{more}" if older else None,
        "silent": queries.silent(request.user),
    }
    return render(request, "desk/mail.html", context)


@page(Right.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: DeskRequest, pk: int) -> HttpResponse:
    """Show one mail; a POST decides what becomes of it."""
    one = _get(request, pk)
    if request.method != "POST":
        return _show(request, one)
    # Reading and deciding differ: whoever handles a request opens its mail, and settles none.
    if one.agency not in access.agencies(request.user, Right.MAIL):
        raise PermissionDenied
    form = DismissForm(request.POST)
    try:
        said = _decide(request, one, form)
    except (mails.CannotSettle, identifiers.BadText) as error:
        form.add_error(None, str(error))
        return _show(request, one, form=form, status=422)
    messages.success(request, said)
    return redirect("desk:mail")


def _decide(request: DeskRequest, one: Mail, form: DismissForm) -> str:
    at = timezone.now()
    if "dismiss" in request.POST:
        mails.dismiss(one.pk, reason=form.data.get("reason", ""), by=request.user, at=at)
        return _("Dismissed; the mail stays on record with your reason.")
    mails.retry(one.pk, as_request="request" in request.POST, by=request.user, at=at)
    return _("The mail is read once more.")


def _show(request: DeskRequest, one: Mail, *, form: DismissForm | None = None, status: int = 200) -> HttpResponse:
    context = {
        "mail": one,
        "form": form or DismissForm(),
        "may_decide": one.state in queries.WAITING and one.agency in access.agencies(request.user, Right.MAIL),
    }
    return render(request, "desk/mail_one.html", context, status=status)


@page(Right.READ)
@require_safe
def original(request: DeskRequest, pk: int) -> HttpResponse:
    """Hand out the raw mail as it came, to be saved and never shown."""
    one = _get(request, pk)
    answer = HttpResponse(mails.raw_of(one), content_type="message/rfc822")
    answer["Content-Disposition"] = f'attachment; filename="mail-{one.pk}.eml"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@page(Right.READ)
@require_safe
def as_sent(request: DeskRequest, pk: int) -> HttpResponse:
    """Show the cleaned HTML of a mail, within a frame of the desk alone: nothing in it runs, nothing is fetched."""
    one = _get(request, pk)
    answer = HttpResponse(PAGE.format(title=one.pk, body=one.html))
    answer["Content-Security-Policy"] = FRAME
    # Our own page holds the frame; the usual header would keep it empty.
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _get(request: DeskRequest, pk: int) -> Mail:
    one = queries.one(request.user, pk)
    if one is None:
        raise Http404
    return one
