"""Who works here: agencies, their units, the people, what role each holds where, and their tokens."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    FRONT_DESK = "front_desk", _("Front-desk officer")
    OFFICER = "officer", _("Handling officer")
    UNIT_HEAD = "unit_head", _("Head of unit")
    CHIEF = "chief", _("Chief of Office")
    LEADER = "leader", _("Leadership")
    INSPECTOR = "inspector", _("Inspector")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class UnitKind(models.TextChoices):
    OFFICE = "office", _("Department office")
    DIVISION = "division", _("Specialised division")
    PUBLIC_SERVICE = "public_service", _("Affiliated public service unit")


class Named(models.Model):
    """Something with a Vietnamese name and, for readers of English, another."""

    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Agency(Named):
    """A department (*Sở*): one deployment may serve every department of a province."""

    code = models.CharField(max_length=8, unique=True, validators=[RegexValidator(r"^[A-Z][A-Z0-9]{1,7}$")])
    # Plain ASCII, at most 12: it stands in every SMS, where one letter with a mark halves the room.
    short_name = models.CharField(max_length=12)
    timezone = models.CharField(max_length=64, default="Asia/Ho_Chi_Minh")
    hotline = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    # What stands on a letter beside its own name: the body above it, and the place it is dated from.
    parent_name = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=100, blank=True)
    alarm_email = models.EmailField(blank=True)
    # Where answers to its mails come in, one of its mailboxes; with the plus each mail has a signed address of its own.
    reply_address = models.EmailField(blank=True)
    reply_plus = models.BooleanField(default=False)
    # Between these hours on its own wall reminders wait (N4); the same hour twice means there is no quiet.
    quiet_from = models.TimeField(default=time(21))
    quiet_to = models.TimeField(default=time(6))
    # When the next morning list is written; null until the timer has found out (N2).
    morning_at = models.DateTimeField(null=True, blank=True)
    # Whether the public page of a request names the officer who handles it, beside the unit.
    shows_officer = models.BooleanField(default=False)
    # Whether who was answered is asked how they found it (S-1).
    invites_ratings = models.BooleanField(default=True)
    # SMS a month; 0 is no limit (N8).
    sms_monthly_cap = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "agencies"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z][A-Z0-9]{1,7}$"), name="agency_code_ascii")
        ]


class Unit(Named):
    """A division, office or public service unit of one agency."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, choices=UnitKind, default=UnitKind.DIVISION)
    # Its head signs the unit's answers before they go (P5).
    approves_answers = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "code"], name="unit_code_once_per_agency")]


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, *, password: str | None = None, **fields: str) -> User:
        """Create a person; without a password they cannot sign in until one is set."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. What they may do comes from memberships alone; nobody is above the rules."""

    username = models.CharField(max_length=150, unique=True, validators=[RegexValidator(r"^[\w.@+-]+$")])
    full_name = models.CharField(max_length=150)
    title = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=2, choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi")
    is_active = models.BooleanField(default=True)
    # A leader may let the SMS of a night's breach wait until the quiet hours end (N4).
    holds_night_sms = models.BooleanField(default=False)
    # When the address, or the number, last refused a message for good: it is not used until it changes (N8).
    email_failed_at = models.DateTimeField(null=True, blank=True)
    phone_failed_at = models.DateTimeField(null=True, blank=True)
    # Whether what stands under the bell comes by mail too.
    mails_notices = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.full_name or self.username


class Membership(models.Model):
    """One role of one person in an agency, within a unit where the role is a unit's."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships", null=True, blank=True)
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                # Roles of the whole department have no unit, and two empty ones are the same one.
                fields=["user", "agency", "unit", "role"],
                name="membership_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | ~Q(role__in=[Role.OFFICER, Role.UNIT_HEAD]),
                name="membership_unit_roles_have_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Duty(models.Model):
    """A spell on the duty roster (*trực*): who is called at night and on days off, and has no quiet hours (N1)."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="duties")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="duties")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "duties"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(from_at__lt=F("to_at")), name="duty_ends_after_it_begins"),
            models.UniqueConstraint(fields=["agency", "user", "from_at"], name="duty_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["agency", "to_at"], name="duty_by_end")]

    def __str__(self) -> str:
        return f"{self.user} on duty from {self.from_at:%Y-%m-%d %H:%M}"


class Absence(models.Model):
    """A time somebody is away, and who stands in for them (N3)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    # Whose deputy is gone is still away: the next rung is told.
    deputy = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(from_at__lt=F("to_at")), name="absence_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")), name="absence_deputy_is_another"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "to_at"], name="absence_by_end")]

    def __str__(self) -> str:
        return f"{self.user} away from {self.from_at:%Y-%m-%d %H:%M}"


class PersonalToken(models.Model):
    """A key to the API that acts as its owner; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user}: {self.name}"


class Invitation(models.Model):
    """A link by which somebody sets their first password, once; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    # Who let somebody in is part of the history: neither can be deleted from under it.
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                # An invitation sent again closes the one before: two open links would be two keys to one door.
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
            models.CheckConstraint(condition=Q(created_at__lt=F("expires_at")), name="invitation_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.user} invited until {self.expires_at:%Y-%m-%d %H:%M}"


class PeopleEvent(models.Model):
    """One line of the history of people: the database itself refuses to change or remove it.

    `facts` holds ids, codes, roles and times, never a name, an address or a number.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("Added")
        INVITED = "invited", _("Invited")
        ACCEPTED = "accepted", _("Accepted the invitation")
        CHANGED = "changed", _("Details changed")
        ROLE_GIVEN = "role_given", _("Role given")
        ROLE_TAKEN = "role_taken", _("Role taken away")
        LEFT = "left", _("Left")
        RETURNED = "returned", _("Came back")
        SECOND_FACTOR_RESET = "second_factor_reset", _("Second factor reset")
        SESSIONS_ENDED = "sessions_ended", _("Signed out everywhere")
        TOKEN_MADE = "token_made", _("API token made")
        TOKEN_REVOKED = "token_revoked", _("API token revoked")
        UNIT_MADE = "unit_made", _("Unit added")
        UNIT_CHANGED = "unit_changed", _("Unit changed")
        UNIT_REMOVED = "unit_removed", _("Unit removed")
        AGENCY_MADE = "agency_made", _("Department opened")
        AGENCY_CHANGED = "agency_changed", _("Department changed")

    kind = models.CharField(max_length=24, choices=Kind)
    about = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="events")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(about__isnull=False) | Q(agency__isnull=False), name="people_event_about_something"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["agency", "-id"], name="people_event_by_agency")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about_id} {self.agency_id}"
