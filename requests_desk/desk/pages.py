"""What every page of the desk does before its own work: who is it, in which office, what may they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache

from requests_desk.people.models import Agency, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import drafts

View = Callable[..., HttpResponseBase]


class DeskRequest(HttpRequest):
    """A request of a signed-in person, within one agency."""

    user: User
    agency: Agency


def page(right: Right) -> Callable[[View], View]:
    """Let in whoever holds `right` in some agency: strangers are asked to sign in, others get 403.

    Within the view a ticket that is not theirs is 404 and a lesser right 403, whatever raised it.
    """

    def dress(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def inner(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Of all their agencies: a right held in one department must not be looked for in another.
            agencies = access.agencies(request.user, right)
            if not agencies:
                raise PermissionDenied
            request.agency = agencies[0]
            # Forms read and show the office's wall, wherever the officer sits.
            with timezone.override(ZoneInfo(request.agency.timezone)):
                try:
                    return _sent(request, view(request, *args, **kwargs))
                # Not theirs and not there look alike (P13).
                except Ticket.DoesNotExist as error:
                    raise Http404 from error
                except access.Denied as error:
                    raise PermissionDenied from error

        return inner

    return dress


def _sent(request: DeskRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Forget the draft of a form that was taken: every form that was leads on to another page."""
    place = request.POST.get("draft_place") if request.method == "POST" else None
    # A form that came back with an error keeps its draft: its words are still nowhere else.
    if place and response.status_code == HTTPStatus.FOUND:
        drafts.drop(request.user, place)
    return response
