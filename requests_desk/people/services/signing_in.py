"""Taking back ways in: second factors of who lost them, and the sessions of who should be gone."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from requests_desk.people.models import User
from requests_desk.people.services import ledger

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Tell whether somebody set up an authenticator app or a passkey; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def has_one_factor(user: User) -> bool:
    """Tell whether there is just one second factor: the moment after the first was set up."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).count() == 1)


def end_sessions(user: User, *, but: str | None = None) -> int:
    """Sign somebody out everywhere, or everywhere but in one session. Return how many places that were."""
    places = UserSession.objects.filter(user=user).exclude(session_key=but or "")
    count = int(places.count())
    # The sessions first: without its row among the places one could no longer be found, and would stay open.
    Session.objects.filter(session_key__in=places.values("session_key")).delete()
    places.delete()
    return count


def reset_second_factor(user: User, *, by: User | None, at: datetime) -> None:
    """Let somebody set up a new second step; whoever holds the lost phone is signed out. `by` is None at a shell."""
    with transaction.atomic():
        # Recovery codes with it: whoever found the phone may have found the list beside it.
        Authenticator.objects.filter(user=user).delete()
        end_sessions(user)
        ledger.append("second_factor_reset", about=user, actor=by, at=at)


def sign_out_everywhere(user: User, *, by: User, at: datetime) -> None:
    """End every session of somebody, and remember who did it."""
    with transaction.atomic():
        end_sessions(user)
        ledger.append("sessions_ended", about=user, actor=by, at=at)
