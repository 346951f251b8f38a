"""What every page knows: which office speaks, and whether this is a demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from requests_desk.people.middleware import lacks_second_factor
from requests_desk.people.models import Agency


def house(request: HttpRequest) -> dict[str, Any]:
    """Return what the page frame shows."""
    return {
        "agency": getattr(request, "agency", None) or Agency.objects.order_by("pk").first(),
        "demo": settings.DESK_DEMO,
        "at": timezone.now(),
    }


def second_factor(request: HttpRequest) -> dict[str, Any]:
    """Return whether the reader must still set up a second factor, asked for only by a page that says so."""
    # Lazy: it costs a query, and the public's pages never ask.
    return {"second_factor_missing": SimpleLazyObject(lambda: lacks_second_factor(request))}
