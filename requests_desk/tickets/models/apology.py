"""The apology a requester is owed when a promise was broken."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import ApologyState


class Apology(models.Model):
    """Why it is late and what happens now, signed by a leader. It is no reply and meets nothing."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="apologies")
    text = models.TextField()
    state = models.CharField(max_length=12, choices=ApologyState, default=ApologyState.SUBMITTED)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    return_reason = models.TextField(blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    # Of a letter, where no mail could carry it.
    document_number = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "apologies"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket"], name="apology_one_waits", condition=Q(state=ApologyState.SUBMITTED)
            ),
            models.CheckConstraint(
                condition=~Q(state=ApologyState.SIGNED) | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="apology_signed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApologyState.RETURNED) | ~Q(return_reason=""), name="apology_returned_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"apology on {self.ticket_id}"
