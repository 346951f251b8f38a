"""Personal tokens: issued once, kept as a digest, found by one query."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from requests_desk.people.models import PersonalToken, User
from requests_desk.people.services import ledger

LIFETIME = timedelta(days=365)


class TokenRefused(Exception):
    """The token is unknown, expired or revoked, or its owner has left."""


def digest(secret: str) -> str:
    """Return what is kept of a token: 128 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(user: User, *, name: str, at: datetime, lifetime: timedelta = LIFETIME) -> str:
    """Make a token for `user` and return its secret: the only time it can be read."""
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        token = PersonalToken.objects.create(
            user=user, name=name, digest=digest(secret), created_at=at, expires_at=at + lifetime
        )
        ledger.append("token_made", about=user, actor=user, at=at, facts={"token": token.pk})
    return secret


def revoke(user: User, pk: int, *, by: User, at: datetime) -> None:
    """Take back a token of `user`; whose it is not, or what opens nothing any more, is left alone."""
    with transaction.atomic():
        # Written down only where something changed: a second click is no second event.
        if user.tokens.filter(pk=pk, revoked_at__isnull=True).update(revoked_at=at):
            ledger.append("token_revoked", about=user, actor=by, at=at, facts={"token": pk})


# Asked by every request of a program: written out, since the ORM would write it anew each time.
_OWNER = """
SELECT u.* FROM people_user AS u JOIN people_personaltoken AS t ON t.user_id = u.id
WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND u.is_active
"""


def owner(secret: str, *, at: datetime) -> User:
    """Return whom a token acts for at `at`. Raises TokenRefused."""
    for user in User.objects.raw(_OWNER, [digest(secret), at]):
        return user
    raise TokenRefused
