"""A calendar: its year, its hours, and its files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.forms import BaseFormSet, Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests_desk.desk import settings_forms as forms
from requests_desk.desk import year as years
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.desk.settings_pages import explain, saved, settings_page, show
from requests_desk.desk.views.settings import importing
from requests_desk.tickets.access import Right
from requests_desk.tickets.queries import promises
from requests_desk.tickets.services import promises as editing
from requests_desk.tickets.services import repinning
from sla import calendar_json, exchange, seed
from sla.calendars import Calendar
from sla.catalogue import NothingInForce, Superseded
from sla.errors import CalendarError
from sla.models import CalendarVersion
from sla.special_days import clocks, put, put_year, special_days, without

Edit = Callable[[dict[str, Any]], dict[str, Any]]
WRONG = (CalendarError, Superseded, editing.Unchanged)
MEDIA = {"csv": "text/csv", "ics": "text/calendar", "json": "application/json"}


@settings_page
def new(request: DeskRequest) -> HttpResponse:
    """Start a further calendar."""
    form = forms.NewForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            editing.new_calendar(request.agency, data["key"], name=data["name"], by=request.user, at=timezone.now())
        except Superseded:
            form.add_error("key", _("There is one of this key already."))
        else:
            return redirect("settings:calendar", key=data["key"])
    status = 422 if form.errors else 200
    return show(request, "new.html", {"form": form, "title": _("New calendar")}, status=status)


@settings_page
def this_year(request: DeskRequest, key: str) -> HttpResponse:
    """Lead to the year that runs."""
    return redirect("settings:year", key=key, year=timezone.localdate().year)


@settings_page
def year(request: DeskRequest, key: str, year: int) -> HttpResponse:
    """Show a year as twelve months. A POST names its `action` and makes a new version."""
    version = promises.calendar(request.agency, key)
    if not calendar_json.FIRST_YEAR <= year <= calendar_json.LAST_YEAR:
        raise Http404
    if request.method != "POST":
        return _year(request, version, year)
    act = ACTIONS.get(request.POST.get("action", ""), _unknown)
    return act(request, version, year)


def _put_day(request: DeskRequest, version: CalendarVersion, year: int) -> HttpResponse:
    form = forms.DayForm(request.POST)
    return _attempt(request, version, year, form, lambda old: put(old, form.days()), day_form=form)


def _remove_day(request: DeskRequest, version: CalendarVersion, year: int) -> HttpResponse:
    form = forms.VersionForm(request.POST)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return _unknown(request, version, year)
    return _attempt(request, version, year, form, lambda old: without(old, [day]))


def _confirm(request: DeskRequest, version: CalendarVersion, year: int) -> HttpResponse:
    form = forms.VersionForm(request.POST)
    return _attempt(request, version, year, form, dict, confirm=(year,))


def _seed(request: DeskRequest, version: CalendarVersion, year: int) -> HttpResponse:
    form = forms.VersionForm(request.POST)
    return _attempt(request, version, year, form, lambda old: put_year(old, year, seed.vietnamese_days(year)))


def _culture(request: DeskRequest, version: CalendarVersion, year: int) -> HttpResponse:
    """Switch 24/11 on or off: whether it is a day off was not seen in force (DOMAIN.md §5)."""
    form = forms.VersionForm(request.POST)

    def switch(old: dict[str, Any]) -> dict[str, Any]:
        if on := _culture_days(version, year):
            return without(old, on)
        return put(old, seed.culture_days(year))

    return _attempt(request, version, year, form, switch)


def _import(request: DeskRequest, version: CalendarVersion, year: int) -> HttpResponse:
    form = forms.FileForm(request.POST, request.FILES)
    name = str(getattr(request.FILES.get("file"), "name", "")).lower()

    if form.is_valid():
        try:
            document = _read(form.cleaned_data["file"], name, version.document, year)
            return importing.preview(request, version, form, document, back=_url(version, year))
        except WRONG as error:
            explain(form, error, "file")
    return _year(request, version, year, status=422, failed=form, file_form=form)


def _read(text: str, name: str, old: dict[str, Any], year: int) -> dict[str, Any]:
    if name.endswith(".json"):
        return calendar_json.write(calendar_json.read(text))
    if name.endswith(".ics"):
        return put_year(old, year, exchange.from_ics(text, year, calendar=Calendar.from_json(old)))
    return put_year(old, year, exchange.from_csv(text, year))


def _accept(request: DeskRequest, version: CalendarVersion, year: int) -> HttpResponse:
    """Save what the screen of differences showed."""
    form = importing.AcceptForm(request.POST, of=version)
    return _attempt(request, version, year, form, lambda old: form.cleaned_data["sealed"])


def _url(version: CalendarVersion, year: int) -> str:
    return reverse("settings:year", kwargs={"key": version.calendar.key, "year": year})


def _unknown(request: DeskRequest, version: CalendarVersion, year: int) -> HttpResponse:
    return _year(request, version, year, status=400)


ACTIONS: dict[str, Callable[[DeskRequest, CalendarVersion, int], HttpResponse]] = {
    "put": _put_day,
    "remove": _remove_day,
    "confirm": _confirm,
    "seed": _seed,
    "culture": _culture,
    "import": _import,
    "accept": _accept,
}


def _attempt(
    request: DeskRequest,
    version: CalendarVersion,
    year: int,
    form: Form,
    edit: Edit,
    *,
    field: str | None = None,
    confirm: tuple[int, ...] = (),
    **shown: Any,
) -> HttpResponse:
    """Save what `edit` makes of the document, or show the page again with what was typed and what to change."""
    if form.is_valid():
        try:
            made = _save(request, version, form, edit(version.document), confirm=confirm)
        except WRONG as error:
            explain(form, error, field or getattr(error, "path", "").partition("[")[0])
        else:
            saved(request, made.number)
            return redirect("settings:year", key=version.calendar.key, year=year)
    return _year(request, version, year, status=422, **({"failed": form} | shown))


def _save(
    request: DeskRequest,
    version: CalendarVersion,
    form: Form,
    document: dict[str, Any],
    *,
    confirm: tuple[int, ...] = (),
) -> CalendarVersion:
    data = form.cleaned_data
    key, base = version.calendar.key, data["base"]
    return editing.save_calendar(
        request.agency,
        key,
        document,
        note=data["note"],
        after=base,
        by=request.user,
        at=timezone.now(),
        confirm=confirm,
    )


def _year(
    request: DeskRequest, version: CalendarVersion, year: int, *, status: int = 200, **shown: Any
) -> HttpResponse:
    calendar = Calendar.from_json(version.document)
    base = {"base": version.number}
    context = {
        "version": version,
        "year": year,
        "months": years.months(calendar, year),
        "marks": years.MARKS,
        "days": special_days(calendar, year),
        "is_confirmed": year in version.confirmed_years,
        "has_culture_day": bool(_culture_days(version, year)),
        "waiting": repinning.waiting(request.agency, version, by=request.user, at=timezone.now()),
        "day_form": forms.DayForm(initial=base | _day_initial(request, calendar)),
        "file_form": forms.FileForm(initial=base),
        "today": timezone.localdate(),
        "weekdays": calendar_json.WEEKDAYS,
    }
    return show(request, "year.html", context | shown, status=status)


def _day_initial(request: DeskRequest, calendar: Calendar) -> dict[str, Any]:
    """Fill the form with the day that was chosen in the year."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return {}
    known = {one.date: one for one in special_days(calendar, day.year)}.get(day)
    return {"first": day} | ({"kind": known.kind, "name": known.name, "hours": clocks(known.hours)} if known else {})


