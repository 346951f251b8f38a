"""The one shape of every channel: is it set up, may it send there, send one, ask what became of a doubtful one."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from notifications.models import Notification
from notifications.results import Report, Result

logger = logging.getLogger(__name__)


class Channel(ABC):
    """One way to reach a person. A new provider is one more file with one of these."""

    name: ClassVar[str]
    # Written is delivered: there is no provider to wait for.
    immediate: ClassVar[bool] = False
    handful: ClassVar[int] = 1  # how many are begun and recorded together, so many a killed sender leaves in doubt

    @abstractmethod
    def is_configured(self) -> bool:
        """Tell whether the settings name a provider."""

    @abstractmethod
    def accepts(self, destination: str) -> bool:
        """Tell whether this channel can send there at all."""

    @abstractmethod
    def deliver(self, notification: Notification, session: Any) -> Result:
        """Send one message over the session and answer what came of it; expected failures never raise."""

    def session(self) -> AbstractContextManager[Any]:
        """Open what one batch shares, lazily: a connection that fails must be the result of a message."""
        return nullcontext()

    def reconcile(self, notification: Notification) -> Result | None:
        """Ask the provider what became of a send nobody heard of; None when sending again is right."""
        return None

    def report(self, notification: Notification) -> Report | None:
        """Ask the provider what became of a message it took; None when it cannot tell now."""
        return None

    def attempt(self, notification: Notification, session: Any) -> Result:
        """Send one message over the session, whatever happens in there."""
        # One message that breaks the channel's own code must not hold up the ones behind it.
        try:
            return self.deliver(notification, session)
        except Exception:
            logger.exception("%s could not send notification %s", self.name, notification.pk)
            return Result.uncertain("error", outage=False)
