"""What the first page says of how the promise was kept: counted in the background, since anybody may ask for it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from requests_desk.people.models import Agency


class Figures(models.Model):
    """How an agency kept its promise lately, as counted at `at`; `docs/promise.md` says what is counted.

    `median_s` are the seconds to the first reply in the middle of all, null where half of them have none.
    """

    agency = models.OneToOneField(Agency, on_delete=models.CASCADE, related_name="figures")
    at = models.DateTimeField()
    kept = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    median_s = models.PositiveBigIntegerField(null=True)
    # Of those who rated an answer in that time, how many were satisfied.
    rated = models.PositiveIntegerField(default=0)
    satisfied = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "figures"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(median_s__isnull=True) | ~Q(kept=0) | ~Q(missed=0), name="figures_median_of_some"
            ),
            models.CheckConstraint(condition=Q(satisfied__lte=F("rated")), name="figures_satisfied_among_rated"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.kept} kept, {self.missed} missed"
