from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "requests_desk.portal"
    label = "portal"
