"""Who was told of a deadline, whether they said so, and when it climbs (N2, N5)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_desk.people.models import Agency
from requests_desk.tickets.models.ticket import Ticket
from sla.models import Milestone


class Digest(models.Model):
    """Many alerts to one person in one sweep, sent as one message a channel (N5).

    Two sweepers at the same moment make one each: a digest lists what its own sweep told, and nothing else.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    recipient = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"digest {self.pk} to {self.recipient}"

    @property
    def key(self) -> str:
        """Return what its messages are keyed by, but for the channel (N7)."""
        return f"digest:{self.pk}:{self.recipient}"


class Alert(models.Model):
    """One person told of one rung of one milestone, by whatever channels; written with the firing.

    `recipient` is their opaque key, the alarm address's too; `level` the rung they were found on. `climb_at` says when
    the next rung is told, null when none will be: it was acknowledged, it climbed, or nobody stands above.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="alerts")
    # Without the database's own check: a rebuild empties the clocks and gives each row back under its number.
    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    due_at = models.DateTimeField()
    # The rungs it answers, such as `officer-480m+unit_head-480m`; one that climbed names where to: `…>chief`.
    rung = models.CharField(max_length=200)
    level = models.CharField(max_length=32)
    is_breach = models.BooleanField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    recipient = models.CharField(max_length=64)
    because = models.CharField(max_length=16, blank=True)
    told_at = models.DateTimeField()
    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, null=True, related_name="alerts")
    needs_ack = models.BooleanField(default=False)
    climb_at = models.DateTimeField(null=True)
    # Every message of it failed for good (N8).
    failed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["milestone", "due_at", "rung", "recipient"], name="alert_once"),
            models.CheckConstraint(
                condition=Q(climb_at__isnull=True) | Q(acknowledged_at__isnull=True), name="alert_climbs_unless_heard"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["climb_at"], name="alert_to_climb", condition=Q(climb_at__isnull=False)),
            models.Index(fields=["ticket", "-id"], name="alert_by_ticket"),
            models.Index(
                fields=["ticket"], name="alert_alarm", condition=Q(level="alarm", acknowledged_at__isnull=True)
            ),
            models.Index(
                fields=["person", "-id"],
                name="alert_unheard",
                condition=Q(needs_ack=True, acknowledged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rung} to {self.recipient}"

    @property
    def key(self) -> str:
        """Return what its own messages are keyed by, but for the channel (N7)."""
        return f"alert:{self.milestone_id}:{int(self.due_at.timestamp())}:{self.rung}:{self.recipient}"
