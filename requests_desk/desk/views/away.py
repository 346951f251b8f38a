"""One's own absences, and how a leader wants to be woken."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.desk.presence_forms import AwayForm, NightForm
from requests_desk.desk.views.settings.presence import attempt
from requests_desk.people import identifiers
from requests_desk.people.services import presence
from requests_desk.tickets.access import Right, held


@page(Right.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: DeskRequest) -> HttpResponse:
    """Show one's absences; a POST adds one, takes one away, or says how nights are spent."""
    action, user, agency = request.POST.get("action", ""), request.user, request.agency
    form = AwayForm(request.POST if action == "absence" else None, agency=agency)
    night = NightForm(request.POST if action == "night" else None, initial={"holds_night_sms": user.holds_night_sms})
    done = False
    if action == "absence":
        # One's own absence alone: that of others is an administrator's to note.
        done = attempt(form, lambda: presence.add_absence(agency, user=user, **form.cleaned_data))
    elif action == "night":
        done = attempt(night, lambda: presence.hold_night_sms(user, **night.cleaned_data))
    elif action == "remove" and (pk := identifiers.row_number(request.POST.get("pk", ""))):
        user.absences.filter(pk=pk).delete()
        done = True
    if done:
        messages.success(request, _("Saved."))
        return redirect("desk:away")
    context = {
        "form": form,
        # Nobody else is woken by a breach at night (N4).
        "night": night if Right.LEADERSHIP in held(user) else None,
        "absences": user.absences.filter(to_at__gt=timezone.now()).select_related("deputy").order_by("from_at"),
    }
    return render(request, "desk/away.html", context, status=422 if action else 200)
