"""What supervisors and load balancers ask: does this process answer, and is the whole desk at work (N9)."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from requests_desk.tickets.queries import health


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while this process and the database do: a late timer must not take the call form away."""
    try:
        with connection.cursor() as cursor:
            # The database, and neither broker nor timer: a container restarted for those would only take the call
            # form away.
            cursor.execute("SELECT 1")
    except Error:
        # No word of what broke: anybody may ask here.
        return JsonResponse({"status": "fail"}, status=503)
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while everything is at work, else 503; the body says what is not."""
    report = health.readiness()
    return JsonResponse(report, status=200 if report["status"] == "ok" else 503)