def _culture_days(version: CalendarVersion, year: int) -> list[date]:
    days = special_days(Calendar.from_json(version.document), year)
    return [day.date for day in days if seed.is_culture_day(day)]


@page(Right.SETTINGS_READ)
@require_safe
def export(request: DeskRequest, key: str, year: int, name: str) -> HttpResponse:
    """Hand a year out as CSV or ICS, or the whole calendar as JSON."""
    kind = name.rpartition(".")[2]
    try:
        version = promises.calendar(request.agency, key)
    except NothingInForce as error:
        raise Http404 from error
    # Its one name alone: what stands in the header of a download is never taken from the address.
    if name != f"{key}-{year}.{kind}" or kind not in MEDIA:
        raise Http404
    calendar = Calendar.from_json(version.document)
    days = special_days(calendar, year)
    texts = {
        # Spreadsheet programs here read UTF-8 only when a byte order mark says so.
        "csv": lambda: "\ufeff" + exchange.to_csv(days),
        "ics": lambda: exchange.to_ics(days, tz=calendar.tz, name=version.calendar.name, at=version.created_at),
        "json": lambda: json.dumps(version.document, ensure_ascii=False, indent=1),
    }
    response = HttpResponse(texts[kind](), content_type=f"{MEDIA[kind]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@settings_page
def hours(request: DeskRequest, key: str) -> HttpResponse:
    """Show and change the weekly hours and the seasons."""
    version = promises.calendar(request.agency, key)
    calendar = Calendar.from_json(version.document)
    initial = {"base": version.number, "tz": calendar.tz.key} | forms.week_initial(calendar.hours)
    form = forms.WeekForm(request.POST or None, initial=initial)
    seasons = forms.SeasonFormSet(request.POST or None, initial=forms.season_initial(calendar), prefix="season")
    if request.method == "POST" and form.is_valid() and seasons.is_valid():
        try:
            made = _save(request, version, form, version.document | _hours(form.cleaned_data, seasons))
        except WRONG as error:
            _explain_hours(form, seasons, error)
        else:
            saved(request, made.number)
            return redirect("settings:calendar", key=key)
    wrong = form.errors or any(seasons.errors)
    context = {"version": version, "form": form, "seasons": seasons, "weekdays": calendar_json.WEEKDAYS}
    return show(request, "hours.html", context, status=422 if wrong else 200)


def _hours(data: dict[str, Any], seasons: BaseFormSet[forms.SeasonForm]) -> dict[str, Any]:
    meant = [form.cleaned_data for form in seasons if form.is_meant()]
    return {
        "tz": data["tz"],
        "hours": forms.week_of(data, ""),
        "seasons": [
            {"from": str(one.get("first") or ""), "to": str(one.get("last") or "")}
            | {"hours": forms.week_of(one, f"seasons[{place}].")}
            for place, one in enumerate(meant)
        ],
    }


def _explain_hours(form: Form, seasons: BaseFormSet[forms.SeasonForm], error: Exception) -> None:
    """Put an error beside the weekday or the season its path names."""
    path = getattr(error, "path", "")
    if not path.startswith("seasons["):
        explain(form, error, path.rpartition(".")[2].partition("[")[0])
        return
    place, _, rest = path.removeprefix("seasons[").partition("]")
    meant = [one for one in seasons if one.is_meant()]
    field = {"from": "first", "to": "last"}.get(rest.strip("."), rest.strip(".").partition("[")[0])
    explain(meant[int(place)], error, field)
