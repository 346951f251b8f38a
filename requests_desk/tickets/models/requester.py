"""Who asks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext

from requests_desk.people.models import Agency


class Requester(models.Model):
    """A business or a person as known to one agency. Nothing but a way to name them is required (IN-7)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="requesters")
    name = models.CharField(max_length=200, blank=True)
    organisation = models.CharField(max_length=300, blank=True)
    tax_code = models.CharField(max_length=20, blank=True)
    email = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["agency", "tax_code"], name="requester_by_tax_code", condition=~models.Q(tax_code="")),
            models.Index(fields=["agency", "email"], name="requester_by_email", condition=~models.Q(email="")),
        ]

    def __str__(self) -> str:
        return self.organisation or self.name or self.email or gettext("Anonymous")


class RequesterPhone(models.Model):
    """One number of a requester: as it was typed, and in E.164 where it could be read."""

    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="phones")
    position = models.PositiveSmallIntegerField(default=0)
    typed = models.CharField(max_length=64)
    number = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["requester", "position"], name="phone_position_once")]
        indexes: ClassVar = [models.Index(fields=["number"], name="phone_by_number", condition=~models.Q(number=""))]

    def __str__(self) -> str:
        return self.number or self.typed
