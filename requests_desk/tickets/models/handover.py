"""One unit passing a request on to another."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from requests_desk.people.models import Unit
from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import HandoverState


class Handover(models.Model):
    """A request offered to another unit: it lies there at once, and is theirs once they accept it.

    `from_officer` gets it back when it is returned.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="handovers")
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    from_officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=HandoverState, default=HandoverState.PENDING)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    return_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket"], name="handover_one_waits", condition=Q(state=HandoverState.PENDING)
            ),
            models.CheckConstraint(
                condition=Q(state=HandoverState.PENDING, settled_at__isnull=True)
                | ~Q(state=HandoverState.PENDING) & Q(settled_at__isnull=False),
                name="handover_settled_at_some_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandoverState.RETURNED) | ~Q(return_reason=""), name="handover_returned_has_reason"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="handover_has_reason"),
            models.CheckConstraint(
                condition=Q(from_unit__isnull=True) | ~Q(from_unit=F("to_unit")), name="handover_to_another_unit"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["to_unit"], name="handover_waiting", condition=Q(state=HandoverState.PENDING))
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} to unit {self.to_unit_id}"
