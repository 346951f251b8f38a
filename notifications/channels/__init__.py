"""The channels by name, and whether each can be used here (N8)."""

from __future__ import annotations

from typing import Literal

from django.conf import settings

from notifications.channels.base import Channel
from notifications.channels.demo import Demo
from notifications.channels.email import Email
from notifications.channels.in_app import InApp
from notifications.channels.sms import Sms

Availability = Literal["available", "demo", "unavailable"]

CHANNELS: dict[str, type[Channel]] = {channel.name: channel for channel in (Email, Sms, InApp)}


class UnknownChannel(LookupError):
    """No channel has this name."""


class ChannelUnavailable(RuntimeError):
    """The channel has no provider here: set one up, or choose another channel."""


def check(name: str) -> None:
    """Raise `UnknownChannel` unless there is a channel of this name."""
    if name not in CHANNELS:
        raise UnknownChannel(name)


def availability(name: str) -> Availability:
    """Tell whether messages by this channel go out, land in the demo's Sent messages, or cannot be sent at all."""
    check(name)
    if CHANNELS[name]().is_configured():
        return "available"
    return "demo" if settings.DESK_DEMO else "unavailable"


def get(name: str) -> Channel:
    """Return the channel, its stand-in in the demo, or raise `ChannelUnavailable`."""
    match availability(name):
        case "available":
            return CHANNELS[name]()
        case "demo":
            return Demo(CHANNELS[name]())
        case "unavailable":
            raise ChannelUnavailable(name)
