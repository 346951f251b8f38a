"""Apply a version to open requests: what would move is seen first, then confirmed with a reason (P10)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_forms import ApplyForm
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.tickets.queries import promises
from requests_desk.tickets.services import repinning
from sla.repinning import Version


@settings_page
def policy(request: DeskRequest, key: str) -> HttpResponse:
    """Apply the policy in force to requests under earlier versions of it."""
    return _apply(request, promises.policy(request.agency, key), back="settings:policy", key=key)


@settings_page
def calendar(request: DeskRequest, key: str) -> HttpResponse:
    """Apply the calendar in force to requests under earlier versions of it."""
    return _apply(request, promises.calendar(request.agency, key), back="settings:calendar", key=key)


def _apply(request: DeskRequest, version: Version, *, back: str, key: str) -> HttpResponse:
    at = timezone.now()
    form = ApplyForm(request.POST or None)
    if form.is_valid():
        # How many would be late was seen: where it is more by now, the act is shown anew instead (P10).
        reason, missed = form.cleaned_data["reason"], form.cleaned_data["missed"]
        try:
            done = repinning.apply(request.agency, version, reason=reason, missed=missed, by=request.user, at=at)
        except repinning.ReasonMissing:
            form.add_error("reason", _("Say why: it moves what was promised."))
        except repinning.MoreWouldBeMissed as error:
            said = _("%(count)d requests would be overdue at once by now, more than you were shown. Look again.")
            form.add_error(None, said % {"count": error.missed})
        else:
            said = ngettext("Applied: %(count)d deadline moved.", "Applied: %(count)d deadlines moved.", done.moved)
            messages.success(request, said % {"count": done.moved})
            return redirect(back, key=key)
    page = request.GET.get("page", "1")
    number = int(page) if page.isdecimal() and len(page) < 7 else 1
    preview = repinning.preview(request.agency, version, by=request.user, at=at, page=number)
    context = {"version": version, "preview": preview, "form": form, "back": back, "key": key, "number": number}
    return show(request, "apply.html", context, status=422 if form.errors else 200)
