from __future__ import annotations

from django.apps import AppConfig


class LeadershipConfig(AppConfig):
    name = "requests_desk.leadership"
    label = "leadership"
