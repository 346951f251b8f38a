"""What the unit that leads a request asks of another one."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from requests_desk.people.models import Unit
from requests_desk.tickets.models.conversation import Message
from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import PartState


class AskedPart(models.Model):
    """The part of a cooperating unit (*đơn vị phối hợp*): asked with a date of its own, delivered or returned.

    `message` is what was delivered, a note among colleagues; `look_at` is when the timer speaks of its date next.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="parts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    question = models.TextField()
    due_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=PartState, default=PartState.ASKED)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    return_reason = models.TextField(blank=True)
    look_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket", "unit"], name="part_one_waits_per_unit", condition=Q(state=PartState.ASKED)
            ),
            models.CheckConstraint(
                condition=Q(state=PartState.ASKED, settled_at__isnull=True)
                | ~Q(state=PartState.ASKED) & Q(settled_at__isnull=False),
                name="part_settled_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(look_at__isnull=True) | Q(state=PartState.ASKED), name="part_settled_is_not_looked_at"
            ),
            models.CheckConstraint(condition=~Q(question=""), name="part_has_question"),
            models.CheckConstraint(condition=Q(due_at__gt=F("asked_at")), name="part_due_after_asked"),
            models.CheckConstraint(
                condition=~Q(state=PartState.DELIVERED) | Q(message__isnull=False), name="part_delivered_has_words"
            ),
            models.CheckConstraint(
                condition=~Q(state=PartState.RETURNED) | ~Q(return_reason=""), name="part_returned_has_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "due_at"], name="part_waiting", condition=Q(state=PartState.ASKED)),
            models.Index(fields=["unit", "ticket"], name="part_by_unit"),
            models.Index(fields=["look_at"], name="part_to_look_at", condition=Q(look_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"part of unit {self.unit_id} in {self.ticket_id}"
