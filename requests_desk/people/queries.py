"""What the screens read of people: who is away, who is on duty, whose address refuses mail."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from requests_desk.people.models import Absence, Agency, Duty, PersonalToken, User


def duties(agency: Agency, *, at: datetime) -> QuerySet[Duty]:
    """Return the roster from `at` on, the next spell on top."""
    return agency.duties.filter(to_at__gt=at).select_related("user").order_by("from_at", "pk")


def absences(agency: Agency, *, at: datetime) -> QuerySet[Absence]:
    """Return who of an agency is or will be away from `at` on, the earliest on top."""
    rows = Absence.objects.filter(user__memberships__agency=agency, to_at__gt=at)
    return rows.select_related("user", "deputy").order_by("from_at", "pk").distinct()


def refusing(agency: Agency) -> QuerySet[User]:
    """Return the people of an agency whose address or number refused a message for good (N8)."""
    failed = Q(email_failed_at__isnull=False) | Q(phone_failed_at__isnull=False)
    return User.objects.filter(failed, memberships__agency=agency, is_active=True).distinct().order_by("full_name")


def live_tokens(user: User, *, at: datetime) -> QuerySet[PersonalToken]:
    """Return the API tokens of a person that open something, the newest on top."""
    return user.tokens.filter(revoked_at__isnull=True, expires_at__gt=at).order_by("-created_at")
