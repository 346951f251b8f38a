"""Mailboxes, and every mail that came in, raw first: what it became is written beside it, never instead of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from requests_desk.people.models import Agency, Unit
from requests_desk.tickets.mail_lists import MailNature, MailReason, MailState, Security
from requests_desk.tickets.models.conversation import Message
from requests_desk.tickets.models.ticket import Ticket

PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}


class Mailbox(models.Model):
    """One mailbox whose mail becomes requests. Its password is only named here: it comes from the settings."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="mailboxes")
    address = models.EmailField(unique=True)
    # Empty means that nobody fetches: the mail server pipes to `receive_email`.
    host = models.CharField(max_length=253, blank=True)
    port = models.PositiveIntegerField(default=PORTS[Security.TLS])
    security = models.CharField(max_length=8, choices=Security, default=Security.TLS)
    user = models.CharField(max_length=254, blank=True)
    secret = models.CharField(max_length=64, blank=True, validators=[RegexValidator(r"^[a-z0-9-]+$")])
    folder = models.CharField(max_length=200, default="INBOX")
    # Where a mail is moved once it is stored; empty marks it as read and leaves it.
    done_folder = models.CharField(max_length=200, blank=True)
    # Names under which our own server writes Received and Authentication-Results, separated by blanks.
    server_names = models.CharField(max_length=300, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    # Older mail in it stays where it is: it was answered, or not, before there was a desk.
    take_from_at = models.DateTimeField()
    # How far it was read: UIDs mean nothing once the server gives the folder another UIDVALIDITY.
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    heard_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
    trouble_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "mailboxes"
        ordering: ClassVar = ["address"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(host="") | ~Q(user="") & ~Q(secret=""), name="mailbox_fetched_with_user_and_secret"
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def servers(self) -> tuple[str, ...]:
        """Return the names under which our own mail server speaks of this mailbox's mail."""
        return tuple((self.server_names or self.host).lower().split())


class Mail(models.Model):
    """One mail as it arrived once, and what became of it: stored, parsed, parked with a reason, set aside, done."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="mails")
    uid_validity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    raw_digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=MailState, default=MailState.STORED)
    reason = models.CharField(max_length=20, choices=MailReason, blank=True)
    # Counted when work on it begins and taken back when it ends well: what kills its reader is found out so.
    crashes = models.PositiveSmallIntegerField(default=0)
    next_look_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)

    nature = models.CharField(max_length=10, choices=MailNature, blank=True)
    message_id = models.CharField(max_length=998, blank=True)
    # Message-ID (or date), body and sender as one digest: the same mail delivered again has the same.
    identity = models.CharField(max_length=64, blank=True)
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    subject = models.TextField(blank=True)
    dated = models.CharField(max_length=100, blank=True)
    recipient_count = models.PositiveIntegerField(default=0)
    is_authentic = models.BooleanField(null=True)
    oddities = models.JSONField(default=list)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="mails")
    # Somebody read a parked mail and said that it is a request, whatever its headers call it.
    is_request = models.BooleanField(default=False)
    said = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, related_name="mail")
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    dismiss_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_look_at", "id"], name="mail_waiting", condition=Q(next_look_at__isnull=False)),
            models.Index(fields=["mailbox", "raw_digest"], name="mail_by_digest"),
            models.Index(fields=["agency", "-id"], name="mail_parked", condition=Q(state__in=["parked", "set_aside"])),
            models.Index(fields=["agency", "message_id"], name="mail_by_message_id", condition=~Q(message_id="")),
            models.Index(fields=["agency", "sender", "-id"], name="mail_by_sender", condition=~Q(sender="")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="mail_fetched_once"),
            models.UniqueConstraint(
                fields=["agency", "identity"],
                name="mail_taken_once",
                condition=Q(duplicate_of__isnull=True) & ~Q(identity=""),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["stored", "parsed"], next_look_at__isnull=False)
                | Q(state__in=["parked", "set_aside", "done", "dismissed"], next_look_at__isnull=True),
                name="mail_waits_or_is_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["parked", "set_aside"]) | ~Q(reason=""), name="mail_parked_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="dismissed")
                | ~Q(dismiss_reason="") & Q(settled_by__isnull=False, settled_at__isnull=False),
                name="mail_dismissed_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} to {self.mailbox_id}"

    @property
    def url(self) -> str:
        """Return its page at the desk."""
        return f"/desk/mail/{self.pk}/"


class MailContent(models.Model):
    """The raw bytes of a mail, in the database so that they are kept by the commit that says they are."""

    mail = models.OneToOneField(Mail, on_delete=models.CASCADE, primary_key=True, related_name="content")
    raw = models.BinaryField()

    def __str__(self) -> str:
        return f"content of mail {self.mail_id}"
