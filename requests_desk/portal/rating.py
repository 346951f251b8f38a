"""The survey behind the link of its invitation. Opening it answers nothing: mail scanners follow links."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from requests_desk.people import identifiers
from requests_desk.portal import throttle
from requests_desk.portal.views import kept_nowhere, page, too_many
from requests_desk.tickets.models import Survey
from requests_desk.tickets.queries import public
from requests_desk.tickets.services import survey
from requests_desk.tickets.survey_forms import SurveyForm


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # no session is behind it: the secret in the address is what only its reader can send
@kept_nowhere
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Show the five questions, and keep what is answered; a wrong and an expired link look alike."""
    at = timezone.now()
    try:
        found = survey.by_token(token, at=at)
        return _sent(request, found, token, at=at) if request.method == "POST" else _shown(request, found, token)
    except survey.Closed:
        front = public.front(at=at)
        return page(request, "portal/survey_closed.html", {}, office=front.office if front else None, status=404)


def _sent(request: HttpRequest, found: Survey, token: str, *, at: datetime) -> HttpResponse:
    form = SurveyForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, token, form=form, status=422)
    try:
        # An answer may be mended until it closes; without a limit a program could write its history.
        throttle.count(address=request.META["REMOTE_ADDR"], code=f"survey {found.ticket.code}", phone="", at=at)
        survey.answer(token, form.answers(), at=at)
    except throttle.TooMany as refused:
        form.add_error(None, too_many(refused))
        response = _shown(request, found, token, form=form, status=429)
        response["Retry-After"] = str(refused.retry_after_s)
        return response
    except identifiers.BadText as error:
        form.add_error(None, str(error))
        return _shown(request, found, token, form=form, status=422)
    # To the same page: going back or reloading must not send the answers once more.
    return redirect(request.get_full_path())


def _shown(
    request: HttpRequest, found: Survey, token: str, *, form: SurveyForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "survey": found,
        "form": form or SurveyForm(initial=SurveyForm.first(found)),
        "report_token": survey.report_token(found, token),
    }
    office = public.Office.of(found.ticket.agency)
    return page(request, "portal/survey.html", context, office=office, status=status)
