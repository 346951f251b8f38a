"""The ready texts of an agency: those of the product changed, taken out of use, and its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_desk.desk.forms import text_field
from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.tickets import blanks, ready
from requests_desk.tickets.models import ReadyText
from requests_desk.tickets.services import ready_texts, refusing
from requests_desk.tickets.words import ReadyUse, ReplyKind


class ReadyForm(forms.Form):
    """One ready text. What is right or wrong the service says."""

    name = forms.CharField(label=gettext_lazy("Name"), required=False)
    use = forms.ChoiceField(label=gettext_lazy("What it is for"), choices=ReadyUse)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of reply"), choices=ReplyKind)
    text = text_field(gettext_lazy("Text"), rows=5)

    def __init__(self, data: Any = None, *, key: str, **initial: Any) -> None:
        super().__init__(data, initial=initial, auto_id=f"id_{key or 'new'}_%s")
        self.key, self.is_own, self.is_shipped = key, False, key in {one.key for one in ready.SHIPPED}


@settings_page
def texts(request: DeskRequest) -> HttpResponse:
    """Show every ready text; a POST keeps one, adds one, or forgets the agency's own."""
    if request.method != "POST":
        return _show(request)
    key = request.POST.get("key", "").replace("\x00", "")  # PostgreSQL refuses even to look for it
    if "default" in request.POST:
        ready_texts.drop(request.agency, key)
        messages.success(request, _("The agency's own text is gone."))
        return redirect("settings:ready_texts")
    form = ReadyForm(request.POST, key=key)
    if form.is_valid():
        try:
            ready_texts.keep(request.agency, key, **form.cleaned_data)
        except refusing.Refused as error:
            for name, problems in error.fields.items():
                form.add_error(name, problems)
        else:
            messages.success(request, _("The ready text is kept. It is offered from now on."))
            return redirect("settings:ready_texts")
    return _show(request, bound=form)


def _show(request: DeskRequest, *, bound: ReadyForm | None = None) -> HttpResponse:
    own = {row.key: row for row in ReadyText.objects.filter(agency=request.agency)}
    shown = {one.key: _form(own.get(one.key) or one) for one in ready.SHIPPED}
    shown |= {key: _form(row) for key, row in own.items() if key not in shown} | {"": ReadyForm(key="")}
    for key, form in shown.items():
        form.is_own = key in own
    # The one that was sent keeps what was typed; the others show what is kept.
    if bound and bound.key in shown:
        bound.is_own = shown[bound.key].is_own
        shown[bound.key] = bound
    context = {"forms": shown.values(), "fields": [(name, *said) for name, said in blanks.FIELDS.items()]}
    return show(request, "ready_texts.html", context, status=422 if bound else 200)


def _form(one: ReadyText | ready.Shipped) -> ReadyForm:
    return ReadyForm(key=one.key, name=one.name, use=one.use, kind=one.kind, text=one.text)
