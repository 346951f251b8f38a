"""Save what is being typed at each pause."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets.access import Right
from requests_desk.tickets.services import drafts

# What comes with every form and is no word of its writer.
BESIDE = (
    "csrfmiddlewaretoken",
    "draft_place",
    "action",
    "seen_seq",
    "submission",
    "draft",
    "items",
    "items_of",
    "one",
    "step",
    "ready",
)


@page(Right.READ)
@require_POST
def keep(request: DeskRequest) -> HttpResponse:
    """Keep the fields of a form: 204, or 400 where it is none of ours."""
    typed = {name: value for name, value in request.POST.items() if name not in BESIDE and isinstance(value, str)}
    place = request.POST.get("draft_place", "")
    try:
        drafts.keep(request.user, place, typed, agency=request.agency, at=timezone.now())
    # The page's script gives up on 400 and tries again on anything else.
    except drafts.CannotKeep:
        return HttpResponse(status=400)
    return HttpResponse(status=204)


@page(Right.READ)
@require_POST
def drop(request: DeskRequest) -> HttpResponse:
    """Forget a draft its writer wants no more."""
    drafts.drop(request.user, request.POST.get("draft_place", ""))
    return redirect("desk:ticket_new")
