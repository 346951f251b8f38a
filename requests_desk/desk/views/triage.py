"""Sort what came in: each request with what it seems to be, accepted by one click or put right first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from requests_desk.desk.pages import DeskRequest, page
from requests_desk.desk.views.sealing import people_of
from requests_desk.people.models import Agency, Unit, User
from requests_desk.tickets import access, rules
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Field, Ticket
from requests_desk.tickets.queries import triage
from requests_desk.tickets.services import locking, refusing, sorting
from requests_desk.tickets.words import Kind


class SortForm(forms.Form):
    """What one request is, whose it is, and whom it must be hidden from."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind)
    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("not assigned"),
    )
    seal = forms.BooleanField(label=gettext_lazy("Seal it: it is about our own people"), required=False)
    units = forms.ModelMultipleChoiceField(
        queryset=Unit.objects.none(), required=False, widget=forms.MultipleHiddenInput
    )
    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), required=False, widget=forms.MultipleHiddenInput
    )
    seen_seq = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, agency: Agency, fields: list[Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = {"unit": agency.units.order_by("name"), "units": agency.units.all()}
        for name, rows in (choices | {"people": people_of(agency.pk)}).items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]  # all declared as choices of rows
        listed = [("", "—"), *((field.code, str(field)) for field in fields)]
        self.fields["field"].choices = listed  # type: ignore[attr-defined]  # declared as a choice


@page(Right.ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: DeskRequest) -> HttpResponse:
    """Show what waits, what is due next first; a POST sorts one of them."""
    if request.method != "POST":
        return _page(request)
    ticket = access.get(request.user, request.POST.get("code", ""), Right.ASSIGN)
    form = SortForm(request.POST, agency=ticket.agency, fields=_fields(ticket.agency), auto_id=f"{ticket.code}_%s")
    if form.is_valid():
        what = dict(form.cleaned_data)
        seen = what.pop("seen_seq")
        # The hidden fields come along with every row; without the tick they name nobody.
        if not what["seal"]:
            what |= {"units": (), "people": ()}
        try:
            done = sorting.sort(ticket, sorting.Sorted(**what), by=request.user, at=timezone.now(), seen_seq=seen)
        except refusing.Refused as error:
            for name, texts in error.fields.items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, text)
        except locking.ChangedMeanwhile:
            form.add_error(None, _("Somebody else has sorted it meanwhile."))
        else:
            return _next(request, done)
    return _page(request, failed={ticket.pk: form}, status=422)


def _next(request: DeskRequest, ticket: Ticket) -> HttpResponse:
    """Go on to the next request, or to the hand-over where the kind asks for one (P12)."""
    if ticket.kind in rules.HANDED_OVER and access.can(request.user, Right.REPLY, ticket):
        said = _("%(code)s must be handed over, and its requester told, before its deadline.")
        messages.warning(request, said % {"code": ticket.code})
        return redirect(f"{ticket.url}?reply=transfer#reply")
    messages.success(request, _("%(code)s is sorted.") % {"code": ticket.code})
    return redirect("desk:triage")


def _page(request: DeskRequest, *, failed: dict[int, SortForm] | None = None, status: int = 200) -> HttpResponse:
    at, fields = timezone.now(), _fields(request.agency)
    names = {field.code: str(field) for field in fields}
    rows = [
        {
            "row": row,
            "form": (failed or {}).get(row.ticket.pk) or _form(row, request.agency, fields),
            "field_name": names.get(row.suggestion.field.value, ""),
        }
        for row in triage.page(request.user, request.agency)
    ]
    context = {
        "rows": rows,
        "invalid": triage.ended_as_invalid(request.user, at=at),
        "waits": triage.waiting(request.user).filter(agency=request.agency)[: triage.PAGE + 1].count() > triage.PAGE,
        "at": at,
    }
    return render(request, "desk/triage.html", context, status=status)


def _form(row: triage.Row, agency: Agency, fields: list[Field]) -> SortForm:
    """Return the form of one row, filled in with what it was logged as or, where nobody said, with what it seems."""
    ticket, seems = row.ticket, row.suggestion
    initial = {
        # What somebody chose stands; the usual kind is mostly what nobody changed.
        "kind": ticket.kind if ticket.kind != Kind.INFORMATION else seems.kind.value,
        "field": ticket.field or seems.field.value,
        # A report about our own people must not be handed, by one click, to those it names.
        "unit": row.unit.pk if row.unit and not seems.seal else None,
        "seal": bool(seems.seal) or ticket.sealed,
        "units": [unit.pk for unit in row.units],
        "people": [person.pk for person in row.people],
        "seen_seq": ticket.ledger_seq,
    }
    return SortForm(initial=initial, agency=agency, fields=fields, auto_id=f"{ticket.code}_%s")


def _fields(agency: Agency) -> list[Field]:
    return list(Field.objects.filter(agency=agency).order_by("name"))
