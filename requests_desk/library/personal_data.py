"""What in a text may tell who asked: numbers and addresses, which never stand, and what looks like a name: pure.

Found are places in the text that was given (in NFC). The first kind the services refuse; the second is shown to a
person, who decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_desk.library import personal_patterns as patterns
from requests_desk.people import identifiers

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

AROUND = 40
KINDS: Final[dict[str, StrPromise]] = {
    "phone": gettext_lazy("a phone number"),
    "email": gettext_lazy("an e-mail address"),
    "tax_code": gettext_lazy("a tax code"),
    "id_number": gettext_lazy("a personal identification number"),
    "ticket_code": gettext_lazy("a request code"),
    "requester": gettext_lazy("the name of who asked"),
    "organisation": gettext_lazy("the name of a business"),
    "person": gettext_lazy("the name of a person"),
    "address": gettext_lazy("an address"),
    "number": gettext_lazy("a long number"),
}
REFUSED = frozenset({"phone", "email", "tax_code", "id_number", "ticket_code"})


class Known(NamedTuple):
    """What is on file of who asked, and what is the office's own and may stand: its hotline, its address."""

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


NOBODY = Known()


class Found(NamedTuple):
    """One place in a text: what it may be, what stands there, from where to where."""

    kind: str
    text: str
    start: int
    end: int


class Place(NamedTuple):
    """A place in one of several texts, with the words around it."""

    field: str
    kind: str
    before: str
    text: str
    after: str

    @property
    def what(self) -> str:
        """Return what it may be."""
        return str(KINDS[self.kind])

    @property
    def said(self) -> str:
        """Return what it may be, and where it stands."""
        return _("Still here is %(what)s: %(where)s") % {
            "what": self.what,
            "where": f"{self.before}“{self.text}”{self.after}".strip(),
        }


def find(text: str, known: Known = NOBODY) -> list[Found]:
    """Return every place that may tell who asked, in order; none overlaps another."""
    # Composed first, or the places found would not fit the text its reader sees.
    text = unicodedata.normalize("NFC", text)
    flat = patterns.flattened(text)
    taken: list[Found] = []
    for kind, start, end in _all(text, flat, known):
        # The surest way of looking came first: a phone within a name is a phone.
        if not any(start < one.end and one.start < end for one in taken):
            taken.append(Found(kind, text[start:end], start, end))
    own = {_bare(one) for one in known.own}
    return sorted((one for one in taken if _bare(one.text) not in own), key=lambda one: one.start)


def refused(texts: Mapping[str, str], known: Known = NOBODY) -> list[Place]:
    """Return what must go, text by text."""
    return [place for place in places(texts, known) if place.kind in REFUSED]


def suggested(texts: Mapping[str, str], known: Known = NOBODY) -> list[Place]:
    """Return what a person must look at, text by text."""
    return [place for place in places(texts, known) if place.kind not in REFUSED]


def places(texts: Mapping[str, str], known: Known = NOBODY) -> list[Place]:
    """Return what `find` finds in several texts, each with the words around it."""
    return [
        _place(name, unicodedata.normalize("NFC", text), one)
        for name, text in texts.items()
        for one in find(text, known)
    ]


def mark(found: Sequence[Place]) -> str:
    """Return what stands for these suggestions: whoever sends it back has seen them, and no others."""
    seen = sorted({f"{place.kind}:{identifiers.folded(place.text)}" for place in found})
    # Of what was shown, not of where: moving a sentence asks nobody to look again.
    return sha256("\n".join(seen).encode()).hexdigest()[:16]


def _place(name: str, text: str, found: Found) -> Place:
    before = " ".join(text[max(0, found.start - AROUND) : found.start].split())
    after = " ".join(text[found.end : found.end + AROUND].split())
    gap = " " if text[: found.start][-1:].isspace() else ""
    behind = " " if text[found.end : found.end + 1].isspace() else ""
    more, still = "…" if found.start > AROUND else "", "…" if found.end + AROUND < len(text) else ""
    return Place(name, found.kind, f"{more}{before}{gap}", found.text, f"{behind}{after}{still}")


Hit = tuple[str, int, int]


def _all(text: str, flat: str, known: Known) -> Iterator[Hit]:
    """Yield what each way of looking finds, the surest first."""
    ways: tuple[Callable[[], Iterable[Hit]], ...] = (
        lambda: _matches("email", patterns.EMAIL, flat),
        lambda: _matches("ticket_code", patterns.TICKET_CODE, flat),
        lambda: _matches("phone", patterns.SPOKEN_PHONE, flat.lower()),
        lambda: patterns.numbers(flat, {_digits(one) for one in known.numbers} - {""}),
        lambda: _known(text, known.names),
        lambda: _matches("organisation", patterns.ORGANISATION, text),
        lambda: _matches("address", patterns.ADDRESS, text),
        lambda: patterns.people(text),
    )
    for way in ways:
        yield from way()


def _matches(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[Hit]:
    return ((kind, found.start(), found.end()) for found in pattern.finditer(text))


def _known(text: str, names: Sequence[str]) -> Iterator[Hit]:
    """Yield where a name on file stands, however it is written; a firm's without its legal form too."""
    letters = [(folded, place) for place, letter in enumerate(text) for folded in identifiers.folded(letter) or " "]
    plain = "".join(letter for letter, _place in letters)
    for name in names:
        # Nobody writes "Công ty TNHH một thành viên" twice; the rest of the name tells who it is.
        for said in {identifiers.folded(name), identifiers.folded(patterns.LEGAL_FORM.sub("", name))}:
            # One short word, such as "Mai", is a day as often as a person: it would mark every text.
            if len(said) < 4 or " " not in said:
                continue
            pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, said.split())) + r"(?!\w)"
            for found in re.finditer(pattern, plain):
                yield "requester", letters[found.start()][1], letters[found.end() - 1][1] + 1


def _digits(text: str) -> str:
    return re.sub(r"\D", "", patterns.flattened(text))


def _bare(text: str) -> str:
    """Return what two spellings of one number or address share."""
    digits = _digits(text)
    # The hotline stands as 0261… on paper and as +84 261… in its settings.
    home = f"0{digits[2:]}" if digits.startswith("84") and len(digits) > 10 else digits
    return home if len(digits) >= 8 else "".join(text.lower().split())
