"""Inside the desk: the row itself is the message, shown under the bell."""

from __future__ import annotations

from notifications.channels.base import Channel
from notifications.models import Notification
from notifications.results import Result


class InApp(Channel):
    name = "in_app"
    immediate = True

    def is_configured(self) -> bool:
        """Always: it needs no provider."""
        return True

    def accepts(self, destination: str) -> bool:
        """Accept any destination: the recipient's key is enough."""
        return True

    def deliver(self, notification: Notification, session: None) -> Result:
        """Deliver by doing nothing: it stands where its reader looks."""
        return Result.accepted(delivered=True)
