"""Tell what a mail says anew from what it quotes and how it signs off, in Vietnamese and English. Nothing is cut."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from requests_desk.people import identifiers

SAID, QUOTED, SIGNATURE = "said", "quoted", "signature"
LONGEST_LINE = 500
# "On Monday … wrote:", "Vào Th 2, 23 thg 11, 2026 vào lúc 08:00 … đã viết:", "Ngày 23/11/2026 … viết:".
_WROTE = re.compile(
    r"\s*(?:on\b.{3,400}\bwrote|(?:vào|lúc|ngày)\b.{3,400}\bviết"
    r"|.{1,200}<[^<>\s]+@[^<>\s]+>\s*(?:wrote|đã viết))\s*:\s*",
    re.I,
)
_BEGINS_WROTE = re.compile(r"\s*(?:on|vào|ngày)\b.{3,200}", re.I)
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:original message|thư gốc|tin nhắn gốc|thư ban đầu|tin nhắn ban đầu)\s*-{2,}\s*", re.I
)
_LABEL = (
    r"(?:from|từ|người gửi|sent|date|đã gửi|ngày|ngày gửi|gửi lúc|to|đến|tới|gửi tới|người nhận|cc|subject|chủ đề"
    r"|tiêu đề)"
)
_HEADER = re.compile(rf"\s*\**({_LABEL})\s*:\**\s*\S.*", re.I)
_FROM = frozenset({"from", "từ", "người gửi"})
_SIGNS_OFF = re.compile(
    r"--\s*|\s*(?:sent from (?:my|mail|outlook|yahoo)\b|get outlook for|(?:được |đã )?gửi từ (?:iphone|ipad|điện thoại"
    r"|thiết bị|hộp thư|outlook|thư|yahoo|galaxy|samsung|zalo|tài khoản)|lấy outlook cho|tải outlook cho).{0,200}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of lines of one kind: `said`, `quoted` or `signature`."""

    kind: str
    text: str


def fold(text: str) -> list[Piece]:
    """Return a text in pieces that together are the text, to the letter.

    Where nothing would be left to read, it is all said: a mail passed on is what it passes on.
    """
    lines = text.split("\n")
    kinds = _kinds(lines)
    if not any(kind == SAID and line.strip() for kind, line in zip(kinds, lines, strict=True)):
        return [Piece(SAID, text)]
    pieces, place = [], 0
    for kind, run in groupby(kinds):
        after = place + len(list(run))
        end = "" if after == len(lines) else "\n"
        pieces.append(Piece(kind, "\n".join(lines[place:after]) + end))
        place = after
    return pieces


def said(text: str) -> str:
    """Return what a mail says anew, alone."""
    return "".join(piece.text for piece in fold(text) if piece.kind == SAID).strip()


def _kinds(lines: list[str]) -> list[str]:
    kinds: list[str] = []
    now = SAID
    place = 0
    while place < len(lines):
        taken = _intro(lines, place)
        if taken:
            # Marked lines end by themselves, and who answers between them is heard; others run to the end.
            is_marked = _next_full(lines, place + taken).startswith(">")
            kinds += [QUOTED] * taken
            place += taken
            if is_marked:
                continue
            return kinds + [QUOTED] * (len(lines) - place)
        line = lines[place]
        if line.startswith(">"):
            kinds.append(QUOTED)
            now = SAID
        else:
            now = SIGNATURE if now == SIGNATURE or _SIGNS_OFF.fullmatch(line[:LONGEST_LINE]) else SAID
            kinds.append(now if line.strip() or not kinds or kinds[-1] == SAID or now == SIGNATURE else kinds[-1])
        place += 1
    return kinds


def _intro(lines: list[str], place: int) -> int:
    """Return how many lines from here introduce a quotation: none, the line or two of "wrote", a block of headers."""
    line = lines[place][:LONGEST_LINE]
    if _WROTE.fullmatch(line) or _ORIGINAL.fullmatch(line):
        return 1
    after = lines[place + 1][:LONGEST_LINE] if place + 1 < len(lines) else ""
    if after and _BEGINS_WROTE.match(line) and _WROTE.fullmatch(f"{line} {after}"):
        return 2
    rule = 1 if re.fullmatch(r"\s*[_-]{8,}\s*", line) else 0
    labels = [
        found[1].lower()
        for one in lines[place + rule : place + rule + 5]
        if (found := _HEADER.fullmatch(one[:LONGEST_LINE]))
    ]
    if len(labels) >= 3 and labels[0] in _FROM and _HEADER.fullmatch(lines[place + rule][:LONGEST_LINE]):
        return rule + len(labels)
    return 0


def _next_full(lines: list[str], place: int) -> str:
    return next((line for line in lines[place : place + 3] if line.strip()), "")


def order_of(text: str, words: tuple[str, ...]) -> str | None:
    """Return what follows a first line that is one of `words` (folded), or None where the first line is another."""
    first, _line, rest = text.strip().partition("\n")
    return rest.strip() if identifiers.folded(first) in words else None
