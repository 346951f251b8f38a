"""Blanks in a text: `{due}` is filled with what the desk knows, `……` is left to its writer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

# What the drafted text leaves to its writer.
GAP: Final = "……"
# What a ready text may name, by the words officials use and by the English ones.
FIELDS: Final = {
    "requester": ("to_chuc", _("whom it goes to")),
    "code": ("ma", _("code of the request")),
    "received": ("ngay", _("when it was received")),
    "due": ("han", _("when it is due")),
    "promised": ("ngay_hen", _("promised date of the final reply")),
    "subject": ("trich_yeu", _("first words of the request")),
    "unit": ("don_vi", _("handling unit")),
    "officer": ("cb", _("handling officer")),
    "contact": ("dt_cb", _("contact, as the form says")),
    "agency": ("so", _("name of the department")),
    "hotline": ("dt", _("hotline")),
    "reason": ("ly_do", _("why not in full yet, as the form says")),
    "done": ("da_lam", _("what was done, as the form says")),
    "ground": ("can_cu", _("legal ground, as the form says")),
    "receiving_body": ("cq", _("receiving body, as the form says")),
    "today": ("hom_nay", _("today")),
    "status_page": ("tra_cuu", _("address at which a request is looked up")),
    "reply": ("tra_loi", _("text of the reply; for scripts of a call")),
}
_ALIASES: Final = {vietnamese: name for name, (vietnamese, _said) in FIELDS.items()}
_BLANK: Final = re.compile(r"\{\s*([^{}\n]{1,40}?)\s*\}|(…{2,})")


class Blank(NamedTuple):
    """A place that still waits for words: the line it stands on, counted from 1, and how it reads."""

    line: int
    text: str


def filled(text: str, known: Mapping[str, str]) -> str:
    """Return the text with every field that is known, and not empty, in its place; the others stay as they are."""

    def put(found: re.Match[str]) -> str:
        name = (found[1] or "").lower()
        return known.get(_ALIASES.get(name, name)) or found[0]

    return _BLANK.sub(put, text)


def worded(text: str) -> str:
    """Return the text for reading aloud, with what each open field is about in its place."""

    def say(found: re.Match[str]) -> str:
        name = (found[1] or "").lower()
        known = FIELDS.get(_ALIASES.get(name, name))
        return f"[{known[1]}]" if known else found[0]

    return _BLANK.sub(say, text)


def left(text: str) -> list[Blank]:
    """Return the places nobody has filled yet, in order."""
    return [
        Blank(number, found[0]) for number, line in enumerate(text.splitlines(), 1) for found in _BLANK.finditer(line)
    ]


def unknown(text: str) -> list[Blank]:
    """Return the fields in braces that no text may name: a slip of the pen."""
    names = {*FIELDS, *_ALIASES}
    return [
        blank for blank in left(text) if blank.text.startswith("{") and blank.text.strip("{} ").lower() not in names
    ]
