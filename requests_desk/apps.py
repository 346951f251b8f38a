"""The project itself as an application: it holds the deployment checks."""

from __future__ import annotations

from django.apps import AppConfig


class House(AppConfig):
    name = "requests_desk"

    def ready(self) -> None:
        """Register the checks of `manage.py check`."""
        from requests_desk import checks  # noqa: F401
