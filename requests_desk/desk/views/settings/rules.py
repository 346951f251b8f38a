"""The table that chooses a policy and a calendar for each request."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_desk.desk import settings_forms as forms
from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.people import identifiers
from requests_desk.tickets.models import Field
from requests_desk.tickets.queries import promises
from requests_desk.tickets.services import agencies, policy_choice
from requests_desk.tickets.services import promises as editing


@settings_page
def table(request: DeskRequest) -> HttpResponse:
    """Show the lines in the order in which they win; a POST adds one or takes one away, or adds the missing one."""
    policies = {one.policy.key: one.policy.name for one in promises.policies(request.agency)}
    calendars = {one.calendar.key: one.calendar.name for one in promises.calendars(request.agency)}
    if gone := identifiers.row_number(request.POST.get("remove", "")):
        editing.remove_rule(request.agency, gone)
        messages.success(request, _("The line is gone. Open requests keep what times them."))
        return redirect("settings:rules")
    if "personal_data" in request.POST:
        agencies.add_personal_data(request.agency, by=request.user, at=timezone.now())
        messages.success(request, _("The line counts for requests logged from now on."))
        return redirect("settings:rules")
    form = forms.RuleForm(request.POST or None, agency=request.agency, policies=policies, calendars=calendars)
    if form.is_valid():
        try:
            editing.add_rule(request.agency, **form.cleaned_data)
        # Two lines for one case, and the table could not say which wins.
        except editing.RuleTwice:
            form.add_error(None, _("There is a line for these very conditions. Take it away first."))
        else:
            messages.success(request, _("The line counts for requests logged from now on."))
            return redirect("settings:rules")
    rules = promises.rules(request.agency)
    context = {
        "form": form,
        "rules": rules,
        "lacks_personal_data": promises.lacks_personal_data(rules),
        "policies": policies,
        "calendars": calendars,
        "fields": dict(Field.objects.filter(agency=request.agency).values_list("code", "name")),
        "usual": (policies.get(policy_choice.POLICY, ""), calendars.get(policy_choice.CALENDAR, "")),
    }
    return show(request, "rules.html", context, status=422 if form.errors else 200)
