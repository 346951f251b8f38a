"""Find the questions of a request that asks several, numbered by whoever wrote it: pure, and no text is ever lost.

A number counts only where a list begins with it: at the start of a line, after the end of a sentence, or in brackets.
`Điều 1.`, dates, amounts and phone numbers never do, nor lists of legal grounds, enclosures or a sender's particulars.
Dashes are not numbers: they make questions only where every one of them ends in a question mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

# More than anybody asks in one letter; what numbers more is a table or a law.
MOST = 50
# How much of the line before a list, or a number, says what it counts.
_SEEN_BEFORE = 60


class Question(NamedTuple):
    """One question as it stands in the text: its number as written, and what follows up to the next one."""

    marker: str
    body: str

    @property
    def text(self) -> str:
        """Return what is asked, without the space and the joints of the list around it."""
        return _JOINT.sub("", self.body.strip()).strip()


class Split(NamedTuple):
    """A text in its parts, in order: what comes before the questions, them (none, or at least two), what follows."""

    before: str
    questions: tuple[Question, ...]
    after: str

    @property
    def joined(self) -> str:
        """Return the very text that was split."""
        return "".join([self.before, *(f"{one.marker}{one.body}" for one in self.questions), self.after])


class _Mark(NamedTuple):
    """Where a number stands, and what it counts."""

    start: int
    end: int
    value: int


class _Style(NamedTuple):
    """A way of numbering: `value` reads what the pattern found as a place in a list, 0 where it is none."""

    pattern: re.Pattern[str]
    value: Callable[[str], int]


def _ordinal(*names: str) -> Callable[[str], int]:
    places: Mapping[str, int] = {name: place for place, name in enumerate(names, 1)}
    return lambda found: places.get(" ".join(found.lower().split()), 0)


def _letter(alphabet: str) -> Callable[[str], int]:
    return lambda found: alphabet.find(found.lower()) + 1


_JOINT = re.compile(r"(?:[,;]\s*(?:và|and)?|\s(?:và|and))$")
_LINE = r"(?:^|(?<=\n))[ \t]*"
# Inside a line a list goes on after the end of a sentence, a colon or a semicolon.
_INLINE = r"(?:^|(?<=[\n.:;?!,] )|(?<=[\n:;?!]))[ \t]*"
_ORDINAL = r"(?=[\s,:.])(?!\s*,?\s*(?:ngày|tuần|\d))[,:.]?"
_FIRST = _ordinal("thứ nhất", "thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "thứ tám", "thứ chín")
_ONE_IS = _ordinal("một là", "hai là", "ba là", "bốn là", "năm là", "sáu là", "bảy là", "tám là", "chín là")
_ENGLISH = _ordinal("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_VIETNAMESE, _LATIN = "abcdđeghiklmnopqrstuvxy", "abcdefghijklmnopqrstuvwxyz"
_IN_BRACKETS = r"(?<![\w(])\((?P<n>{})\)"
# The surest first: of two lists that begin at the same place the first of these counts.
_STYLES = (
    _Style(
        re.compile(
            _INLINE + r"(?:câu|cau|ý|nội dung|vấn đề|question|q)(?:\s*(?:hỏi|hoi))?(?:\s*(?:số|so|no\.?))?"
            r"\s*(?P<n>\d{1,2})(?!\d)\s*(?:[.:)/](?!\d)|-(?=\s))",
            re.IGNORECASE,
        ),
        int,
    ),
    _Style(re.compile(_LINE + r"(?P<n>\d{1,2})(?:\s?[.):](?!\d)|/(?!\s?\d)|\s?[-–](?=\s))"), int),
    _Style(re.compile(_INLINE + r"(?P<n>thứ\s+\w+)" + _ORDINAL, re.IGNORECASE), _FIRST),
    _Style(re.compile(_INLINE + r"(?P<n>\w{2,4}\s+là)(?=[\s,:])[,:]?", re.IGNORECASE), _ONE_IS),
    _Style(re.compile(_INLINE + r"(?P<n>\w{1,12}?)(?:ly)?[,:](?=\s)", re.IGNORECASE), _ENGLISH),
    _Style(re.compile(_LINE + r"(?P<n>[a-zđ])\s?[.)](?=\s?\w)", re.IGNORECASE), _letter(_VIETNAMESE)),
    _Style(re.compile(_LINE + r"(?P<n>[a-z])\s?[.)](?=\s?\w)", re.IGNORECASE), _letter(_LATIN)),
    _Style(re.compile(_IN_BRACKETS.format(r"\d{1,2}")), int),
    _Style(re.compile(_IN_BRACKETS.format("[a-zđ]")), _letter(_VIETNAMESE)),
    _Style(re.compile(_IN_BRACKETS.format("[a-z]")), _letter(_LATIN)),
    _Style(re.compile(_INLINE + r"(?P<n>\d{1,2})(?:[.)](?!\d)|/(?![\s\d]))"), int),
)
_DASH = re.compile(_LINE + r"[-–+*•●]\s*(?=\w)")
# What a number belongs to when it follows one of these: a place in a law, a date, a form.
_CITED = re.compile(
    r"\b(?:điều|khoản|điểm|mục|chương|phần|tiết|phụ lục|mẫu|mẫu số|bảng|biểu|số|quý|tháng|ngày|tổ|lô|khu|đường|quốc lộ|"
    r"tầng|khóa|lần|article|clause|point|section|annex|no\.?)\s*$",
    re.IGNORECASE,
)
# A heading that says that what it lists is not asked.
_NOT_ASKED = re.compile(
    r"kèm theo|gửi kèm|đính kèm|căn cứ|nơi nhận|thông tin liên hệ|thông tin (?:doanh nghiệp|công ty|người)|"
    r"hồ sơ đã nộp|enclos|attach|^\s*điều\s+\d+",
    re.IGNORECASE,
)
_PARTICULARS = re.compile(
    r"\s*(?:tên|họ (?:và )?tên|mst|mã số|địa chỉ|điện thoại|sđt|đt|số điện thoại|email|e-mail|thư điện tử|"
    r"người liên hệ|người đại diện|chức vụ|fax|name|tax code|address|phone|company)\b[^\n?]{0,40}:",
    re.IGNORECASE,
)
# The last question ends at an empty line, or where the letter takes its leave.
_LEAVE = re.compile(
    r"(?:(?<=[.?!;…])\s{1,9}|\n[ \t]*)(?=(?:rất mong|kính mong|mong (?:nhận|quý|sớm|được)|trân trọng|"
    r"xin (?:chân thành )?cảm ơn|(?:em|tôi|chúng tôi|công ty)\s(?:xin )?(?:chân thành )?cảm ơn|cảm ơn|cám ơn|"
    r"chân thành cảm ơn|kính thư|"
    r"(?:kính )?đề nghị (?:quý )?(?:sở|cơ quan|phòng|ubnd)?\s?(?:sớm )?(?:trả lời|phản hồi)|"
    r"a reply|please reply|we look forward|looking forward|thanks|thank you|best regards|regards|sincerely|yours)\b)"
    r"|\n[ \t]*\n",
    re.IGNORECASE,
)


def split(text: str) -> Split:
    """Return the parts of `text`; `split(text).joined == text` whatever it is. Expects NFC, as texts are kept."""
    leaves = [match.start() for match in _LEAVE.finditer(text)]
    lists = [marks for style in _STYLES for marks in _lists(text, style)]
    found = [one for marks in lists if (one := _cut(text, marks, leaves))]
    if not found:
        found = [one for one in [_dashed(text, leaves)] if one]
    # The outermost list begins first; of two beside each other, the one that asks.
    return max(found, key=_asks, default=Split(text, (), ""))


def questions(text: str) -> tuple[str, ...]:
    """Return what a text asks, one by one, where it numbers several questions; nothing where it asks one."""
    return tuple(one.text for one in split(text).questions)


def _asks(found: Split) -> tuple[bool, int, int]:
    asking = sum("?" in one.body for one in found.questions)
    return asking * 2 >= len(found.questions), -len(found.before), len(found.questions)


def _lists(text: str, style: _Style) -> Iterator[list[_Mark]]:
    """Yield each run of numbers that counts 1, 2, 3 …; whatever is out of turn belongs to the question it stands in."""
    run: list[_Mark] = []
    for mark in _marks(text, style):
        if mark.value == 1:
            if len(run) > 1:
                yield run
            run = [mark]
        elif run and mark.value == len(run) + 1:
            run.append(mark)
    if len(run) > 1:
        yield run


def _marks(text: str, style: _Style) -> Iterator[_Mark]:
    for match in style.pattern.finditer(text):
        start = match.end() - len(match.group().lstrip())
        line = _line_before(text, start)
        if (value := style.value(match["n"])) and not _CITED.search(line):
            yield _Mark(start, match.end(), value)


def _cut(text: str, marks: list[_Mark], leaves: Sequence[int]) -> Split | None:
    """Return the text cut at these numbers, None where they number anything but questions."""
    if len(marks) > MOST or _NOT_ASKED.search(_heading(text, marks[0].start)):
        return None
    ends = [mark.start for mark in marks[1:]]
    ends.append(_first_from(leaves, marks[-1].end, len(text)))
    asked = tuple(Question(text[m.start : m.end], text[m.end : end]) for m, end in zip(marks, ends, strict=True))
    if not all(any(letter.isalpha() for letter in one.text) for one in asked):
        return None
    if sum(bool(_PARTICULARS.match(one.body)) for one in asked) * 2 >= len(asked):
        return None
    return Split(text[: marks[0].start], asked, text[ends[-1] :])


def _heading(text: str, start: int) -> str:
    """Return the end of the line that leads to a list."""
    before = text[max(0, start - 2 * _SEEN_BEFORE) : start].rstrip()
    return before.rpartition("\n")[2][-_SEEN_BEFORE:]


def _line_before(text: str, start: int) -> str:
    return text[max(0, start - _SEEN_BEFORE) : start].rpartition("\n")[2]


def _first_from(places: Sequence[int], start: int, end: int) -> int:
    at = bisect_left(places, start)
    return places[at] if at < len(places) else end


def _dashed(text: str, leaves: Sequence[int]) -> Split | None:
    starts = [(match.end() - len(match.group().lstrip()), match.end()) for match in _DASH.finditer(text)]
    if len(starts) < 2:
        return None
    found = _cut(text, [_Mark(*where, place) for place, where in enumerate(starts, 1)], leaves)
    return found if found and all(one.text.endswith("?") for one in found.questions) else None
