"""What a mail says once it was read: the shape in which the e-mail door hands it to the domain. Knows no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Nature(StrEnum):
    """Who, or what, wrote a mail (RFC 3834, RFC 3464, RFC 2919)."""

    PERSON = "person"
    AUTOMATIC = "automatic"  # made by a machine that asks on somebody's behalf: never answered by ours
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a mail, under the name it gave itself."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says of a mail of ours: its Message-ID, the action and the enhanced status code."""

    of: str
    action: str
    status: str = ""

    @property
    def is_final(self) -> bool:
        """Tell whether it came back for good: never when it is delayed, relayed or delivered (P4)."""
        return self.action == "failed"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A mail, read. Addresses are raw ASCII in lower case; texts are NFC; `oddities` name what was strange about it."""

    nature: str = Nature.PERSON
    message_id: str = ""
    references: tuple[str, ...] = ()
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    dated: str = ""
    recipients: tuple[str, ...] = ()
    recipient_count: int = 0
    text: str = ""
    html: str = ""
    body_digest: str = ""
    is_authentic: bool | None = None  # by the word of our own server; None where it says nothing
    bounces: tuple[Bounce, ...] = ()
    oddities: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
