"""How alike two requests read, whatever their marks, short forms and order of words: pure, and explained in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from requests_desk.library.short_forms import SHORT, WHOLE
from requests_desk.people.identifiers import folded

# Longer texts repeat themselves: what is asked stands in the beginning.
READ = 2_000
GIST_LENGTH = 600
# What is said in every letter and every call: it likens nothing.
FILLER = frozenset(
    """a ah ak anh ai ay ba ben bi boi cac cai cam chao chi cho chua co cua cung da dang dau dear de den di do don duoc
    em gi giup gium gui ha hay hoi i kinh khi khong la lai lam len may minh moi mong muon nao nay neu nghi ngay nhe
    nho nhu nhung o oi on phai qua quy ra re regards roi sang sao se sir tat thanks the theo thi thoi toi trong tren
    tro tu uh va van vay ve vi viec voi vui long xin xem""".split()
)
# Words of every office: two requests that share these alone are about different things.
COMMON = frozenset(
    """ban bao biet bo can cap chinh chung con cong cung dia dich diem dieu dinh doanh don dong dung giai giay han hanh
    ho hoat huong kien kinh ky le ly nam nghiep nguoi nhan nop phep phu quan quyet so tai tang thang the thoi thong
    thu thuoc thuong tieu tin tinh tnhh to tra tran truong tuc ty vu xa xac yeu""".split()
)


# Set by the pairs in the tests: how much a text must say to be known by, and how containing weighs against sharing.
ENOUGH = 8.0
BY_CONTAINED = 0.5
MOST_RUNS = 3


class Word(NamedTuple):
    """A syllable as it is compared, and as it was written."""

    folded: str
    written: str


class Likeness(NamedTuple):
    """How alike, from 0 to 1, and the runs of words both say, as the first wrote them, the longest first."""

    score: float
    shared: list[str]


def words(text: str) -> list[Word]:
    """Return what a text says: short forms written out, marks kept beside, the filler of letters left out."""
    text = unicodedata.normalize("NFC", text[:READ])
    for pattern, whole in WHOLE:
        text = pattern.sub(whole, text)
    found = []
    for written in re.findall(r"[^\W_]+", text):
        bare = folded(written)
        for syllable in SHORT.get(bare, bare).split():
            if syllable not in FILLER:
                found.append(Word(syllable, written))
    return found


def spoken(text: str) -> str:
    """Return a text as phrases are looked for in it: folded, with short forms written out."""
    text = unicodedata.normalize("NFC", text[:READ])
    for pattern, whole in WHOLE:
        text = pattern.sub(whole, text)
    return " ".join(SHORT.get(word, word) for word in folded(text).split())


def gist(text: str) -> str:
    """Return the words of a text as they are kept to be compared."""
    return " ".join(word.folded for word in words(text))[:GIST_LENGTH]


def of_gist(kept: str) -> list[Word]:
    """Return the words that were kept of a text."""
    return [Word(syllable, syllable) for syllable in kept.split()]


def compare(one: Sequence[Word], other: Sequence[Word]) -> Likeness:
    """Return how alike two lists of words are: shared syllables and pairs of them, weighed by what they tell apart."""
    first, second = _features(one), _features(other)
    lesser = min(sum(first.values()), sum(second.values()))
    if not lesser:
        return Likeness(0.0, [])
    common = sum(min(weight, second[feature]) for feature, weight in first.items() if feature in second)
    contained = common / lesser
    dice = 2 * common / (sum(first.values()) + sum(second.values()))
    # A text of three words lies within many: it must say enough to be known by.
    enough = min(1.0, lesser / ENOUGH)
    return Likeness(round((BY_CONTAINED * contained + (1 - BY_CONTAINED) * dice) * enough, 3), _runs(one, other))


def _features(said: Sequence[Word]) -> dict[str, float]:
    syllables = [word.folded for word in said]
    found = {syllable: _weight(syllable) for syllable in syllables}
    for left, right in pairwise(syllables):
        found[f"{left} {right}"] = (_weight(left) + _weight(right)) / 2
    return found


def _weight(syllable: str) -> float:
    if syllable.isdigit():
        return 1.5 if len(syllable) > 2 else 0.5
    return 0.3 if syllable in COMMON else 1.0


def _runs(one: Sequence[Word], other: Sequence[Word]) -> list[str]:
    """Return the longest runs of words of the first that the second has too, in whatever order it has them."""
    there = {word.folded for word in other}
    pairs = set(pairwise(word.folded for word in other))
    runs: list[list[Word]] = []
    for before, word in zip([None, *one], one, strict=False):
        if word.folded not in there:
            continue
        joins = before is not None and runs and runs[-1][-1] is before and (before.folded, word.folded) in pairs
        if joins:
            runs[-1].append(word)
        else:
            runs.append([word])
    telling = [run for run in runs if sum(_weight(word.folded) for word in run) >= 1]
    longest = sorted(telling, key=lambda run: -sum(_weight(word.folded) for word in run))[:MOST_RUNS]
    return [_written(run) for run in longest]


def _written(run: Iterable[Word]) -> str:
    """Join a run; a short form written out stands once."""
    said: list[str] = []
    for word in run:
        if not said or said[-1] != word.written or len(word.written) > 5:
            said.append(word.written)
    return " ".join(said)
