"""The stand-in of a channel without provider, in the demo only: delivered at once, nothing leaves the machine."""

from __future__ import annotations

from notifications.channels.base import Channel
from notifications.models import Notification
from notifications.results import Result


class Demo(Channel):
    name = "demo"

    def __init__(self, real: Channel) -> None:
        self.real = real

    def is_configured(self) -> bool:
        """Always: it needs no provider."""
        return True

    def accepts(self, destination: str) -> bool:
        """Accept what the real channel would."""
        return self.real.accepts(destination)

    def deliver(self, notification: Notification, session: None) -> Result:
        """Count it as delivered, or refuse it where the real channel would."""
        if not self.accepts(notification.destination):
            return Result.permanent("bad_destination")
        return Result.accepted(f"demo-{notification.pk}", delivered=True)
