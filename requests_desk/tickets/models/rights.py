"""What a requester may ask about their own data, and what was forgotten, when and by which rule."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from requests_desk.people.models import Agency
from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import ErasedWhy, Kind


class ContactChange(models.Model):
    """A new e-mail address asked for from a request's own page: it counts once whoever reads it says so.

    Its link is mailed to the new address and only its digest is kept; `email` is emptied once it is settled.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="contact_changes")
    email = models.CharField(max_length=254, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Confirmed, or overtaken by a later one.
    settled_at = models.DateTimeField(null=True)
    is_confirmed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket"], name="contact_one_waits", condition=Q(settled_at__isnull=True)),
            models.CheckConstraint(
                condition=~Q(email="") | Q(settled_at__isnull=False), name="contact_kept_until_settled"
            ),
            models.CheckConstraint(condition=Q(asked_at__lt=F("expires_at")), name="contact_expires_later"),
        ]

    def __str__(self) -> str:
        return f"contact change {self.pk}"


class OneTimeCode(models.Model):
    """Six digits sent to the address or number on record, of which only a keyed digest is kept; good once."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="one_time_codes")
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["ticket", "-id"], name="one_time_code_by_ticket")]

    def __str__(self) -> str:
        return f"one-time code {self.pk}"


class RetentionRule(models.Model):
    """How many years the words of a kind of request are kept after its ending; a kind without a rule is kept."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="retention_rules")
    kind = models.CharField(max_length=16, choices=Kind)
    years = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "kind"], name="retention_rule_once"),
            models.CheckConstraint(condition=Q(years__gte=1, years__lte=100), name="retention_years_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.years}"


class Erasure(models.Model):
    """One line of what was forgotten; the database itself refuses to change or remove it.

    `is_whole` tells a request whose every word went from one that only lost who asked. `counts` says how much of what.
    Without a `ticket` it is about what came in and became no request.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="erasures")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="erasures")
    why = models.CharField(max_length=12, choices=ErasedWhy)
    is_whole = models.BooleanField()
    # The request for erasure it answers; none where a rule did it.
    asked_in = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes: ClassVar = [models.Index(fields=["agency", "-id"], name="erasure_by_agency")]

    def __str__(self) -> str:
        return f"{self.why} {self.ticket_id}"
