"""What a page has read of a request for the panels that stand on it; elsewhere each asks for itself."""

from __future__ import annotations

from typing import Any

from requests_desk.tickets.models import Ticket


def keep(ticket: Ticket, **facts: Any) -> None:
    """Let the forms about this very object find what was read: its agency's `units`, the breaches it `missed`."""
    ticket._known = facts  # type: ignore[attr-defined]


def of(ticket: Ticket, name: str) -> Any:
    """Return what was read under a name; None on a page that did not."""
    return getattr(ticket, "_known", {}).get(name)
