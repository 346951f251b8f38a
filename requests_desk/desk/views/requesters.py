"""A requester: what is known of them, what they asked, and other records that may be the same."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Requester
from requests_desk.tickets.queries import requesters
from requests_desk.tickets.services import refusing, requester_merging


@page(Right.LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def requester(request: DeskRequest, pk: int) -> HttpResponse:
    """Show a requester; a POST takes another record in, or tells one apart again."""
    at = timezone.now()
    try:
        shown = requesters.get(request.user, pk)
        if request.method == "POST":
            done = _act(request, shown, at=at)
            messages.success(request, done)
            return redirect("desk:requester", pk=pk)
    # Known by a sealed request alone is unknown to whoever may not read it (P13).
    except Requester.DoesNotExist as error:
        raise Http404 from error
    except refusing.Refused as refused:
        return _page(request, shown, at=at, problem=str(refused), status=422)
    except refusing.NotNow as refused:
        return _page(request, shown, at=at, problem=refused.detail, status=409)
    return _page(request, shown, at=at)


def _act(request: DeskRequest, shown: Requester, *, at: datetime) -> str:
    chosen = identifiers.row_number(request.POST.get("other", "")) or 0
    if request.POST.get("action") == "undo":
        merged = requesters.undoable(shown, at=at).filter(pk=chosen).first()
        if merged is None:
            raise refusing.NotNow("merge_stands", _("Records are told apart again within a day."))
        requester_merging.undo(merged, by=request.user, at=at)
        return _("The records are told apart again.")
    other = requesters.get(request.user, chosen)
    requester_merging.merge(shown, other, reason=request.POST.get("reason", ""), by=request.user, at=at)
    return _("The records are one requester now. Within a day this can be taken back.")


def _page(
    request: DeskRequest, shown: Requester, *, at: datetime, problem: str = "", status: int = 200
) -> HttpResponse:
    user: User = request.user
    context = {
        "requester": shown,
        "tickets": requesters.tickets_of(user, shown),
        "twins": requesters.twins(user, shown),
        "merges": requesters.undoable(shown, at=at),
        "may_merge": requester_merging.may_merge(user, shown.agency),
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "at": at,
    }
    return render(request, "desk/requester.html", context, status=status)
