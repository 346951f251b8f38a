"""What was said: messages in, notes, replies out and the proof that a reply arrived."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from requests_desk.tickets.models.ticket import Ticket
from requests_desk.tickets.words import MISSED_CALLS, CallOutcome, Channel, Reason, ReplyChannel, ReplyKind, ReplyState


class Message(models.Model):
    """Something the requester added, or a note the office keeps to itself."""

    class Direction(models.TextChoices):
        IN = "in"
        NOTE = "note"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=8, choices=Direction)
    channel = models.CharField(max_length=16, choices=Channel, blank=True)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.direction} on {self.ticket_id}"


class Reply(models.Model):
    """A reply of the office: written by a person, reaching the requester or not (P3, P5)."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="replies")
    cycle = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=16, choices=ReplyKind)
    channel = models.CharField(max_length=16, choices=ReplyChannel)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    done = models.TextField(blank=True)
    promised_at = models.DateTimeField(null=True)
    contact = models.CharField(max_length=200, blank=True)
    ground = models.CharField(max_length=300, blank=True)
    receiving_body = models.CharField(max_length=200, blank=True)
    call_outcome = models.CharField(max_length=16, choices=CallOutcome, blank=True)
    spoke_to = models.CharField(max_length=200, blank=True)
    said = models.TextField(blank=True)
    document_number = models.CharField(max_length=64, blank=True)
    # When the call, hand-over or posting took place; mail has its own record in the outbox.
    happened_at = models.DateTimeField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=ReplyState, default=ReplyState.SENT)
    return_reason = models.TextField(blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    # Until when it waits to go: ten seconds in which its author may take it back, or as the office opens.
    goes_at = models.DateTimeField(null=True)
    # When it first reached the requester by a delivery that still stands; null while none does (P3, P4).
    reached_at = models.DateTimeField(null=True)
    # The numbers of the questions of its cycle that it answers, refuses or transfers; none where the request asks one.
    items = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    # Published documents that go with it: their numbers, since none is ever removed.
    documents = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # The interim reply of the request this one was split off from: what was said there stands here as long as it does.
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="carried")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["ticket", "created_at"], name="reply_by_ticket"),
            models.Index(fields=["goes_at"], name="reply_waiting", condition=Q(state="waiting")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind=ReplyKind.INTERIM)
                | Q(call_outcome__in=MISSED_CALLS)
                | Q(promised_at__isnull=False) & ~Q(done="") & ~Q(reason="") & ~Q(contact=""),
                name="interim_promises",
            ),
            models.CheckConstraint(condition=~Q(kind=ReplyKind.INTERIM) | Q(items=[]), name="interim_settles_nothing"),
            models.CheckConstraint(
                condition=~Q(channel=ReplyChannel.SMS) | Q(kind=ReplyKind.INTERIM), name="sms_tells_of_interim"
            ),
            models.CheckConstraint(
                condition=~Q(kind=ReplyKind.REFUSAL) | Q(call_outcome__in=MISSED_CALLS) | ~Q(ground=""),
                name="refusal_has_ground",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ReplyKind.TRANSFER)
                | Q(call_outcome__in=MISSED_CALLS)
                | ~Q(ground="") & ~Q(receiving_body=""),
                name="transfer_has_ground_and_body",
            ),
            models.CheckConstraint(
                condition=~Q(channel=ReplyChannel.CALL) | ~Q(call_outcome="") | ~Q(state=ReplyState.SENT),
                name="call_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(reached_at__isnull=True) | Q(state=ReplyState.SENT), name="reply_reaches_once_sent"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReplyState.RETURNED) | ~Q(return_reason=""), name="returned_reply_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReplyState.WAITING) | Q(goes_at__isnull=False, channel=ReplyChannel.EMAIL),
                name="waiting_mail_goes_then",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReplyState.APPROVED) | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="approved_reply_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.ticket_id}"

    @property
    def key(self) -> str:
        """Return the opaque name the leaves know this reply by."""
        return f"reply:{self.pk}"


class Delivery(models.Model):
    """One way one reply went, and whether it arrived. `notification_key` names its outbox row where it has one."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=16, choices=ReplyChannel)
    destination = models.CharField(max_length=254, blank=True)
    notification_key = models.CharField(max_length=160, null=True, unique=True)
    reached_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.channel} of reply {self.reply_id}"
