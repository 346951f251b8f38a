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


def _carried(title: Any, **keys: Any) -> Group:
    """Return a group of keys that do what carries them on the page."""
    return Group(title, tuple(Key(name, does) for name, does in keys.items()))


GROUPS = (
    _carried(
        _("Log"),
        N=_("Log a request"),
        M=_("Log a missed call"),
        V=_("Log a voicemail"),
        W=_("Somebody at the counter"),
        L=_("Log a letter"),
        Z=_("Log a Zalo message"),
        R=_("Log a referral"),
        G=_("Log the questions of a meeting"),
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
    _carried(
        _("On a request"),
        A=_("Answer"),
        I=_("Interim reply"),
        U=_("Undo what is about to be sent"),
        C=_("Internal note"),
        H=_("Hand over to another unit"),
        P=_("Print the slip"),
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
