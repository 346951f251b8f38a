"""Submissions of the public form that look like spam: kept, shown to the front desk, decided by a person."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_desk.people.models import Agency
from requests_desk.tickets.models.ticket import Ticket


class Held(models.Model):
    """One submission that was held back, with everything its sender typed. The same one again only counts up `times`.

    Released it becomes a ticket received when it was submitted (P1); dropped it keeps who said so and why.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="held")
    submission = models.CharField(max_length=100)
    signs = models.CharField(max_length=100)
    data = models.JSONField()
    is_sealed = models.BooleanField(default=False)
    times = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "held"
        indexes: ClassVar = [
            models.Index(fields=["agency", "received_at"], name="held_open", condition=Q(settled_at__isnull=True))
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "submission"], name="held_once_per_submission"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, ticket__isnull=True, reason="")
                | Q(settled_at__isnull=False, settled_by__isnull=False, ticket__isnull=False, reason="")
                | Q(settled_at__isnull=False, settled_by__isnull=False, ticket__isnull=True) & ~Q(reason=""),
                name="held_released_or_dropped_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"held {self.pk}"

    @property
    def sign_list(self) -> list[str]:
        """Return why it was held, a word each."""
        return self.signs.split(",")

    @property
    def sender(self) -> list[str]:
        """Return who sent it, as typed."""
        asked = self.data["asked"]
        return [asked["organisation"], asked["name"], *asked["phones"], asked["email"]]
