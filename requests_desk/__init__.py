"""Requests Desk: the only package that knows both `sla` and `notifications`."""

from __future__ import annotations

from requests_desk.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"
