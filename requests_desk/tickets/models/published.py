"""What joins a request to the library: the answer that was published from it, and the replies that gave one again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from requests_desk.library.models import Answer
from requests_desk.tickets.models.conversation import Reply
from requests_desk.tickets.models.ticket import Ticket


class Publication(models.Model):
    """An answer for everybody that was written from one request."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="publications")
    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, related_name="publication")

    def __str__(self) -> str:
        return f"answer {self.answer_id} of {self.ticket_id}"


class Reuse(models.Model):
    """A reply that gave a published answer again, counted once however often it was sent."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="reuses")
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="reuses")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["reply", "answer"], name="reuse_once_per_reply")]

    def __str__(self) -> str:
        return f"answer {self.answer_id} in reply {self.reply_id}"
