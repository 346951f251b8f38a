"""Invitations: a link by which one person sets a first password, once, until it expires. Only its digest is kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from requests_desk.people.models import Invitation, User
from requests_desk.people.services import ledger
from requests_desk.people.services.tokens import digest


class Refused(Exception):
    """The link is unknown, used, taken back or expired, or the person has left."""


def issue(user: User, *, by: User, at: datetime) -> str:
    """Make the link of a person and return its secret; the one before it stops working."""
    secret = secrets.token_urlsafe(24)
    expires_at = at + timedelta(days=settings.INVITATION_DAYS)
    with transaction.atomic():
        Invitation.objects.filter(user=user, accepted_at__isnull=True, revoked_at__isnull=True).update(revoked_at=at)
        Invitation.objects.create(user=user, digest=digest(secret), created_by=by, created_at=at, expires_at=expires_at)
        ledger.append("invited", about=user, actor=by, at=at, facts={"expires_at": expires_at.isoformat()})
    return secret


def url(secret: str) -> str:
    """Return the address that an invitation opens."""
    return str(settings.PUBLIC_BASE_URL) + reverse("account_invitation", kwargs={"token": secret})


def behind(secret: str, *, at: datetime) -> Invitation:
    """Return the open invitation of a link. Raises Refused."""
    rows = Invitation.objects.select_related("user").filter(
        digest=digest(secret), accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at
    )
    # Who left before accepting finds the door shut, however long the link still holds.
    found = rows.filter(user__is_active=True).first()
    if found is None:
        raise Refused
    return found


def accept(secret: str, *, password: str, at: datetime) -> User:
    """Set the password of whom a link invites; it opens nothing afterwards. Raises Refused."""
    with transaction.atomic():
        invitation = behind(secret, at=at)
        # By one statement: of two clicks at once one alone finds it open.
        taken = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(accepted_at=at)
        if not taken:  # a second click was faster
            raise Refused
        user = invitation.user
        user.set_password(password)
        user.save(update_fields=["password"])
        ledger.append("accepted", about=user, actor=user, at=at)
    return user
