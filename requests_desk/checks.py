"""What `manage.py check` and `check --deploy` say of a desk that is not fit to be opened, each with what to set."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils import timezone

from notifications import channels

SHORTEST_KEY = 50
TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address leads to this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@register()
def demo_stays_at_home(**_: Any) -> list[CheckMessage]:
    """Refuse a demo, whose passwords anybody may read, that listens beyond this machine."""
    # An error and no warning: its passwords are printed at every start.
    if not settings.DESK_DEMO or is_loopback(settings.BIND):
        return []
    return [
        Error(
            f"The demo's accounts would be open to the network at BIND={settings.BIND}.",
            hint="Leave BIND at 127.0.0.1, or start an empty desk by DESK_DEMO=0 with its own DESK_DATA.",
            id="requests_desk.E001",
        )
    ]


@register()
def twilio_is_whole(**_: Any) -> list[CheckMessage]:
    """Refuse half of a Twilio account: SMS would be tried and never go out."""
    # None at all is a choice; some of them is a slip that would only show when an alert is due.
    missing = [name for name in TWILIO if not getattr(settings, name)]
    if not missing or len(missing) == len(TWILIO):
        return []
    return [
        Error(
            f"Twilio is set up in part: {', '.join(missing)} missing.",
            hint=f"Set {', '.join(TWILIO)} together, or none of them.",
            id="requests_desk.E002",
        )
    ]


@register()
def scanner_has_an_address(**_: Any) -> list[CheckMessage]:
    """Refuse an address of the virus scanner that is none: every file would wait for it for good."""
    if not settings.CLAMD_URL or urlsplit(settings.CLAMD_URL).scheme in ("tcp", "unix"):
        return []
    hint = "Write tcp://host:3310 or unix:///run/clamav/clamd.ctl, or leave it empty."
    return [Error("CLAMD_URL names no socket.", hint=hint, id="requests_desk.E006")]


@register(Tags.security, deploy=True)
def no_demo_in_production(**_: Any) -> list[CheckMessage]:
    """Refuse the demo as a deployment: its messages only look as if they were sent."""
    if not settings.DESK_DEMO:
        return []
    return [Error("DESK_DEMO is on: messages are shown, not sent.", hint="Unset DESK_DEMO.", id="requests_desk.E003")]


@register(Tags.security, deploy=True)
def secret_key_is_strong(**_: Any) -> list[CheckMessage]:
    """Refuse a key that is missing or could be guessed."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # what Django makes of an empty one
        key = ""
    if len(key) >= SHORTEST_KEY:
        return []
    what = "is missing" if not key else f"has {len(key)} letters, and at least {SHORTEST_KEY} are needed"
    hint = 'Set SECRET_KEY or SECRET_KEY_FILE; python3 -c "import secrets; print(secrets.token_urlsafe(50))" makes one.'
    return [Error(f"SECRET_KEY {what}.", hint=hint, id="requests_desk.E004")]


@register(Tags.security, deploy=True)
def address_is_public(**_: Any) -> list[CheckMessage]:
    """Ask for the address that links in messages lead to, and for https there."""
    address = urlsplit(settings.PUBLIC_BASE_URL)
    if not address.hostname or is_loopback(address.hostname):
        said = f"PUBLIC_BASE_URL is {settings.PUBLIC_BASE_URL}: no link in a message would open for its reader."
        return [Error(said, hint="Set it to the address people open, with https.", id="requests_desk.E005")]
    if address.scheme != "https":
        said = f"PUBLIC_BASE_URL is {settings.PUBLIC_BASE_URL}: passwords and codes would travel in the clear."
        return [Warning(said, hint="Serve the desk by https and say so there.", id="requests_desk.W001")]
    return []


@register(deploy=True)
def channels_have_providers(**_: Any) -> list[CheckMessage]:
    """Warn of a channel that nothing can be sent by."""
    needs = {"email": "EMAIL_URL and DEFAULT_FROM_EMAIL", "sms": ", ".join(TWILIO)}
    return [
        Warning(
            f"The channel {name} is unavailable: replies by it are refused, alerts take the next channel.",
            hint=f"Set {names}.",
            id="requests_desk.W002",
        )
        for name, names in needs.items()
        if channels.availability(name) == "unavailable"
    ]


@register(Tags.database)
def next_year_is_confirmed(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Warn from 1 November that a calendar's next year is a guess; asked for by `check --database default`."""
    # Here and not above: models cannot be loaded before the applications are.
    from requests_desk.people.models import Agency
    from requests_desk.tickets.queries import promises

    # Django hands none over unless asked: a check that reads tables must not run at each command.
    if not databases:
        return []
    try:
        found = promises.unconfirmed(Agency.objects.order_by("code"), at=timezone.now())
    except DatabaseError:  # `migrate` runs these checks before the tables are there
        return []
    hint = "An administrator confirms them under /settings/."
    return [Warning(promises.warning(one), hint=hint, id="requests_desk.W003") for one in found]
