"""How a person is reached, shown so that only who knows it recognises it."""

from __future__ import annotations

from collections.abc import Iterable

from requests_desk.people import identifiers

HIDDEN = "•••"


def masked(email: str, phones: Iterable[str]) -> tuple[str, ...]:
    """Return an address and numbers with all but their edges hidden: `d•••@vps.example`, `09•••001`."""
    numbers = tuple(phone(typed) for typed in phones)
    return (address(email), *numbers) if email else numbers


def address(email: str) -> str:
    """Return an e-mail address with its first letter and its host alone."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}{HIDDEN}@{host}"


def phone(typed: str) -> str:
    """Return a number with its first two and last three digits alone."""
    read = identifiers.read_phone(typed)
    shown = identifiers.show_phone(read.number) if read.number else typed
    return f"{shown[:2]}{HIDDEN}{shown[-3:]}"
