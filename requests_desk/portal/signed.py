"""The signature of a public form: when it was given out, and a secret of its own by which it is sent only once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.core import signing

# A form may lie open over a weekend or a holiday; one of last month is given out anew, with what was typed in it.
GOOD_FOR = timedelta(days=7)
_SIGNER = signing.Signer(salt="requests_desk.ask-form")


class Seal(NamedTuple):
    """What a genuine form carries."""

    nonce: str
    issued_at: datetime


def new(*, at: datetime) -> str:
    """Return the signature of a form given out now."""
    # Milliseconds: how fast a form came back is a sign of a program.
    return _SIGNER.sign_object([secrets.token_hex(16), int(at.timestamp() * 1000)])


def read(given: str, *, at: datetime) -> Seal | None:
    """Return what a signature says, or None when it is not ours or too old."""
    try:
        nonce, issued_ms = _SIGNER.unsign_object(given)
    except (signing.BadSignature, ValueError):
        return None
    issued_at = datetime.fromtimestamp(issued_ms / 1000, tz=UTC)
    # Ours and not Django's timestamp: the clock is read at the edge, and tests set it.
    return Seal(nonce, issued_at) if at - issued_at <= GOOD_FOR else None
