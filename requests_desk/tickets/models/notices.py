"""What happened to a request, told to one person under the bell."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_desk.people.models import Agency
from requests_desk.tickets.models.held import Held
from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import NoticeKind


class Notice(models.Model):
    """One everyday event for one person. It holds ids only: its words are made for whoever reads it, if they still may.

    `actor` did it, none where the timer or the requester did; `absent` is whom the reader stands in for. `mail_at` says
    when its mail is to be written, null once it was or where none is wanted.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="+")
    # What is no request yet: a submission of the public form that a person decides on.
    held = models.ForeignKey(Held, on_delete=models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    key = models.CharField(max_length=200, unique=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    absent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="notice_by_person"),
            models.Index(fields=["person", "ticket"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["mail_at"], name="notice_to_mail", condition=Q(mail_at__isnull=False)),
        ]

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ticket__isnull=False, held__isnull=True) | Q(ticket__isnull=True, held__isnull=False),
                name="notice_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id}"

    @property
    def agency(self) -> Agency:
        """Return the agency whose matter it is."""
        about = self.ticket or self.held
        assert about  # noqa: S101  a constraint says so
        return about.agency
