"""What the screens read of people: who is away, who is on duty, whose address refuses mail."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from requests_desk.people.models import Absence, Agency, Duty, Membership, PeopleEvent, PersonalToken, User


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


def staff(agency: Agency) -> QuerySet[User]:
    """Return who works or worked in an agency, those who left last, each with `here` (roles) and `works_here`."""
    here = Membership.objects.filter(agency=agency)
    # Who left stays in the list: what they did stands in requests, and they may come back.
    worked = PeopleEvent.objects.filter(agency=agency, about=OuterRef("pk"))
    works = Exists(here.filter(user=OuterRef("pk")))
    rows = User.objects.filter(works | Q(Exists(worked))).annotate(works_here=works)
    roles = here.select_related("unit").order_by("role", "unit")
    return rows.prefetch_related(Prefetch("memberships", roles, to_attr="here")).order_by("-works_here", "full_name")


def history(person: User | None, agency: Agency) -> QuerySet[PeopleEvent]:
    """Return what happened to a person, or to everybody of an agency, the latest on top."""
    # What concerns an account itself names no department; each that the person works for may read it.
    rows = PeopleEvent.objects.filter(Q(agency=agency) | Q(agency__isnull=True, about__memberships__agency=agency))
    rows = rows.filter(about=person) if person else rows
    return rows.select_related("actor", "about").distinct().order_by("-pk")
