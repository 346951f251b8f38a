"""The passwords of mailboxes: the form names a secret, its value comes from MAILBOXES or a file, never from a page."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

# The name is part of the file's: a form must not be able to name the database's password and send it somewhere.
PREFIX = "mailbox-"
CONTAINER_SECRETS = Path("/run/secrets")


class NoPassword(Exception):
    """Nothing is set under this name: the text says where to set it."""


def password(secret: str) -> str:
    """Return the password called `secret`. Raises NoPassword."""
    if found := named(settings.MAILBOXES).get(secret):
        return found
    for folder in (settings.DESK_DATA / "secrets", CONTAINER_SECRETS):
        # The form lets small letters, digits and hyphens through alone, so that no name climbs out of the folder.
        path = folder / f"{PREFIX}{secret}"
        if path.is_file() and (text := path.read_text().strip()):
            return text
    raise NoPassword(f"no secret “{secret}”: set it in MAILBOXES or in a file {PREFIX}{secret}")


def named(text: str) -> dict[str, str]:
    """Read MAILBOXES: a JSON object of names and passwords, or a line `name=password` for each."""
    text = text.strip()
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except ValueError as error:
            raise NoPassword("MAILBOXES begins like JSON and is none") from error
        return {str(name): str(value) for name, value in found.items()}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _sign, value in pairs}
