"""How a requester found the answer to a request: whether they are asked, and what they said (S-1, S-2)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from requests_desk.people.models import Unit
from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.survey_words import (
    Attitude,
    Satisfaction,
    Substance,
    SurveySkipped,
    SurveyWay,
    Timeliness,
)


class Survey(models.Model):
    """The one survey of a request: planned, then asked or skipped, perhaps answered.

    `ask_at` is when the timer decides whether to ask; null once it did. `channel` is how, "" where nothing is sent and
    the link stands on the status page alone. The words of a report of harassment do not
    stand here but in `report`, a sealed request of its own (P13); `comment` may be emptied without breaking anything.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="survey")
    channel = models.CharField(max_length=8, blank=True)
    ask_at = models.DateTimeField(null=True)
    skipped = models.CharField(max_length=16, choices=SurveySkipped, blank=True)
    invited_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, null=True, unique=True)
    answered_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=8, choices=SurveyWay, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Whose answer it is about, as it was then.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    overall = models.CharField(max_length=20, choices=Satisfaction, blank=True)
    timeliness = models.CharField(max_length=8, choices=Timeliness, blank=True)
    substance = models.CharField(max_length=8, choices=Substance, blank=True)
    attitude = models.CharField(max_length=8, choices=Attitude, blank=True)
    comment = models.TextField(blank=True)
    report = models.OneToOneField(Ticket, on_delete=models.PROTECT, null=True, related_name="reported_in")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(invited_at__isnull=True, expires_at__isnull=True, digest__isnull=True)
                | Q(invited_at__isnull=False, expires_at__gt=F("invited_at"), digest__isnull=False),
                name="survey_invited_has_link",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, overall="", way="")
                | Q(answered_at__isnull=False) & ~Q(overall="") & ~Q(way=""),
                name="survey_answered_says_how",
            ),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True) ^ Q(way__in=[SurveyWay.PAPER, SurveyWay.PHONE]),
                name="survey_entered_by_staff",
            ),
            models.CheckConstraint(
                condition=Q(skipped="") | Q(invited_at__isnull=True), name="survey_skipped_or_invited"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ask_at"], name="survey_to_ask", condition=Q(ask_at__isnull=False)),
            models.Index(fields=["answered_at"], name="survey_by_answer", condition=Q(answered_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"survey of {self.ticket_id}"
