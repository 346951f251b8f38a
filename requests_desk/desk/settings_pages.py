"""What every settings page does before its own work: anybody with the right may read, only administrators change."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_desk.desk.pages import DeskRequest, View, page
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from sla import wording
from sla.catalogue import NothingInForce, Superseded
from sla.errors import DocumentError


def settings_page(view: View) -> Callable[..., HttpResponseBase]:
    """Let readers look and administrators post; an unknown calendar or policy is 404."""

    @page(Right.SETTINGS_READ)
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def inner(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # One gate for every page: a form added tomorrow cannot forget it.
        if request.method == "POST" and not may_edit(request):
            raise access.Denied(Right.SETTINGS)
        try:
            return view(request, *args, **kwargs)
        except NothingInForce as error:
            raise Http404 from error

    return inner


def may_edit(request: DeskRequest) -> bool:
    """Tell whether the reader may change the settings of the agency at hand."""
    # Of this agency: who administers another reads here at most.
    return request.agency in access.agencies(request.user, Right.SETTINGS)


def show(request: DeskRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a settings page."""
    return render(request, f"settings/{template}", {"may_edit": may_edit(request)} | context, status=status)


def saved(request: DeskRequest, number: int) -> None:
    """Say that a version was saved, and that open requests stay with theirs."""
    said = _("Saved as version %(number)d. Open requests keep the version they started with.")
    messages.success(request, said % {"number": number})


def explain(form: Form, error: Exception, field: str | None = None) -> None:
    """Put what is wrong beside the field it is about, in the reader's language."""
    if isinstance(error, Superseded):
        said = _("Somebody saved version %(number)d meanwhile. Open the page again and repeat the change.")
        form.add_error(None, said % {"number": error.newest})
    elif isinstance(error, DocumentError):
        # A path nobody shows a box for, such as one of an imported file, stands above the form.
        form.add_error(field if field in form.fields else None, wording.error(error))
    else:
        form.add_error(None, _("Nothing was changed: this is what the version in force says already."))
