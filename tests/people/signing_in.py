"""Short ways through the front door."""

from __future__ import annotations

import re
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from requests_desk.people.models import User

PASSWORD = "open-sesame-2026"
LOGIN = "/accounts/login/"
NEW = "correct-horse-battery"


def log_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    """Send the form of the first step."""
    return client.post(LOGIN, {"username": username, "password": password, **more})


def member(user: User, *, confirmed: bool = False) -> Client:
    """Return a client that logged in by password; `confirmed` has just proved it once more."""
    client = Client()
    assert log_in(client, user.username).status_code == 302
    if confirmed:
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def with_app(user: User) -> str:
    """Give somebody an authenticator app and recovery codes. Return the app's secret."""
    secret: str = auth.generate_totp_secret()
    auth.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, *, at: float | None = None) -> str:
    """Return what the app shows."""
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))


def link_in(message: Any) -> str:
    """Return the path of the link in a mail."""
    found = re.search(r"https?://[^/\s]+(/accounts/\S+)", message.body)
    assert found, message.body
    return found[1]


def sent_to(user: User) -> list[Any]:
    return [message for message in mail.outbox if message.to == [user.email]]
