"""The project itself as an application: what must be there before anything else runs."""

from __future__ import annotations

from django.apps import AppConfig


class House(AppConfig):
    name = "requests_desk"

    def ready(self) -> None:
        """Register the checks of `manage.py check`, and the Celery application that tasks are sent by."""
        from requests_desk import celery, checks  # noqa: F401
