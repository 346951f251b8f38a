"""Who is away and who is on duty; when the office is quiet; whose address refuses mail."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.presence_forms import AbsenceForm, DutyForm, QuietForm
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.people import identifiers, queries
from requests_desk.people.models import Absence, Agency
from requests_desk.people.services import presence


@settings_page
def people(request: DeskRequest) -> HttpResponse:
    """Show roster and absences; a POST names its `action`: put on duty, note an absence, remove, or set the quiet."""
    action, agency = request.POST.get("action", ""), request.agency
    if undone := _undone(action, request.POST.get("pk", ""), agency):
        messages.success(request, undone)
        return redirect("settings:presence")
    forms: dict[str, Form] = {
        "duty": DutyForm(request.POST if action == "duty" else None, agency=agency, prefix="duty"),
        "absence": AbsenceForm(request.POST if action == "absence" else None, agency=agency, prefix="absence"),
        "quiet": QuietForm(request.POST if action == "quiet" else None, initial=vars(agency), prefix="quiet"),
    }
    if action in forms and attempt(forms[action], lambda: _save(action, forms[action], agency)):
        messages.success(request, _("Saved."))
        return redirect("settings:presence")
    at = timezone.now()
    context = {
        "forms": forms,
        "duties": queries.duties(agency, at=at),
        "absences": queries.absences(agency, at=at),
        "refusing": queries.refusing(agency),
        "at": at,
    }
    return show(request, "presence.html", context, status=422 if action else 200)


def attempt(form: Form, act: Callable[[], object]) -> bool:
    """Do it, or put beside the fields what is wrong with them."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _save(action: str, form: Form, agency: Agency) -> None:
    if action == "quiet":
        presence.set_quiet(agency, **form.cleaned_data)
    elif action == "duty":
        presence.add_duty(agency, **form.cleaned_data)
    else:
        presence.add_absence(agency, **form.cleaned_data)


def _undone(action: str, named: str, agency: Agency) -> str:
    pk = identifiers.row_number(named)
    if pk is None:
        return ""
    if action == "remove_duty":
        agency.duties.filter(pk=pk).delete()
        return _("Taken off the roster.")
    if action == "remove_absence":
        # By agency as well: the number of a row is no right to it.
        Absence.objects.filter(pk=pk, user__memberships__agency=agency).delete()
        return _("The absence is gone.")
    if action == "use_again":
        presence.use_again(agency, pk)
        return _("The address is used again from now on.")
    return ""
