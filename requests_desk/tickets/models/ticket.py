"""The request itself, its code, its clocks and who may not see it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from requests_desk.people.models import Agency, Named, Unit
from requests_desk.tickets.models.requester import Requester
from requests_desk.tickets.words import TO_CALL_BACK, Channel, Desk, Ending, Entry, ErasedWhy, Kind, Priority, State
from sla.models import Clock

# Where nothing is owed any more the queue still needs an order: after everything that is due.
NOTHING_DUE = datetime(9999, 1, 1, tzinfo=UTC)
SUMMARY_LENGTH = 160


class Field(Named):
    """A field of work (*lĩnh vực*) of an agency, and the unit that usually handles it."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="fields")
    code = models.SlugField(max_length=64)
    unit = models.ForeignKey(Unit, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "code"], name="field_code_once_per_agency")]


class Ticket(models.Model):
    """A request a business made of an agency.

    `received_at` starts the promise, `logged_at` is when the desk wrote it down (P1). `next_due_at` is the earliest
    open milestone, kept by `services.due.refresh` alone; "overdue" is never stored.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tickets")
    code = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.INFORMATION)
    channel = models.CharField(max_length=16, choices=Channel)
    field = models.CharField(max_length=64, blank=True)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    text = models.TextField()
    requester = models.ForeignKey(Requester, on_delete=models.PROTECT, related_name="tickets")
    received_at = models.DateTimeField()
    received_reason = models.CharField(max_length=500, blank=True)
    logged_at = models.DateTimeField()
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    wanted_by = models.DateTimeField(null=True, blank=True)
    # What another body asks of us beside our own promise, and under which number it asked (P12).
    external_deadline = models.DateTimeField(null=True, blank=True)
    external_number = models.CharField(max_length=64, blank=True)
    reply_by = models.CharField(max_length=16, blank=True)
    # How it was taken down, and the number of its arrival stamp (*số đến*) where it came on paper.
    entry = models.CharField(max_length=16, choices=Entry, blank=True)
    arrival_number = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=2, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    state = models.CharField(max_length=16, choices=State, default=State.RECEIVED)
    # The cycle its state, ending and open clock speak of (P7); earlier ones stand in `TicketCycle`.
    cycle = models.PositiveSmallIntegerField(default=1)
    # Whose desk the replies waiting for approval lie on, the highest of them; kept by the services that move them.
    waiting_for = models.CharField(max_length=12, choices=Desk, blank=True)
    sealed = models.BooleanField(default=False)
    lookup_digest = models.CharField(max_length=64)
    next_due_at = models.DateTimeField(null=True)
    queue_at = models.DateTimeField(default=NOTHING_DUE)
    ending = models.CharField(max_length=16, choices=Ending, blank=True)
    closed_at = models.DateTimeField(null=True)
    # Code, names, numbers and words, folded (no marks, lower case): what the search box looks in.
    search = SearchVectorField(null=True)
    # What `likeness` keeps of the text, to find the same request among others.
    gist = models.CharField(max_length=600, blank=True)
    # Taken over from an earlier register, under its number there: what ended before it came had its answer elsewhere.
    imported = models.BooleanField(default=False)
    old_number = models.CharField(max_length=64, blank=True)
    # The same form or API call sent twice is one ticket: the key and a digest of what it carried.
    submission = models.CharField(max_length=100, null=True)
    submission_digest = models.CharField(max_length=64, blank=True)
    # Its words were forgotten, at the requester's word or at the end of their term; figures and history stay.
    erased_at = models.DateTimeField(null=True)
    erased_why = models.CharField(max_length=12, choices=ErasedWhy, blank=True)
    # The head of this ticket's ledger: the number and hash of its last event (P14).
    ledger_seq = models.PositiveIntegerField(default=0)
    ledger_head = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "logged_by", "submission"],
                name="ticket_once_per_submission",
                condition=Q(submission__isnull=False),
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(text="") | Q(erased_at__isnull=False), name="ticket_has_text"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, erased_why="") | Q(erased_at__isnull=False) & ~Q(erased_why=""),
                name="ticket_erased_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(received_at__lte=F("logged_at")), name="ticket_received_before_logged"),
            models.CheckConstraint(
                condition=Q(officer__isnull=True) | Q(unit__isnull=False), name="ticket_officer_within_unit"
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False) & ~Q(ending="")
                | ~Q(state=State.CLOSED) & Q(closed_at__isnull=True, ending=""),
                name="ticket_closed_has_ending",
            ),
            models.CheckConstraint(
                condition=Q(queue_at__lte=F("next_due_at")) | Q(next_due_at__isnull=True), name="ticket_queue_by_due"
            ),
        ]
        # The queue is read by agency, unit or officer, by what is due; the rest by state or channel.
        indexes: ClassVar = [
            models.Index(fields=["agency", "queue_at", "id"], name="queue_open", condition=Q(closed_at__isnull=True)),
            models.Index(
                fields=["unit", "queue_at", "id"], name="queue_unit_open", condition=Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["officer", "queue_at", "id"], name="queue_officer_open", condition=Q(closed_at__isnull=True)
            ),
            models.Index(fields=["agency", "state", "queue_at", "id"], name="queue_by_state"),
            models.Index(fields=["agency", "channel", "queue_at", "id"], name="queue_by_channel"),
            models.Index(fields=["agency", "-received_at", "-id"], name="ticket_by_receipt"),
            models.Index(fields=["requester", "-received_at"], name="ticket_by_requester"),
            models.Index(
                fields=["agency", "-id"],
                name="ticket_newest_sorted",
                condition=Q(sealed=False) & ~Q(field="") & ~Q(gist=""),
            ),
            models.Index(
                fields=["agency", "-received_at"], name="ticket_newest_open", condition=Q(closed_at__isnull=True)
            ),
            GinIndex(fields=["search"], name="ticket_search"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def came_closed(self) -> bool:
        """Tell whether it had ended before it was taken over."""
        return self.imported and self.closed_at is not None and self.closed_at <= self.logged_at

    @property
    def summary(self) -> str:
        """Return the first words of the request, in one line, or why there are none any more."""
        if self.erased_at and not self.text:
            return str(ErasedWhy(self.erased_why).label)
        line = " ".join(self.text[: SUMMARY_LENGTH * 4].split())
        return line if len(line) <= SUMMARY_LENGTH else f"{line[: SUMMARY_LENGTH - 1]}…"

    @property
    def key(self) -> str:
        """Return the opaque name the leaves know this ticket by."""
        return f"ticket:{self.pk}"

    @property
    def calls_for_call(self) -> bool:
        """Tell whether its sender only left a number or a message, and nobody reached them yet."""
        return self.entry in TO_CALL_BACK and self.state in (State.RECEIVED, State.ASSIGNED)

    @property
    def url(self) -> str:
        """Return the address of its page at the desk (design §9)."""
        return f"/desk/tickets/{self.code}/"

    @property
    def organisation(self) -> str:
        """Return the business it comes from."""
        return self.requester.organisation

    @property
    def requester_name(self) -> str:
        """Return how its requester is called in a list."""
        return self.requester.name or str(self.requester)


class TicketClock(models.Model):
    """Which clock times what of a ticket: one reply promise a cycle, and the limits beside it.

    A request that took another in may run under two limits of one role (P8).
    """

    class Role(models.TextChoices):
        REPLY = "reply"
        STATUTORY = "statutory"
        EXTERNAL = "external"

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="ticket_clocks")
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="ticket_clock")
    cycle = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(max_length=16, choices=Role, default=Role.REPLY)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "cycle"], name="one_promise_a_cycle", condition=Q(role="reply"))
        ]

    def __str__(self) -> str:
        return f"{self.role} clock of ticket {self.ticket_id}, cycle {self.cycle}"


class CodeCounter(models.Model):
    """The last number given in an agency's year: `SCT-2026-000123`."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "year"], name="counter_once_per_year")]

    def __str__(self) -> str:
        return f"{self.agency.code}-{self.year}: {self.last}"


class StatusLink(models.Model):
    """A secret link to a ticket's status page: 128 random bits of which only the digest is kept."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="status_links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link to {self.ticket_id}"

    @classmethod
    def standing(cls, *, at: datetime) -> models.QuerySet[StatusLink]:
        """Return the links that open now."""
        return cls.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)


class Exclusion(models.Model):
    """A unit or a person to whom a sealed ticket does not exist (P13)."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="exclusions")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "unit", "user"], name="exclusion_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(unit__isnull=False, user__isnull=True) | Q(unit__isnull=True, user__isnull=False),
                name="exclusion_names_one",
            ),
        ]

    def __str__(self) -> str:
        return f"exclusion from {self.ticket_id}"
