"""The append-only history (P14): the database itself refuses to change or remove a line."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models

from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import EventKind


class Event(models.Model):
    """One line of a ticket's history, chained to the one before by its hash.

    `facts` holds ids, codes, times, kinds and keyed digests only: never a name, a phone or anybody's words.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32, choices=EventKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    facts = models.JSONField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ticket", "seq"], name="event_once_per_place")]
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.seq} {self.kind}"
