"""An old register taken over: the file once, and each of its rows with what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_desk.people.models import Agency
from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import Channel, RegisterStep, RowState


class Register(models.Model):
    """One file of an old register. The same file again is the same row: its digest names it."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="registers")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    encoding = models.CharField(max_length=16)
    headings = models.JSONField()
    mapping = models.JSONField()  # by what it says the place of a column
    channel = models.CharField(max_length=16, choices=Channel, default=Channel.HOTLINE)  # where the file names none
    step = models.CharField(max_length=12, choices=RegisterStep, default=RegisterStep.READ)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # The last sign of whoever works on it: a crash is taken up where it stopped.
    alive_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "digest"], name="register_once")]

    def __str__(self) -> str:
        return self.name


class RegisterRow(models.Model):
    """One row: its cells as they stood in the file, what is wrong with them, or the request it became."""

    register = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="rows")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    # What the row says, whatever file it stands in: a mended file brings no row twice.
    fingerprint = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=RowState, default=RowState.NEW)
    errors = models.JSONField(default=dict)
    is_open = models.BooleanField(default=False)
    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, null=True, related_name="register_row")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "number"], name="register_row_once"),
            models.UniqueConstraint(
                fields=["agency", "fingerprint"], name="register_row_taken_once", condition=Q(state=RowState.TAKEN)
            ),
            models.CheckConstraint(
                condition=Q(state=RowState.TAKEN, ticket__isnull=False) | ~Q(state=RowState.TAKEN) & Q(ticket=None),
                name="register_row_taken_has_ticket",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["register", "state", "number"], name="register_row_by_state")]

    def __str__(self) -> str:
        return f"row {self.number} of register {self.register_id}"
