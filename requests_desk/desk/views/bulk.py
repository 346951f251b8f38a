"""Hand several requests over at once. Nothing else is done to many: a reply or an extension is one by one (P15)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from requests_desk.desk.forms import AssignManyForm
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import desk
from requests_desk.tickets.services import assignment

MOST = 200


@page(Right.ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def assign_many(request: DeskRequest) -> HttpResponse:
    """Show the chosen requests with one form for all, and hand them over."""
    given = (request.POST if request.method == "POST" else request.GET).getlist("code")
    codes = [code for code in given if "\x00" not in code]  # PostgreSQL refuses even to look for it
    # Found by right, not refused by it: a code of another unit is passed over like an unknown one.
    rows = desk.dressed(access.visible(request.user, Right.ASSIGN).filter(code__in=codes[:MOST]))
    chosen = list(rows.order_by("queue_at", "pk"))
    if not chosen:
        messages.error(request, _("Please choose requests in the list first."))
        return redirect("desk:ticket_list")
    # Units belong to one agency: what else was chosen the service refuses by code.
    agency = chosen[0].agency
    form = AssignManyForm(request.POST if request.method == "POST" else None, agency=agency)
    refused: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        try:
            return _assigned(request, form, chosen)
        except assignment.NoneAssigned as error:
            refused = error.refused
    context = {"form": form, "chosen": [(row, refused.get(row.code, "")) for row in chosen], "refused": refused}
    return render(request, "desk/assign_many.html", context, status=422 if request.method == "POST" else 200)


def _assigned(request: DeskRequest, form: AssignManyForm, chosen: list[Ticket]) -> HttpResponse:
    given = {name: form.cleaned_data[name] for name in ("unit", "officer", "reason")}
    assignment.assign_many(chosen, **given, by=request.user, at=timezone.now())
    said = ngettext("%(n)s request was handed to %(unit)s.", "%(n)s requests were handed to %(unit)s.", len(chosen))
    messages.success(request, said % {"n": len(chosen), "unit": given["officer"] or given["unit"]})
    return redirect("desk:ticket_list")
