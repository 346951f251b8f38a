"""How long the words of each kind of request are kept, what that would forget now, and what was forgotten."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.tickets.queries import erasures
from requests_desk.tickets.services import forgetting
from requests_desk.tickets.words import Kind


class RetentionForm(forms.Form):
    """Years by kind; empty keeps them for good."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in Kind:
            self.fields[kind.value] = forms.IntegerField(
                label=kind.label,
                required=False,
                min_value=1,
                max_value=100,
                help_text=gettext_lazy("years after its ending"),
            )


@settings_page
def retention(request: DeskRequest) -> HttpResponse:
    """Show the terms and the log; a POST changes the terms. Nothing is forgotten here."""
    at = timezone.now()
    rules = forgetting.rules_of(request.agency)
    form = RetentionForm(request.POST if request.method == "POST" else None, initial=rules)
    if request.method == "POST" and form.is_valid():
        forgetting.keep_for(request.agency, form.cleaned_data, by=request.user, at=at)
        messages.success(request, _("Saved."))
        return redirect("settings:retention")
    context = {
        "form": form,
        "rules": rules,
        "due": forgetting.due(at=at, agency=request.agency).count(),
        "erasures": erasures.latest(request.agency),
    }
    return show(request, "retention.html", context, status=422 if form.errors else 200)
