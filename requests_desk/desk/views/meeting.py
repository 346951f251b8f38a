"""A meeting's questions on one screen: each becomes a request of its own with its lead unit, or none does."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from requests_desk.desk.entries import LAYOUTS
from requests_desk.desk.forms import moment_field, text_field
from requests_desk.desk.pages import DeskRequest, page
from requests_desk.people import identifiers
from requests_desk.people.models import Agency, Unit
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Field
from requests_desk.tickets.services import intake
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.words import Channel, Entry

ROWS, MORE, MOST = 5, 5, 60
# How a row calls what the intake names otherwise; what concerns the whole meeting stands above the rows.
_NAMES = {"phones": "phone"}
_ABOVE = {"received_at", "received_reason"}


class MeetingForm(forms.Form):
    """What all its questions share."""

    title = forms.CharField(label=_("Meeting"), widget=forms.TextInput(attrs={"autofocus": True}), max_length=300)
    received_at = moment_field(_("When it took place"), required=True)
    submission = forms.CharField(widget=forms.HiddenInput)


class RowForm(forms.Form):
    """One question: who asked, what, and which unit leads. A row without a question does not count."""

    organisation = forms.CharField(label=_("Business"), required=False)
    name = forms.CharField(label=_("Contact person"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    text = text_field(_("What they ask"), rows=3)
    field = forms.ModelChoiceField(label=_("Field"), queryset=Field.objects.none(), required=False, empty_label="—")
    unit = forms.ModelChoiceField(
        label=_("Lead unit"), queryset=Unit.objects.none(), required=False, empty_label=_("as the field says")
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in {"field": Field.objects.filter(agency=agency), "unit": agency.units.all()}.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared so above
            field.queryset = rows.order_by("name")

    def clean(self) -> dict[str, Any]:
        """Find the unit that leads: the chosen one, else the one that usually handles the field."""
        data = self.cleaned_data
        if not data.get("text"):
            if any(data.get(name) for name in ("organisation", "name", "phone")):
                self.add_error("text", _("Please say what is asked."))
            return data
        data["unit"] = data.get("unit") or (data["field"].unit if data.get("field") else None)
        if data["unit"] is None:
            self.add_error("unit", _("Please choose the unit that leads."))
        return data


if TYPE_CHECKING:
    _Base = forms.BaseFormSet[RowForm]
else:
    _Base = forms.BaseFormSet  # it takes no parameter when it runs


class Rows(_Base):
    """The rows of one meeting."""

    def asked(self) -> list[tuple[int, dict[str, Any]]]:
        """Return the rows that hold a question, each with its place."""
        return [(place, form.cleaned_data) for place, form in enumerate(self.forms) if form.cleaned_data.get("text")]


_Rows = cast(
    type[Rows],
    forms.formset_factory(RowForm, formset=Rows, extra=0, min_num=ROWS, absolute_max=MOST, max_num=MOST),
)


@page(Right.LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: DeskRequest) -> HttpResponse:
    """Show the screen, and make the requests: all at once or, with something wrong, none."""
    kwargs: dict[str, Any] = {"form_kwargs": {"agency": request.agency}, "prefix": "row"}
    if request.method != "POST":
        return _page(request, MeetingForm(initial={"submission": uuid.uuid4().hex}), _Rows(**kwargs))
    data = request.POST.copy()
    if "more" in data:
        count = identifiers.row_number(data.get("row-TOTAL_FORMS", "")) or ROWS
        data["row-TOTAL_FORMS"] = str(min(count + MORE, MOST))
        return _page(request, MeetingForm(initial=data.dict()), _Rows(initial=_typed(data), **kwargs))
    form, rows = MeetingForm(data), _Rows(data, **kwargs)
    is_fit = form.is_valid()
    if not (rows.is_valid() and is_fit):
        return _page(request, form, rows, status=422)
    if not rows.asked():
        form.add_error(None, _("There is no question yet."))
        return _page(request, form, rows, status=422)
    try:
        logged = intake.log_batch(request.agency, _requests(form, rows), by=request.user, at=timezone.now())
    except intake.BatchRefused as error:
        _show(form, rows, error)
        return _page(request, form, rows, status=422)
    _remember(request, logged)
    return redirect("desk:meeting_saved")


@page(Right.LOG)
@require_safe
def saved(request: DeskRequest) -> HttpResponse:
    """Show the codes of the meeting saved last, to be printed or read out."""
    receipts = request.session.get("meeting", {})
    # Sealed since, it is not even in one's own list of a moment ago (P13).
    tickets = access.visible(request.user).filter(code__in=receipts).select_related("requester", "unit").order_by("pk")
    rows = [{"ticket": ticket, **receipts[ticket.code]} for ticket in tickets]
    return render(request, "desk/meeting_saved.html", {"rows": rows})


def _page(request: DeskRequest, form: MeetingForm, rows: Rows, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "rows": rows, "most": MOST, "layouts": LAYOUTS.values()}
    return render(request, "desk/meeting.html", context, status=status)


def _typed(data: Any) -> list[dict[str, str]]:
    """Return what the rows held, for the same page with more of them."""
    count = int(data["row-TOTAL_FORMS"])
    return [{name: data.get(f"row-{place}-{name}", "") for name in RowForm.base_fields} for place in range(count)]


def _requests(form: MeetingForm, rows: Rows) -> list[Request]:
    shared = form.cleaned_data
    return [
        Request(
            channel=Channel.MEETING,
            entry=Entry.MEETING,
            text=row["text"],
            asked=Asked(
                name=row["name"], organisation=row["organisation"], phones=(row["phone"],) if row["phone"] else ()
            ),
            field=row["field"].code if row["field"] else "",
            unit=row["unit"],
            received_at=shared["received_at"],
            received_reason=shared["title"],
            # By row: a batch sent again finds each of its requests, and makes none twice.
            submission=f"{shared['submission'][:90]}:{place}",
        )
        for place, row in rows.asked()
    ]


def _show(form: MeetingForm, rows: Rows, error: intake.BatchRefused) -> None:
    """Put what the intake refused beside the row it is about, and what they share above them, once."""
    places = [place for place, _row in rows.asked()]
    above: dict[str, list[str]] = {}
    for number, fields in error.problems.items():
        for name, messages in fields.items():
            if name in _ABOVE:
                above[name] = messages
                continue
            shown = _NAMES.get(name, name)
            row = rows.forms[places[number]]
            row.add_error(shown if shown in row.fields else None, messages)
    for name, messages in above.items():
        form.add_error("received_at" if name == "received_at" else "title", messages)


def _remember(request: DeskRequest, logged: list[intake.Logged]) -> None:
    # Sent twice: what the session holds of the first time is all there is.
    if all(not one.is_new for one in logged):
        return
    request.session["meeting"] = {
        one.ticket.code: {
            "lookup_code": one.lookup_code,
            "status_url": f"{settings.PUBLIC_BASE_URL}/s/{one.link_token}/",
        }
        for one in logged
    }
