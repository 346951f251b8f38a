"""What came of one try at sending: every channel answers in these words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["accepted", "temporary", "permanent", "uncertain"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """The end of one try.

    `reason` is a short code without personal content. `outage` says that the provider is at fault and not this
    message: such tries never count towards giving up, and the rest of the batch need not be tried now.
    """

    kind: Kind
    reason: str = ""
    provider_id: str = ""
    delivered: bool = False
    outage: bool = False
    retry_after: int = 0

    @classmethod
    def accepted(cls, provider_id: str = "", *, delivered: bool = False, reason: str = "") -> Result:
        """Say that the next server took it; `delivered` when it has also reached its reader."""
        return cls(kind="accepted", provider_id=provider_id, delivered=delivered, reason=reason)

    @classmethod
    def temporary(cls, reason: str, *, outage: bool = False, retry_after: int = 0) -> Result:
        """Say that it surely did not go and may go later; `retry_after` in seconds, when the provider named it."""
        return cls(kind="temporary", reason=reason, outage=outage, retry_after=retry_after)

    @classmethod
    def permanent(cls, reason: str, provider_id: str = "") -> Result:
        """Say that it did not go and never will."""
        return cls(kind="permanent", reason=reason, provider_id=provider_id)

    @classmethod
    def uncertain(cls, reason: str, *, outage: bool = True) -> Result:
        """Say that it may or may not have been taken."""
        return cls(kind="uncertain", reason=reason, outage=outage)


@dataclass(frozen=True)
class Report:
    """What a provider says of a message it took, in its own word, with our short reason where it failed."""

    status: str
    reason: str = ""
