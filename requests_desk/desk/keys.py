"""The keys of the desk: one table for the sheet behind `?`, its page and the guide; `desk.js` obeys what pages name.

A page offers a key where something on it carries it (`data-key`, or what `needs` selects); the sheet shows those alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

ROWS = "tbody a.code"


class Key(NamedTuple):
    """A key, what it does, and the selector of what it needs on the page; empty: something that carries it."""

    name: str
    does: Any
    needs: str = ""

    @property
    def selector(self) -> str:
        """Return what must be on a page for this key to do anything there."""
        return self.needs or f'[data-key="{self.name.lower()}"]'


class Group(NamedTuple):
    """Keys that belong together."""

    title: Any
    keys: tuple[Key, ...]


GROUPS = (
    Group(
        _("Log"),
        (
            Key("N", _("Log a request")),
            Key("M", _("Log a missed call")),
            Key("V", _("Log a voicemail")),
            Key("W", _("Somebody at the counter")),
            Key("L", _("Log a letter")),
            Key("Z", _("Log a Zalo message")),
            Key("R", _("Log a referral")),
            Key("G", _("Log the questions of a meeting")),
        ),
    ),
    Group(
        _("Go to"),
        (
            Key("T", _("Today")),
            Key("Q", _("Requests")),
            Key("S", _("Sort")),
            Key("B", _("Notices")),
            Key("/", _("The search box, where the list has one, else the list"), '[name=q], [data-key="q"]'),
        ),
    ),
    Group(
        _("In a list"),
        (
            Key("J", _("Next request"), ROWS),
            Key("K", _("Previous request"), ROWS),
            Key("Enter", _("Open it"), ROWS),
            Key("X", _("Choose it, or not"), "tbody [type=checkbox]"),
        ),
    ),
    Group(
        _("On a request"),
        (
            Key("A", _("Answer")),
            Key("I", _("Interim reply")),
            Key("U", _("Undo what is about to be sent")),
            Key("C", _("Internal note")),
            Key("H", _("Hand over to another unit")),
            Key("P", _("Print the slip")),
        ),
    ),
    Group(
        _("Everywhere"),
        (
            Key("Ctrl + Enter", _("Send the form you are writing in"), "main form"),
            Key("?", _("These keys"), "body"),
            Key("Esc", _("Close this"), "body"),
        ),
    ),
)
