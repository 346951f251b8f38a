"""Say that a request was not answered to the point (P7): from its own page, by whoever opened that in full."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from requests_desk.people import identifiers
from requests_desk.portal import throttle
from requests_desk.portal.forms import StatusForm
from requests_desk.portal.views import kept_nowhere, page, too_many
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import public
from requests_desk.tickets.services import cycles, refusing
from requests_desk.tickets.words import Channel

SAID = {
    "cycle": gettext_lazy("Taken up again: a new deadline runs from this moment."),
    "ticket": gettext_lazy("More than 30 days after the answer this is a new request: %(code)s."),
}


class AgainForm(forms.Form):
    """What was not to the point, in the requester's own words."""

    reason = forms.CharField(
        label=gettext_lazy("What was not answered?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please say what was not answered.")},
    )


@require_POST
@csrf_exempt  # no session is behind it: the signed token of the page is what only its reader can send
@kept_nowhere
def again(request: HttpRequest) -> HttpResponse:
    """Take a request up again and show its page, or show it with what stands in the way; nothing typed is lost."""
    at, form = timezone.now(), AgainForm(request.POST)
    try:
        ticket = public.by_token(request.POST.get("token", ""), at=at)
    except public.NotFound:
        problem = _("This page was open for too long: please open your request again.")
        return page(request, "portal/status_form.html", {"form": StatusForm(), "problem": problem}, status=404)
    if not form.is_valid():
        return _shown(request, ticket, status=422, form=form)
    try:
        throttle.count(address=request.META["REMOTE_ADDR"], code=f"again {ticket.code}", phone="", at=at)
        taken = cycles.reopen(ticket, form.cleaned_data["reason"], channel=Channel.QNA, by=None, at=at)
    except throttle.TooMany as refused:
        form.add_error(None, too_many(refused))
        response = _shown(request, ticket, status=429, form=form)
        response["Retry-After"] = str(refused.retry_after_s)
        return response
    except (refusing.Refused, identifiers.BadText) as error:
        form.add_error("reason", str(error))
        return _shown(request, ticket, status=422, form=form)
    except refusing.NotNow:
        return _shown(request, ticket, status=409, said=_("This request has been taken up again already."))
    return _shown(request, taken.ticket, status=200, said=SAID[taken.opened] % {"code": taken.ticket.code})


def _shown(request: HttpRequest, ticket: Ticket, *, status: int, **more: Any) -> HttpResponse:
    at = timezone.now()
    found = public.of_ticket(ticket, at=at)
    return page(request, "portal/status.html", {"ticket": found, "at": at} | more, office=found.office, status=status)
