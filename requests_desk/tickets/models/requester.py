"""Who asks."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext

from requests_desk.people.models import Agency


class Requester(models.Model):
    """A business or a person as known to one agency. Nothing but a way to name them is required (IN-7)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="requesters")
    name = models.CharField(max_length=200, blank=True)
    organisation = models.CharField(max_length=300, blank=True)
    tax_code = models.CharField(max_length=20, blank=True)
    # Its digits where it has 10, 13 or 12 of them: what two records are compared by.
    tax_number = models.CharField(max_length=13, blank=True)
    email = models.CharField(max_length=254, blank=True)
    address = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    # Somebody said that both are the same: whoever is known by these particulars is known as that one.
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="took_in")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="requester_merged_into_another"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agency", "tax_number"], name="requester_by_tax_number", condition=~Q(tax_number="")),
            models.Index("agency", Lower("email"), name="requester_by_address", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return (
            self.organisation
            or self.name
            or self.email
            or (gettext("Erased") if self.erased_at else gettext("Anonymous"))
        )


class RequesterPhone(models.Model):
    """One number of a requester: as it was typed, and in E.164 where it could be read."""

    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="phones")
    position = models.PositiveSmallIntegerField(default=0)
    typed = models.CharField(max_length=64)
    number = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["requester", "position"], name="phone_position_once")]
        indexes: ClassVar = [models.Index(fields=["number"], name="phone_by_number", condition=~Q(number=""))]

    def __str__(self) -> str:
        return self.number or self.typed


class RequesterMerge(models.Model):
    """Two records said to be one requester: what was moved and filled in, so that it can be taken back."""

    survivor = models.ForeignKey(Requester, on_delete=models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Requester, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # The requests that changed hands, the particulars that were blank, and the numbers the survivor did not have.
    tickets = models.JSONField()
    filled = models.JSONField()
    phones = models.JSONField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="requester_merge_has_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="requester_merge_undone_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["absorbed"], name="requester_merged_once", condition=Q(undone_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} merged into {self.survivor_id}"
