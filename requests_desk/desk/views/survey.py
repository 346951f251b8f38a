"""Write down a survey that was answered on paper or by phone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people import identifiers
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import refusing, survey
from requests_desk.tickets.survey_forms import EnteredSurveyForm


@page(Right.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def entered(request: DeskRequest, code: str) -> HttpResponse:
    """Show the five questions about a request, and keep what its requester answered."""
    ticket = access.get(request.user, code, Right.SURVEY)
    try:
        # Before the form is shown: nobody types five answers to learn that they cannot be kept.
        survey.require_enterable(ticket, by=request.user)
        return _write(request, ticket) if request.method == "POST" else _form(request, ticket, EnteredSurveyForm())
    except refusing.NotNow as error:
        return render(request, "desk/survey.html", {"ticket": ticket, "problem": error.detail}, status=409)


def _write(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    form = EnteredSurveyForm(request.POST)
    if not form.is_valid():
        return _form(request, ticket, form, status=422)
    try:
        kept = survey.enter(ticket, form.answers(), way=form.cleaned_data["way"], by=request.user, at=timezone.now())
    except identifiers.BadText as error:
        form.add_error(None, str(error))
        return _form(request, ticket, form, status=422)
    messages.success(request, _("The answer is kept."))
    if kept.report:
        messages.success(request, _("What was reported went sealed to the leadership."))
    return redirect(f"{ticket.url}#main")


def _form(request: DeskRequest, ticket: Ticket, form: EnteredSurveyForm, *, status: int = 200) -> HttpResponse:
    return render(request, "desk/survey.html", {"ticket": ticket, "form": form}, status=status)
