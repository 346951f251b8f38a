"""The addresses of this face."""

from __future__ import annotations

from django.urls import URLPattern, path

from requests_desk.doors import health, metrics, twilio

urlpatterns: list[URLPattern] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("hooks/twilio/status/", twilio.status),
]
