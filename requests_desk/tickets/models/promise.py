"""Which policy and calendar time which request, and when an edit of one was applied to open requests (P10, P12)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_desk.people.models import Agency
from requests_desk.tickets.words import Channel, Kind, Priority
from sla.models import CalendarVersion, PolicyVersion


class PolicyRule(models.Model):
    """A line of the table that says by which policy and calendar a request is timed; what is empty fits everything."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="policy_rules")
    kind = models.CharField(max_length=16, choices=Kind, blank=True)
    channel = models.CharField(max_length=16, choices=Channel, blank=True)
    field = models.CharField(max_length=64, blank=True)
    priority = models.CharField(max_length=8, choices=Priority, blank=True)
    policy_key = models.SlugField(max_length=64)
    calendar_key = models.SlugField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "kind", "channel", "field", "priority"], name="policy_rule_once"),
            models.CheckConstraint(condition=~Q(policy_key="") & ~Q(calendar_key=""), name="policy_rule_names_both"),
        ]

    def __str__(self) -> str:
        wanted = [self.kind, self.channel, self.field, self.priority]
        return f"{' '.join(filter(None, wanted)) or 'everything'}: {self.policy_key}, {self.calendar_key}"


class Application(models.Model):
    """A version of a policy or a calendar put to work on requests that were open under an earlier one (P10).

    The reason stands here and not in the ledger, which holds nobody's words (P14).
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="applications")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    calendar_version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    repinned = models.PositiveIntegerField()
    moved = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(policy_version__isnull=True) ^ Q(calendar_version__isnull=True), name="application_of_one"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="application_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_version or self.calendar_version} applied"
