"""The words a document is found by: folded, so that nobody needs the marks, in PostgreSQL's full text.

Vietnamese is written in syllables, and any long text holds most of the common ones. So each neighbouring pair is a
word of its own beside the single ones: what a text says is found by its pairs, which no index has to look into the
text for; the fields of a document, short as they are, by single words too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import CharField, Func, Value
from django.utils import translation

from requests_desk.library.models import Document
from requests_desk.library.short_forms import SHORT
from requests_desk.people import identifiers

# A text is searched as far as this many letters: some 60 pages, within what a row's words may take (1 MB).
TEXT_SEARCHED = 150_000
LONGEST_WORD = 40
MOST_WORDS = 12
# Precomposed letters of Vietnamese to plain ones, one for one: places in a text stay what they were.
_PLAIN = str.maketrans(
    {
        letter: plain
        for plain, letters in {
            "a": "àáảãạăằắẳẵặâầấẩẫậ",
            "d": "đ",
            "e": "èéẻẽẹêềếểễệ",
            "i": "ìíỉĩị",
            "o": "òóỏõọôồốổỗộơờớởỡợ",
            "u": "ùúủũụưừứửữự",
            "y": "ỳýỷỹỵ",
        }.items()
        for letter in letters
    }
)


class _Vector(Func):
    """The words of a list, as they are: no dictionary and no parser touches them."""

    function = "array_to_tsvector"
    output_field: ClassVar[Any] = SearchVectorField()


class _Query(SearchQuery):
    """The words of a search, as they are."""

    template = "(%(expressions)s)::tsquery"


def words(text: str) -> list[str]:
    """Return the folded words of a text in their order, short forms written out: *UBND* is *uy ban nhan dan*.

    What is longer than any word is left out.
    """
    written = identifiers.folded(text).split()
    return [one for word in written if len(word) <= LONGEST_WORD for one in SHORT.get(word, word).split()]


def pairs(folded: Sequence[str]) -> list[str]:
    """Return each word with its neighbour."""
    return [f"{one} {next_}" for one, next_ in pairwise(folded)]


def keep(document: Document, *, text: str) -> None:
    """Write the words of a document's fields and of its file's text."""
    title = words(" ".join((str(document.number), document.abstract, document.issuer, _type(document))))
    said = words(text[:TEXT_SEARCHED])
    Document.objects.filter(pk=document.pk).update(
        title_words=_vector([*title, *pairs(title)]),
        # No empty vector: an index would hold a row for every scan that nothing can be found in.
        text_words=_vector([*said, *pairs(said)]) if said else None,
    )


def query_of(tokens: Sequence[str]) -> SearchQuery:
    """Return a query for rows that hold every one of `tokens`, words or pairs as `words` and `pairs` give them."""
    # Folded words hold letters and digits alone: nothing in them ends a quotation.
    return _Query(" & ".join(f"'{token}'" for token in tokens))


def plain(text: str) -> str:
    """Return a text in small letters without marks, letter for letter as long as it was."""
    small = text.lower()
    # A few letters grow when they are made small; places in the text would no longer fit.
    return (small if len(small) == len(text) else text).translate(_PLAIN)


def pattern_of(typed: str) -> re.Pattern[str]:
    """Return what finds the words of a search in a `plain` text: runs of them as they were typed, then each alone."""
    folded, short = words(typed)[:MOST_WORDS], identifiers.folded(typed).split()[:MOST_WORDS]
    beginnings = [one[:end] for one in (folded, short) for end in range(len(one), 1, -1)]
    # The longest first: a pattern takes what comes first, and a whole phrase tells more than its words.
    runs = [r"[\W_]+".join(map(re.escape, one)) for one in sorted(beginnings, key=len, reverse=True)]
    alone = sorted(map(re.escape, {*folded, *short}), key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join([*runs, *alone])})(?![^\W_])")


def _vector(tokens: Sequence[str]) -> _Vector:
    distinct = sorted(set(tokens))
    return _Vector(Value(distinct, output_field=ArrayField(CharField())))


def _type(document: Document) -> str:
    # Found by its Vietnamese name in whatever language the page is read: documents are Vietnamese.
    with translation.override("vi"):
        return str(document.get_document_type_display())
