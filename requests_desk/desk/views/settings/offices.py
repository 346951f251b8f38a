"""The department itself and its units."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, ProtectedError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.people_forms import AgencyForm, UnitForm
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.people.models import Unit
from requests_desk.people.services import ledger


@settings_page
def agency(request: DeskRequest) -> HttpResponse:
    """Change what the department is called and how it is reached."""
    form = AgencyForm(request.POST if request.method == "POST" else None, instance=request.agency)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            # What the form asks and no more: others set the quiet hours meanwhile.
            form.instance.save(update_fields=list(form.fields))
            facts = {"fields": form.changed_data}
            at = timezone.now()
            ledger.append("agency_changed", agency=request.agency, actor=request.user, at=at, facts=facts)
        messages.success(request, _("Saved."))
        return redirect("settings:agency")
    return show(request, "agency.html", {"form": form}, status=422 if form.errors else 200)


@settings_page
def units(request: DeskRequest) -> HttpResponse:
    """List the units; a POST adds one."""
    form = UnitForm(request.POST if request.method == "POST" else None, instance=Unit(agency=request.agency))
    if request.method == "POST" and _kept(request, form, "unit_made"):
        return redirect("settings:units")
    rows = request.agency.units.annotate(people=Count("memberships__user", distinct=True)).order_by("name")
    return show(request, "units.html", {"form": form, "units": rows}, status=422 if form.errors else 200)


@settings_page
def unit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change a unit, or remove one that nothing ever belonged to."""
    found = get_object_or_404(Unit, pk=pk, agency=request.agency)
    if request.POST.get("action") == "remove":
        return _removed(request, found)
    form = UnitForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and _kept(request, form, "unit_changed"):
        return redirect("settings:units")
    return show(request, "unit.html", {"form": form, "unit": found}, status=422 if form.errors else 200)


def _kept(request: DeskRequest, form: UnitForm, kind: str) -> bool:
    code = form.data.get("code", "")
    others = request.agency.units.filter(code=code).exclude(pk=form.instance.pk)
    if not form.is_valid():
        return False
    if others.exists():
        form.add_error("code", _("Another unit has this code."))
        return False
    with transaction.atomic():
        form.save()
        facts = {"unit": form.instance.pk, "fields": form.changed_data}
        ledger.append(kind, agency=request.agency, actor=request.user, at=timezone.now(), facts=facts)
    messages.success(request, _("Saved."))
    return True


def _removed(request: DeskRequest, found: Unit) -> HttpResponse:
    try:
        with transaction.atomic():
            facts = {"unit": found.pk}
            found.delete()
            ledger.append("unit_removed", agency=request.agency, actor=request.user, at=timezone.now(), facts=facts)
    # Asked of the database: no list of ours would know every table that names a unit.
    except ProtectedError:
        messages.error(request, _("People or requests belong to this unit: hand them to another first."))
        return redirect("settings:unit", pk=found.pk)
    messages.success(request, _("The unit is gone."))
    return redirect("settings:units")
