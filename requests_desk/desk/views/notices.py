"""The bell: how many notices are unread, the list of them, and whether they come by mail too."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.desk.presence_forms import NoticesForm
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.people.services import presence
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import notices as queries
from requests_desk.tickets.services import notices as services

STOP_ASKING = 286  # htmx asks no more after this answer


@page(Right.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: DeskRequest) -> HttpResponse:
    """Show one's notices, the newest first; a POST marks them all read, or says whether they come by mail."""
    action, user = request.POST.get("action", ""), request.user
    form = NoticesForm(request.POST if action == "mail" else None, initial={"mails_notices": user.mails_notices})
    if action == "read":
        services.read(user, at=timezone.now())
        messages.success(request, _("All notices are marked as read."))
        return redirect("desk:notices")
    if action == "mail" and form.is_valid():
        presence.mail_notices(user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("desk:notices")
    before = request.GET.get("before", "")
    rows, older = queries.page(user, before=identifiers.row_number(before))
    context = {"rows": rows, "next_url": f"?before={older}" if older else None, "form": form, "at": timezone.now()}
    return render(request, "desk/notices.html", context, status=400 if action else 200)


@never_cache
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """Return the count for the bell, nothing where it is still the one `shown`; who signed out is asked no more."""
    # Not led to the log-in: the bell asks again and again, and a page left open would for ever.
    if not isinstance(request.user, User):
        return HttpResponse(status=STOP_ASKING)
    # Nothing changed: the page is not touched, and a screen reader stays silent.
    if request.GET.get("shown") == str(queries.unread(request.user)):
        return HttpResponse(status=204)
    return render(request, "desk/_bell_count.html")
