"""How a text is kept to be found, and how what is typed into a search box is asked of it: pure, no database.

Vietnamese writes a word as several syllables, and hurried people leave their marks out. Kept are the syllables without
marks, those with marks beside them, and pairs of neighbours, which are what most words are made of.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from requests_desk.library.short_forms import SAME, SHORT, WHOLE
from requests_desk.people.identifiers import folded

LONGEST_QUERY = 200
LONGEST_TEXT = 20_000
MOST_WORDS = 24  # of what is typed; a whole letter pasted into the box is known by its beginning
MOST_POSITION = 16_383
# What a question is wrapped in. A syllable typed with other marks is another word: "chợ" is no "cho".
FILLER = frozenset(
    """a ạ ai anh bao biết bị bởi cả các cái cần chị cho chúng có còn của cùng dạ do đâu đã đang đây đến để đi được
    em gì giúp hay hỏi kính khi không là làm lại mà mình mong một muốn nào này nếu nên ngoài nhé như nhưng những nhiêu
    ở phải ra rồi sao sẽ số tại tôi thế theo thì trong trên từ và vào vẫn vậy về với việc vui lòng xin ơi vậy ông bà
    quý ơn cám cảm bên hiện hiện nay trường hợp""".split()
)
# Syllables of every office: they tell little, and stand in most texts.
COMMON = frozenset(
    """ban bao bo can cap chinh chung cong cua cung dia dieu dinh doanh don dong dung duoc giai giay han hanh ho hoat
    huong kien kinh ky le ly nam nghiep nguoi nhan nop phep phu quan quy quyet so tai thang the thoi thong thu thuc
    thuoc thuong tieu tin tinh to tra truong tuc ty van viec vu xa xac yeu""".split()
)
_FOLDED_FILLER = frozenset(folded(word) for word in FILLER)
_LONGEST_SAME = max(len(phrase.split()) for phrase in SAME)


class Word(NamedTuple):
    """A syllable without its marks, and as it was written (lower case)."""

    folded: str
    written: str


@dataclass(frozen=True, slots=True)
class Query:
    """What to ask, as texts of tsquery: `every` word; where that finds too little one of `looser` after the other.

    What is found is ranked by how much it holds of what is `telling`, and less of what is `common`.
    """

    every: str
    looser: tuple[str, ...]
    telling: tuple[str, ...]
    common: tuple[str, ...]


def words(text: str) -> list[Word]:
    """Return the syllables of a text in order, short forms written out."""
    text = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
    for pattern, whole in WHOLE:
        text = pattern.sub(whole, text)
    found = []
    for written in re.findall(r"[^\W_]+", text.lower()):
        bare = folded(written)
        if long := SHORT.get(bare):
            found += [Word(syllable, syllable) for syllable in long.split()]
        elif bare:
            found.append(Word(bare, written))
    return found


def renamed(said: Sequence[str]) -> list[str]:
    """Return folded syllables with every former name given its present one; [] where there is none."""
    found: list[str] = []
    place, is_new = 0, False
    while place < len(said):
        for length in range(min(_LONGEST_SAME, len(said) - place), 0, -1):
            if new := SAME.get(" ".join(said[place : place + length])):
                found += new.split()
                place += length
                is_new = True
                break
        else:
            found.append(said[place])
            place += 1
    return found if is_new else []


def vector(*, title: str, question: str) -> str:
    """Return the tsvector of what is asked: title before question, syllables, marks and pairs."""
    return _vector([("A", words(title)), ("B", words(question))])


def lexemes(*texts: str) -> str:
    """Return the tsvector of all that is said, syllables alone and without places: whether, not where."""
    found: set[str] = set()
    for text in texts:
        said = [word.folded for word in words(text)]
        found |= {*said, *renamed(said)}
    return " ".join(f"'{one}'" for one in sorted(found))


def query(text: str) -> Query | None:
    """Return what to ask for a text as it was typed, or None where it holds no word."""
    typed = words(text[:LONGEST_QUERY])[:MOST_WORDS]
    if not typed:
        return None
    said = [word.folded for word in typed]
    # Asked by a former name, answered under the present one: provinces and departments were merged in 2025.
    now = renamed(said) or said
    # Who took the trouble of a mark meant that very word.
    marked = {word.folded for word in typed if word.written != word.folded and word.written not in FILLER}
    content = _unique(one for one in now if one in marked or one not in _FOLDED_FILLER) or _unique(now)
    pairs = _unique([*_pairs(now), *_pairs(said)])
    alone = _unique([*content, *(one for one in said if one in marked or one not in _FOLDED_FILLER)])
    single = [one for one in alone if one not in COMMON]
    good = [pair for pair in pairs if not {*pair.split("_")} <= COMMON | _FOLDED_FILLER]
    both = f"({any_of(single)}) & ({any_of(pairs)})" if single and pairs else ""
    return Query(
        every=" & ".join(f"'{one}'" for one in content),
        looser=tuple(one for one in (any_of(good), both, any_of(pairs or content)) if one),
        telling=tuple(_unique([*single, *pairs, *(word.written for word in typed if _is_marked(word))])),
        common=tuple(one for one in alone if one in COMMON),
    )


def covered(title: str, *, by: str) -> float:
    """Return how much of a title a text says, from 0 to 1: a syllable that stands everywhere weighs less."""
    said = {word.folded for word in words(by)}
    there = {*said, *renamed([word.folded for word in words(by)])}
    weights = {word.folded: 0.3 if word.folded in COMMON else 1.0 for word in words(title)}
    content = {one: weight for one, weight in weights.items() if one not in _FOLDED_FILLER}
    return sum(weight for one, weight in content.items() if one in there) / (sum(content.values()) or 1.0)


def any_of(lexemes: Iterable[str]) -> str:
    """Return the tsquery of what holds any of these."""
    return " | ".join(f"'{one}'" for one in lexemes)


def _is_marked(word: Word) -> bool:
    return word.written != word.folded


def _pairs(said: Sequence[str]) -> list[str]:
    return [f"{left}_{right}" for left, right in pairwise(said)]


def _unique(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found))


def _vector(parts: Sequence[tuple[str, Sequence[Word]]]) -> str:
    places: dict[str, list[str]] = {}
    place = 0
    for weight, said in parts:
        bare = [word.folded for word in said]
        for number, word in enumerate(said):
            # PostgreSQL counts places no further; beyond, words are still found, only not by nearness.
            place = min(place + 1, MOST_POSITION)
            after = [f"{word.folded}_{said[number + 1].folded}"] if number + 1 < len(said) else []
            for one in (word.folded, *([word.written] if _is_marked(word) else []), *after):
                places.setdefault(one, []).append(f"{place}{weight}")
        new = renamed(bare)
        for one in {*new, *_pairs(new)} - places.keys():
            places[one] = [f"{place}{weight}"]
    # Eight places of a word are enough to weigh it; PostgreSQL takes 256 and no row needs them.
    return " ".join(f"'{one}':{','.join(at[:8])}" for one, at in places.items())
