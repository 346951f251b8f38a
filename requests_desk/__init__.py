"""Requests Desk: the only package that knows both `sla` and `notifications`."""

from __future__ import annotations

__version__ = "0.1.0"
