"""How each door's form is laid out: what stands in front, what is known beforehand, which key opens it.

A time stands behind the text: its box takes six presses of Tab to pass, and it is mostly now.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from requests_desk.tickets.words import Channel, Entry


class Layout(NamedTuple):
    """One door at the desk. `front` names fields with their widths; every other field waits behind a summary."""

    entry: str
    key: str
    title: Any
    channel: str
    front: tuple[tuple[str, str], ...]
    text: Any = ""
    moment: Any = ""
    reason: Any = ""


_WHO = (("organisation", "w6"), ("name", "w6"))
_NAMED = (("organisation", "w4"), ("name", "w4"))
_SORTED = (("field", "w4"), ("unit", "w4"), ("wanted_by", "w4"))
_REFERRED = (("external_number", "w6"), ("external_deadline", "w6"))
_STAMP = (("arrival_number", "w4"), ("arrived_date", "w4"), ("arrived_time", "w4"))
LAYOUTS = {
    layout.entry: layout
    for layout in (
        Layout(
            Entry.CALL,
            "n",
            _("Log a request"),
            Channel.HOTLINE,
            (("phone", "w6"), ("channel", "w6"), *_WHO, ("text", ""), *_SORTED),
        ),
        Layout(
            Entry.MISSED_CALL,
            "m",
            _("Missed call"),
            Channel.HOTLINE,
            (("phone", "w4"), *_NAMED, ("text", ""), ("received_at", "w4")),
            text=_("Missed call. Call back and write down what is asked."),
            moment=_("Time of the call"),
            reason=_("By the time of the call"),
        ),
        Layout(
            Entry.VOICEMAIL,
            "v",
            _("Voicemail"),
            Channel.HOTLINE,
            (("phone", "w4"), *_NAMED, ("text", ""), ("received_at", "w4"), *_SORTED[:2]),
            moment=_("Time of the message"),
            reason=_("By the time of the message"),
        ),
        Layout(
            Entry.WALK_IN,
            "w",
            _("At the counter"),
            Channel.IN_PERSON,
            (("phone", "w6"), ("name", "w6"), ("organisation", "w6"), ("email", "w6"), ("text", ""), *_SORTED),
        ),
        Layout(
            Entry.LETTER,
            "l",
            _("Letter"),
            Channel.LETTER,
            (*_STAMP, ("organisation", "w8"), ("external_number", "w4"), ("text", ""), ("phone", "w4"), *_SORTED[:2]),
            reason=_("By the arrival stamp"),
        ),
        Layout(
            Entry.ZALO,
            "z",
            _("Zalo"),
            Channel.ZALO,
            (("phone", "w4"), *_NAMED, ("text", ""), ("received_at", "w4"), *_SORTED[:2]),
            moment=_("Time of the message"),
            reason=_("By the time of the message"),
        ),
        Layout(
            Entry.REFERRAL,
            "r",
            _("Referred by another agency"),
            Channel.REFERRAL,
            (*_REFERRED, *_STAMP, ("phone", "w4"), ("organisation", "w8"), ("text", ""), *_SORTED),
            reason=_("By the arrival stamp"),
        ),
    )
}
