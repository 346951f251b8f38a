"""Take over an old register: the file, which column says what, a try, then the rows, with how far it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.people.models import Agency
from requests_desk.tickets.models import Register
from requests_desk.tickets.queries import registers
from requests_desk.tickets.register import columns, files
from requests_desk.tickets.services import importing, refusing
from requests_desk.tickets.words import Channel

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File (XLSX or CSV)"))
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of a CSV"),
        required=False,
        choices=[("", gettext_lazy("found by itself")), *((one, one) for one in files.ENCODINGS)],
    )


class ColumnsForm(forms.Form):
    """Which column says what; empty means that none does."""

    def __init__(self, *args: Any, register: Register, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *((str(place), heading) for place, heading in enumerate(register.headings))]
        for target, label in columns.LABELS.items():
            found = forms.ChoiceField(label=label, choices=choices, required=target in columns.REQUIRED)
            self.fields[target] = found
        usual = gettext_lazy("Channel of receipt, where the file names none")
        self.fields["usual_channel"] = forms.ChoiceField(label=usual, choices=Channel)
        places = {target: str(place) for target, place in register.mapping.items()}
        self.initial.update(places | {"usual_channel": register.channel})

    def mapping(self) -> dict[str, int]:
        """Return by what it says the place of a column."""
        return {target: int(place) for target in columns.LABELS if (place := self.cleaned_data.get(target))}


@settings_page
def overview(request: DeskRequest) -> HttpResponse:
    """List what was taken over; a POST reads a file."""
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            register, is_new = importing.read(
                request.agency,
                chosen["file"],
                chosen["file"].name,
                encoding=chosen["encoding"],
                by=request.user,
                at=timezone.now(),
            )
        except refusing.Refused as error:
            form.add_error("file", error.fields["file"][0])
        else:
            # Read by its content: loading it again must not take every row over twice.
            if not is_new:
                messages.info(request, _("This very file was read before: here is how far it is."))
            return redirect("settings:register", pk=register.pk)
    stands = [registers.stand(register) for register in registers.of(request.agency)[:20]]
    return show(request, "registers.html", {"form": form, "stands": stands}, status=422 if form.errors else 200)


@settings_page
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """Show one register; a POST names its `action`: try it with these columns, or take over what is right."""
    register = _register(request.agency, pk)
    form = ColumnsForm(request.POST if request.POST.get("action") == "try" else None, register=register)
    try:
        if request.POST.get("action") == "take":
            # A worker does it: a register of ten years takes longer than any page may.
            importing.wake(importing.begin(register, at=timezone.now()))
            return redirect("settings:register", pk=pk)
        if form.is_valid():
            channel = form.cleaned_data["usual_channel"]
            importing.wake(importing.map_columns(register, form.mapping(), channel=channel, at=timezone.now()))
            return redirect("settings:register", pk=pk)
    except refusing.Refused as error:
        _explain(request, form, error)
    context = _context(register) | {"form": form}
    if request.headers.get("HX-Request"):
        return render(request, "settings/_register_stand.html", context)
    return show(request, "register.html", context, status=422 if form.errors else 200)


@settings_page
def to_mend(request: DeskRequest, pk: int) -> HttpResponse:
    """Give the rows that are wrong as a spreadsheet to mend and load again."""
    register = _register(request.agency, pk)
    response = HttpResponse(importing.wrong_rows(register), XLSX)
    response["Content-Disposition"] = f'attachment; filename="can-sua-{register.pk}.xlsx"'
    return response


def _explain(request: DeskRequest, form: ColumnsForm, error: refusing.Refused) -> None:
    for name, texts in error.fields.items():
        if form.is_bound:
            form.add_error(name if name in form.fields else None, texts)
        else:
            messages.error(request, texts[0])


def _register(agency: Agency, pk: int) -> Register:
    register = Register.objects.filter(agency=agency, pk=pk).first()
    if register is None:
        raise Http404
    return register


def _context(register: Register) -> dict[str, Any]:
    return {
        "register": register,
        "stand": registers.stand(register),
        "wrong": [(row, importing.said(row)) for row in registers.wrong(register)],
        "sample": registers.sample(register),
        "suggested": columns.suggest(register.headings),
    }
