"""Files: what came with a request, a message or a reply, and what is being typed with a form not yet sent."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_desk.tickets.models.conversation import Message, Reply
from requests_desk.tickets.models.held import Held
from requests_desk.tickets.models.ticket import Ticket


class Attachment(models.Model):
    """One file. Without a ticket it is staged: kept for a day for the form it was chosen in, or with a held
    submission until that is decided.

    The bytes lie under MEDIA_ROOT at `place`, a random name that tells nothing; `name` is what people read. A refused
    one has no bytes: its row says that it came and why it was not kept.
    """

    class State(models.TextChoices):
        KEPT = "kept"
        WAITING = "waiting"  # the virus scanner was away: nobody may open it yet
        REFUSED = "refused"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="files")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="files")
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, null=True, related_name="files")
    held = models.ForeignKey(Held, on_delete=models.PROTECT, null=True, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    place = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.KEPT)
    reason = models.CharField(max_length=16, blank=True)
    # The document as it was signed, beside whatever else went with the reply (P5).
    is_signed = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["added_at"], name="file_staged", condition=Q(ticket__isnull=True, held__isnull=True)),
            models.Index(fields=["added_at"], name="file_waiting", condition=Q(state="waiting")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place"], condition=~Q(place=""), name="file_place_once"),
            models.CheckConstraint(
                condition=Q(state="refused", place="") & ~Q(reason="")
                | ~Q(state="refused") & ~Q(place="") & Q(reason=""),
                name="file_has_bytes_or_reason",
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=True) | Q(reply__isnull=True), name="file_of_message_or_reply"
            ),
            models.CheckConstraint(
                condition=Q(is_signed=False) | Q(reply__isnull=False), name="file_signed_is_of_a_reply"
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=True, reply__isnull=True) | Q(ticket__isnull=False),
                name="file_of_message_has_ticket",
            ),
        ]

    def __str__(self) -> str:
        return f"file {self.pk}"

    @property
    def is_open(self) -> bool:
        """Tell whether it may be opened now."""
        return self.state == self.State.KEPT

    @property
    def url(self) -> str:
        """Return where the staff open it."""
        return f"/desk/files/{self.pk}/"
