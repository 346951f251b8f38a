"""Rehearse a policy in force on an invented request."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_forms import RehearseForm
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.tickets.queries import promises
from requests_desk.tickets.services import rehearsal


@settings_page
def rehearse(request: DeskRequest) -> HttpResponse:
    """Show each alert, person, channel and text with its moment; nothing is stored or sent, so a GET does it."""
    policies = {one.policy.key: one.policy.name for one in promises.policies(request.agency)}
    asked = request.GET if "policy" in request.GET else None  # the other language is asked for in an address as well
    form = RehearseForm(asked, agency=request.agency, policies=policies)
    done = None
    if form.is_valid():
        data = form.cleaned_data
        invented = rehearsal.Invented(data["received_at"] or timezone.now(), data["unit"], data["officer"])
        done = rehearsal.rehearse(request.agency, invented, policy_key=data["policy"])
    return show(request, "rehearse.html", {"form": form, "rehearsal": done}, status=422 if form.errors else 200)
