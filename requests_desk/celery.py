"""The Celery application: beat says when to look, rows say what is due."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "requests_desk.settings")

app = Celery("requests_desk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["requests_desk.tickets", "requests_desk.library", "requests_desk.people"])
