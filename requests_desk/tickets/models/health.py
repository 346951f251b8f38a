"""Signs of life of the timer (N9)."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a part of the timer last did its work, by the database's clock."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
