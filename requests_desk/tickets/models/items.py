"""The numbered questions of a request that asks several: each is answered, refused or transferred by itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from requests_desk.tickets.models.conversation import Reply
from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import FINAL_REPLIES, ReplyKind


class Item(models.Model):
    """One question of one cycle of a request; a request that asks one thing has none.

    `result`, `settled_by` and `settled_at` say which delivered reply settled it and when that arrived; they are empty
    while none stands, and `services.items.restate` alone writes them.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="items")
    cycle = models.PositiveSmallIntegerField(default=1)
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    erased_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=16, choices=ReplyKind, blank=True)
    settled_by = models.ForeignKey(Reply, on_delete=models.PROTECT, null=True, related_name="settled")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "cycle", "number"], name="item_once_per_cycle"),
            models.CheckConstraint(condition=Q(number__gte=1), name="item_counts_from_one"),
            models.CheckConstraint(condition=~Q(text="") | Q(erased_at__isnull=False), name="item_has_text"),
            models.CheckConstraint(
                condition=Q(result="", settled_by__isnull=True, settled_at__isnull=True)
                | Q(result__in=sorted(FINAL_REPLIES), settled_by__isnull=False, settled_at__isnull=False),
                name="item_settled_by_a_reply",
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.number} of {self.ticket_id}, cycle {self.cycle}"
