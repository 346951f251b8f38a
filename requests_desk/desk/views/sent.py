"""Sent messages, each as its reader would see it, and deliveries: find one, and send again what failed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notifications import breaker
from requests_desk.desk.forms import DeliveryFilter
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people import identifiers
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import sent
from requests_desk.tickets.services import resending


@page(Right.SENT_MESSAGES)
@require_safe
def sent_list(request: DeskRequest) -> HttpResponse:
    """Show what went out, the newest first."""
    before = request.GET.get("before", "")
    rows, older = sent.page(request.user, before=identifiers.row_number(before))
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


@page(Right.SENT_MESSAGES)
@require_safe
def deliveries(request: DeskRequest) -> HttpResponse:
    """Find messages by request, reader, channel or state, and see whether each arrived."""
    form = DeliveryFilter(request.GET)
    wanted = sent.Wanted(**form.cleaned_data) if form.is_valid() else sent.EVERYTHING
    before = request.GET.get("before", "")
    rows, older = sent.page(request.user, wanted, before=identifiers.row_number(before))
    query = request.GET.copy()
    query["before"] = str(older)
    context = {
        "form": form,
        "outbox": rows,
        "next_url": f"?{query.urlencode()}" if older else None,
        "away": breaker.open_since(),
    }
    return render(request, "desk/deliveries.html", context)


@page(Right.SENT_MESSAGES)
@require_POST
def resend(request: DeskRequest, pk: int) -> HttpResponse:
    """Send a failed message again, as a message of its own."""
    if sent.one(request.user, pk) is None:
        raise Http404
    try:
        # A new row: the failed one stays as what it was, with its attempts (N7).
        again = resending.resend(pk, by=request.user, at=timezone.now())
    except resending.CannotResend as error:
        messages.error(request, str(error))
        return redirect("desk:sent_message", pk)
    messages.success(request, _("The message goes again."))
    return redirect("desk:sent_message", again.pk)
