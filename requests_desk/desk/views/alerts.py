"""Acknowledge alerts: by the link of a mail, without signing in, and by a button at the desk (N2)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people import identifiers
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import alerts
from requests_desk.tickets.services import climbing


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_token(request: HttpRequest, token: str) -> HttpResponse:
    """Name the requests by code and offer one button. Reading changes nothing: mail scanners follow links."""
    rows = alerts.behind(token)
    if not rows:
        raise Http404
    if request.method == "POST":
        # In the name of whom the alert was sent to: the link is theirs, and nobody is signed in.
        climbing.acknowledge(rows, by=rows[0].person, at=timezone.now())
        return redirect("acknowledge", token=token)
    agency = rows[0].ticket.agency
    waits = any(row.acknowledged_at is None for row in rows)
    with timezone.override(ZoneInfo(agency.timezone)):
        return render(request, "desk/acknowledge.html", {"rows": rows, "waits": waits, "at": timezone.now()})


@require_POST
@page(Right.READ)
def at_the_desk(request: DeskRequest) -> HttpResponse:
    """Acknowledge the alerts whose numbers are posted, and go back to where the button stood."""
    wanted = [pk for named in request.POST.getlist("alert") if (pk := identifiers.row_number(named))]
    rows = alerts.within_reach(request.user, wanted)
    if not rows:
        raise Http404
    climbing.acknowledge(rows, by=request.user, at=timezone.now())
    messages.success(request, _("Acknowledged: the alert climbs no further. The deadline stays."))
    back = request.POST.get("next", "")
    # A form can be sent from anywhere to anywhere: only a path of ours is gone back to.
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    return redirect(back if is_ours else "desk:today")
