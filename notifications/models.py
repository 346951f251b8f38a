"""The outbox: one row per message and destination, and one per try at sending it (design N7)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Notification(models.Model):
    """One rendered message to one destination.

    Whom and what it is about are opaque keys of the caller ("user:7", "ticket:42"): nothing here can look them up.
    `next_attempt_at` says when to look at the row next: the next try, or the end of the lease of whoever holds it.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        LEASED = "leased"
        SENT = "sent"  # the next server or the provider took it
        DELIVERED = "delivered"
        UNCERTAIN = "uncertain"  # it may have been taken: the provider's record decides before any resend
        FAILED = "failed"

    WAITING: ClassVar = (State.PENDING, State.LEASED, State.UNCERTAIN)

    # The database keeps "once": whatever is repeated, crashes or races, a cause tells a person once by a channel (N7).
    key = models.TextField(unique=True)
    owner = models.TextField()
    subject = models.TextField()
    cause = models.TextField()
    channel = models.TextField()
    recipient = models.TextField()
    destination = models.TextField(blank=True)

    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    files = models.JSONField(default=list, blank=True)  # of each its place in the file store, its name and its type
    message_id = models.TextField(blank=True)
    language = models.TextField(default="vi")

    state = models.TextField(choices=State, default=State.PENDING)
    next_attempt_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    lease_owner = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(null=True)  # a send began then and nobody knows yet how it ended
    provider_id = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    outcome_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # when the provider was last asked for a report that never came

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at", "id"],
                condition=Q(state__in=["pending", "leased", "uncertain"]),
                name="notification_due",
            ),
            models.Index(fields=["channel", "id"], condition=Q(state="leased"), name="notification_leased"),
            models.Index(fields=["id"], condition=Q(state="sent", channel="sms"), name="notification_unreported"),
            models.Index(fields=["created_at"], condition=~Q(text=""), name="notification_oldest_text"),
            models.Index(fields=["subject", "id"], name="notification_subject"),
            models.Index(fields=["owner", "-id"], name="notification_owner"),
            models.Index(fields=["destination", "-id"], name="notification_destination"),
            models.Index(fields=["owner", "-id"], condition=Q(state="failed"), name="notification_failed"),
            # The month's SMS are counted before each alert: a cap must not cost more the more was sent.
            models.Index(fields=["owner", "created_at"], condition=Q(channel="sms"), name="notification_sms"),
            models.Index(
                fields=["outcome_at", "id"],
                condition=Q(outcome_at__isnull=False, settled_at__isnull=True),
                name="notification_unsettled",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message_id"], condition=~Q(message_id=""), name="notification_message_id"),
            models.UniqueConstraint(
                fields=["channel", "provider_id"], condition=~Q(provider_id=""), name="notification_provider_id"
            ),
            models.CheckConstraint(condition=~Q(key="") & ~Q(channel=""), name="notification_named"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "leased", "sent", "delivered", "uncertain", "failed"]),
                name="notification_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "leased", "uncertain"], next_attempt_at__isnull=False)
                | Q(state__in=["sent", "delivered", "failed"], next_attempt_at__isnull=True),
                name="notification_waits_or_is_done",
            ),
            models.CheckConstraint(
                condition=Q(state="leased", leased_until=F("next_attempt_at")) & ~Q(lease_owner="")
                | ~Q(state="leased") & Q(leased_until__isnull=True, lease_owner=""),
                name="notification_lease",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", accepted_at__isnull=False, outcome_at__isnull=False)
                | Q(state="delivered", accepted_at__isnull=False, delivered_at=F("outcome_at"))
                | Q(state="failed", failed_at=F("outcome_at")) & ~Q(reason="")
                | Q(state__in=["pending", "leased", "uncertain"], outcome_at__isnull=True),
                name="notification_outcome",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(outcome_at__isnull=False), name="notification_settled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class Attempt(models.Model):
    """One try at sending a notification. An open one (no `ended_at`) began and has not been heard of since."""

    class Result(models.TextChoices):
        ACCEPTED = "accepted"
        TEMPORARY = "temporary"
        PERMANENT = "permanent"
        UNCERTAIN = "uncertain"

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    result = models.TextField(choices=Result, blank=True)
    detail = models.TextField(blank=True)  # a short code, never a word of the message or its reader
    outage = models.BooleanField(default=False)  # the provider was at fault, not this message
    provider_id = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "number"], name="attempt_number"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, result="")
                | Q(ended_at__isnull=False, result__in=["accepted", "temporary", "permanent", "uncertain"]),
                name="attempt_ended_with_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notification_id}/{self.number} {self.result}"


class Receipt(models.Model):
    """What a provider reported of a message whose id we had not stored yet: its callback outran our commit."""

    channel = models.TextField()
    provider_id = models.TextField()
    status = models.TextField()
    reason = models.TextField(blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider_id", "status"], name="receipt_once"),
            models.CheckConstraint(condition=Q(status__in=["sent", "delivered", "failed"]), name="receipt_status"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.status}"


class Breaker(models.Model):
    """How a channel's provider fares: failures of its own in a row, and since when it counts as away."""

    channel = models.TextField(primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)  # when the next message may try whether it is back

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(probe_at__isnull=False), name="breaker_open_is_probed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {'open' if self.opened_at else 'closed'}"
