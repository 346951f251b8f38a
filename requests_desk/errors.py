"""The pages of what went wrong, in the reader's language; 403 and 404 are Django's own views with our templates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request could not be read."""
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that we broke, without asking the database or anything else that may be what broke."""
    # A program reads JSON; a page in its place would be taken for a fault of its own.
    if request.path.startswith("/api/"):
        said = _("Something broke here, not in what you sent: it is in our log.")
        return JsonResponse({"code": "error", "detail": said, "fields": {}}, status=500)
    # Without a request: its context would ask the database for the office's name, and break once more.
    return HttpResponse(render_to_string("500.html", {"LANGUAGE_CODE": get_language()}), status=500)
