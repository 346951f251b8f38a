"""How a request went on: the cycles it was answered in, and the requests it belongs with (P7, P8)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import CycleReason, Ending, LinkKind, State


class TicketCycle(models.Model):
    """One round of a request: what opened it and, once a later one began, how it had ended.

    A request that was never taken up again has none: its only round is the ticket itself.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="cycles")
    number = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=20, choices=CycleReason)
    received_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=State, blank=True)
    ending = models.CharField(max_length=16, choices=Ending, blank=True)
    closed_at = models.DateTimeField(null=True)
    # A mere "thank you" opened it: it counts as none, and the request went back to where it stood.
    annulled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "number"], name="cycle_once_per_ticket"),
            models.CheckConstraint(condition=Q(received_at__lte=F("opened_at")), name="cycle_received_before_opened"),
        ]

    def __str__(self) -> str:
        return f"cycle {self.number} of {self.ticket_id}"


class TicketLink(models.Model):
    """`ticket` follows up, is possibly about the same as, or was merged into `other`."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=16, choices=LinkKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="link_once"),
            models.CheckConstraint(condition=~Q(ticket=F("other")), name="link_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.other_id}"
