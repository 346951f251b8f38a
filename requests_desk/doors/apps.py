from __future__ import annotations

from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "requests_desk.doors"
    label = "doors"
