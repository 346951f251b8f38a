"""Who works where and as what: added, changed, given and taken roles, gone; every change stands in the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people.models import Agency, Membership, Role, Unit, User
from requests_desk.people.services import ledger, signing_in

DETAILS = ("full_name", "title", "email", "phone", "language")


class LastAdministrator(Exception):
    """The department would be left without anybody who may let people in."""


def add(agency: Agency, *, username: str, details: Mapping[str, Any], by: User, at: datetime) -> User:
    """Make the account of a new person, without a password. Raises ValidationError with the fields to change."""
    user = User(username=username, **{name: details[name] for name in DETAILS})
    # Until the invitation is accepted no password opens it, and no reset by mail makes one.
    user.set_unusable_password()
    user.full_clean()
    with transaction.atomic():
        user.save()
        ledger.append("added", about=user, agency=agency, actor=by, at=at)
    return user


def change(user: User, *, details: Mapping[str, Any], by: User, at: datetime) -> None:
    """Change what is known of a person; a new address or number is used again whatever the old one refused (N8)."""
    changed = [name for name in DETAILS if getattr(user, name) != details[name]]
    for name in changed:
        setattr(user, name, details[name])
    # That the old address refused mail says nothing of the new one.
    fresh = {"email": "email_failed_at", "phone": "phone_failed_at"}
    for name in changed:
        if name in fresh:
            setattr(user, fresh[name], None)
    user.full_clean()
    with transaction.atomic():
        user.save(update_fields=[*changed, *(fresh[name] for name in changed if name in fresh)])
        if changed:
            ledger.append("changed", about=user, actor=by, at=at, facts={"fields": changed})


def give(user: User, agency: Agency, *, role: str, unit: Unit | None, by: User, at: datetime) -> None:
    """Give a person a role of the agency. Raises ValidationError with the fields to change."""
    membership = Membership(user=user, agency=agency, role=role, unit=unit)
    if role in (Role.OFFICER, Role.UNIT_HEAD) and unit is None:
        raise ValidationError({"unit": _("This role belongs to a unit: choose one.")})
    if unit is not None and unit.agency_id != agency.pk:
        raise ValidationError({"unit": _("This unit does not belong to the agency.")})
    if Membership.objects.filter(user=user, agency=agency, role=role, unit=unit).exists():
        raise ValidationError({"role": _("They hold this role already.")})
    with transaction.atomic():
        membership.save()
        # Who comes back finds their account as it was; their old password and factors still hold.
        User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
        facts = {"role": role, "unit": unit.pk if unit else None}
        ledger.append("role_given", about=user, agency=agency, actor=by, at=at, facts=facts)


def take(membership: Membership, *, by: User, at: datetime) -> None:
    """Take a role away. Raises LastAdministrator."""
    with transaction.atomic():
        _keep_an_administrator(membership.agency, without=[membership.pk])
        _take([membership], by=by, at=at)


def leave(user: User, agency: Agency, *, by: User, at: datetime) -> None:
    """Let a person go from an agency; who works nowhere any more is signed out, and no token or link of theirs opens.

    Their account and all they did stay. Raises LastAdministrator.
    """
    with transaction.atomic():
        held = list(user.memberships.filter(agency=agency).select_related("agency"))
        _keep_an_administrator(agency, without=[membership.pk for membership in held])
        _take(held, by=by, at=at)
        ledger.append("left", about=user, agency=agency, actor=by, at=at)
        # Other departments keep them: only who works nowhere any more is locked out.
        if not user.memberships.exists():
            close(user, at=at)


def close(user: User, *, at: datetime) -> None:
    """Close every way in of a person who works nowhere."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.tokens.filter(revoked_at__isnull=True).update(revoked_at=at)
    user.invitations.filter(accepted_at__isnull=True, revoked_at__isnull=True).update(revoked_at=at)
    signing_in.end_sessions(user)


def may_manage(by: User, user: User) -> bool:
    """Tell whether somebody may change a person's details and ways in: an administrator wherever they work.

    One department's administrator alone may not: an address set here would open what the person may do elsewhere.
    """
    theirs = set(user.memberships.values_list("agency", flat=True))
    return theirs <= set(by.memberships.filter(role=Role.ADMIN).values_list("agency", flat=True))


def _take(held: list[Membership], *, by: User, at: datetime) -> None:
    for membership in held:
        facts = {"role": membership.role, "unit": membership.unit_id}
        ledger.append("role_taken", about=membership.user, agency=membership.agency, actor=by, at=at, facts=facts)
        membership.delete()


def _keep_an_administrator(agency: Agency, *, without: list[int]) -> None:
    # One after the other: two administrators who take each other's role at once must not both succeed.
    Agency.objects.select_for_update().get(pk=agency.pk)
    admins = Membership.objects.filter(agency=agency, role=Role.ADMIN, user__is_active=True)
    gone = admins.filter(pk__in=without)
    # Only where an administrator goes: taking another role away asks nothing of them.
    if gone.exists() and not admins.exclude(pk__in=without).exists():
        raise LastAdministrator
