"""Calendars, policies, clocks and milestones as rows. Who owns them is an opaque key such as `agency:1`."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Calendar(models.Model):
    """The working time of one owner; what it says stands in its versions."""

    owner = models.CharField(max_length=64)
    key = models.SlugField(max_length=64)
    name = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "key"], name="calendar_key_once_per_owner")]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """One edition of a calendar, never changed; a clock stays with the one it started under (P10)."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    # What it says of any other year is a guess until an administrator confirms it.
    confirmed_years = ArrayField(models.PositiveSmallIntegerField(), default=list)
    created_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once")]
        triggers: ClassVar = [pgtrigger.Protect(name="fixed", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.calendar} v{self.number}"


class Policy(models.Model):
    """A promise of one owner; what it says stands in its versions."""

    owner = models.CharField(max_length=64)
    key = models.SlugField(max_length=64)
    name = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "policies"
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "key"], name="policy_key_once_per_owner")]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """One edition of a policy, never changed; a clock stays with the one it started under (P10)."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    created_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once")]
        triggers: ClassVar = [pgtrigger.Protect(name="fixed", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"


class Clock(models.Model):
    """One timed promise, pinned to the policy and calendar in force when it started."""

    # Protected: a clock without its versions could not be explained any more (P11).
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="clocks")
    calendar_version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="clocks")
    started_at = models.DateTimeField()
    # Beside the start: time before it was written down earns nobody a reminder (P1, N1).
    logged_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(started_at__lte=F("logged_at")), name="clock_starts_in_the_past")
        ]

    def __str__(self) -> str:
        return f"clock {self.pk}"


class Pause(models.Model):
    """A stretch in which a clock does not count (P9). It ends by itself at `ends_at`."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # What it waits for, as an opaque key such as `reply:7`: each earns one pause.
    waits_for = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clock", "waits_for"], name="pause_once_for_each"),
            models.CheckConstraint(condition=Q(began_at__lte=F("ends_at")), name="pause_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"pause of clock {self.clock_id}"


class MilestoneName(models.TextChoices):
    FIRST_REPLY = "first_reply"
    PROMISED = "promised"
    STATUTORY = "statutory"
    EXTERNAL = "external"


class Milestone(models.Model):
    """A moment on a clock when something is due: open until it is met or ended.

    `due_at` binds; `due_a_at` and `due_b_at` say what either rule would give (P2), null on a promised date.
    """

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=16, choices=MilestoneName)
    number = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    due_a_at = models.DateTimeField(null=True)
    due_b_at = models.DateTimeField(null=True)
    # What opened it and what met it, as opaque keys such as `reply:7`: a voided delivery finds them again (P4).
    opened_by = models.CharField(max_length=64, blank=True)
    met_by = models.CharField(max_length=64, blank=True)
    met_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=32, blank=True)
    # When the sweep must look again; null when nothing more can fire.
    next_look_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clock", "name", "number"], name="milestone_once_per_clock"),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True) | Q(ended_at__isnull=True), name="milestone_met_or_ended"
            ),
            # What is done is looked at again only past its due instant: a breach is told even when a late reply was
            # there before the timer.
            models.CheckConstraint(
                condition=Q(next_look_at__isnull=True)
                | Q(met_at__isnull=True, ended_at__isnull=True)
                | Q(next_look_at__gte=F("due_at")),
                name="milestone_only_open_or_missed_fires",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_look_at"], name="milestone_due_to_look", condition=Q(next_look_at__isnull=False)
            ),
            # How the promise was kept over a stretch of time is counted by when it was due.
            models.Index(fields=["due_at"], name="milestone_first_due", condition=Q(name="first_reply")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number} of clock {self.clock_id}"

    @property
    def is_open(self) -> bool:
        """Tell whether something must still happen before this one is done."""
        return self.met_at is None and self.ended_at is None


class Firing(models.Model):
    """A rung of the ladder that had its moment: told, or skipped because a later one took its place (N6)."""

    class Result(models.TextChoices):
        TOLD = "told"
        SUPERSEDED = "superseded"

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="firings")
    rung = models.CharField(max_length=48)
    due_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=Result)

    class Meta:
        constraints: ClassVar = [
            # A moved due instant earns its alerts again; a second sweep earns none.
            models.UniqueConstraint(fields=["milestone", "rung", "due_at"], name="firing_once"),
            models.CheckConstraint(condition=Q(planned_at__lte=F("fired_at")), name="firing_never_early"),
        ]

    def __str__(self) -> str:
        return f"{self.rung} of milestone {self.milestone_id}"


class BreachCause(models.TextChoices):
    NO_REPLY = "no_reply"
    NOT_DELIVERED = "sent_not_delivered"
    NOT_REACHABLE = "not_reachable"


class Breach(models.Model):
    """A missed milestone: a fact, dated when it was due, never erased (P6)."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="breaches")
    due_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    cause = models.CharField(max_length=24, choices=BreachCause, default=BreachCause.NO_REPLY)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "breaches"
        # The latest are listed each time the leadership looks, however many there have been.
        indexes: ClassVar = [
            models.Index(fields=["-due_at"], name="breach_latest", condition=Q(voided_at__isnull=True))
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["milestone"], name="breach_once_per_milestone", condition=Q(voided_at__isnull=True)
            ),
            models.CheckConstraint(condition=Q(due_at__lte=F("recorded_at")), name="breach_never_early"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""), name="breach_void_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"breach of milestone {self.milestone_id}"
