"""What a request is about, suggested from its words and from earlier ones: pure, the same every time, and explained."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from requests_desk.tickets import likeness
from requests_desk.tickets.words import SEALED_KINDS, Kind

# In this order: who reports misconduct and complains of a decision reports misconduct.
KINDS = (
    Kind.HARASSMENT,
    Kind.DENUNCIATION,
    Kind.COMPLAINT,
    Kind.PERSONAL_DATA,
    Kind.PROCEDURE,
    Kind.FEEDBACK,
)
# What an earlier request that reads just the same weighs, in syllables of phrases found.
BY_HISTORY = 4.0
IN_FIRST_LINE = 1.5
OFTEN = 2
# A phrase does not run on from one sentence or line into the next.
_BREAK = re.compile(r"[\n;:?!]|\.\s")
_WORD = re.compile(r"[^\W_]+")
TO_ADVERTISE = 2  # phrases: one alone stands in many an honest letter


class Earlier(NamedTuple):
    """A request that was put in a field and given to a unit: how alike it reads, 0 to 1."""

    code: str
    field: str
    unit: int | None
    score: float


class Why(NamedTuple):
    """One suggestion, the phrases found for it, and the codes of the earlier requests that speak for it."""

    value: str = ""
    words: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """The phrases of an agency by what they speak for; `names` by the key of a person or unit (`user:7`)."""

    fields: Mapping[str, Sequence[str]]
    kinds: Mapping[str, Sequence[str]]
    misconduct: Sequence[str] = ()
    staff: Sequence[str] = ()
    advertising: Sequence[str] = ()
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    units: Mapping[str, int | None] = field(default_factory=dict)  # who usually handles a field


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a request seems to be; an empty value means that nothing speaks for any.

    `seal` holds the words for which sealing is offered, `named` the keys of the people and units they are about.
    """

    kind: Why
    field: Why
    unit: int | None
    seal: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    advertising: tuple[str, ...] = ()


def suggest(text: str, words: Words, earlier: Sequence[Earlier] = ()) -> Suggestion:
    """Return what the text of a request says it is about."""
    said = _Said(text)
    kind = _kind(said, words)
    found = _field(said, words, earlier)
    misconduct = said.of(words.misconduct)
    named = tuple(key for key, names in words.names.items() if said.of(names))
    about_staff = misconduct and (named or said.of(words.staff))
    advertising = said.of(words.advertising)
    return Suggestion(
        kind=kind,
        field=found,
        unit=_unit(found, words, earlier),
        seal=(misconduct or kind.words) if about_staff or kind.value in SEALED_KINDS else (),
        named=named if about_staff or kind.value in SEALED_KINDS else (),
        advertising=advertising if len(advertising) >= TO_ADVERTISE else (),
    )


class _Said:
    """A text in which phrases are looked for, whatever its marks and short forms; its first line weighs more."""

    def __init__(self, text: str) -> None:
        parts = [part for part in _BREAK.split(text[: likeness.READ]) if part.strip()]
        self.first = _padded(parts[:1])
        self.whole = _padded(parts)
        self.written = f" {' '.join(_WORD.findall(unicodedata.normalize('NFC', text[: likeness.READ]).lower()))} "

    def of(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Return the phrases the text holds."""
        return tuple(phrase for phrase in phrases if self.weight(phrase))

    def weight(self, phrase: str) -> float:
        """Return what a phrase weighs in the text: its syllables, twice at most, more in the first line."""
        spoken = likeness.spoken(phrase)
        if not spoken:
            return 0.0
        if " " not in spoken and spoken != phrase.lower():
            # One syllable without its marks is half the language: "cho" is no "chợ".
            often = self.written.count(f" {unicodedata.normalize('NFC', phrase).lower()} ")
        else:
            often = self.whole.count(f" {spoken} ")
        return len(spoken.split()) * min(often, OFTEN) * (IN_FIRST_LINE if f" {spoken} " in self.first else 1.0)


def _padded(parts: Iterable[str]) -> str:
    return " | ".join(f" {likeness.spoken(part)} " for part in parts)


def _kind(said: _Said, words: Words) -> Why:
    for kind in KINDS:
        if found := said.of(words.kinds.get(kind, ())):
            return Why(kind, found)
    return Why(Kind.INFORMATION)


def _field(said: _Said, words: Words, earlier: Sequence[Earlier]) -> Why:
    scores = {code: sum(map(said.weight, phrases)) for code, phrases in words.fields.items()}
    for one in earlier:
        if one.field in scores:
            scores[one.field] += BY_HISTORY * one.score
    best = max(sorted(scores), key=lambda code: scores[code], default="")
    if not best or not scores[best]:
        return Why()
    codes = tuple(one.code for one in earlier if one.field == best)
    return Why(best, said.of(words.fields[best]), codes)


def _unit(found: Why, words: Words, earlier: Sequence[Earlier]) -> int | None:
    """Return who usually handles the field, unless most of the earlier requests alike went elsewhere."""
    usual = words.units.get(found.value)
    went = [one.unit for one in earlier if one.field == found.value and one.unit]
    elsewhere = [unit for unit in sorted(set(went)) if unit != usual and went.count(unit) * 2 > len(went) > 1]
    return elsewhere[0] if elsewhere else usual
