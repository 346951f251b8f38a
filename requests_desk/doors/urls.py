"""The addresses of this face."""

from __future__ import annotations

from django.urls import URLPattern, path

from requests_desk.doors import health, metrics, twilio

urlpatterns: list[URLPattern] = [
    # Without a slash at the end, as supervisors ask: a redirect counts as a failure for many of them.
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("hooks/twilio/status/", twilio.status),
]
