"""Walk a mail's parts within bounds: nothing here raises, recurses or grows with how a mail was built to hurt."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from requests_desk.doors.mail.headers import Headers

DEEPEST = 40
MOST_PARTS = 400
MOST_HEADER_BYTES = 512 * 1024
_END_OF_HEADERS = re.compile(rb"\r?\n[ \t]*\r?\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf: its headers, where its body lies in the mail, and the kinds of the parts around it."""

    raw: bytes
    headers: Headers
    start: int
    end: int
    within: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Return its content type in lower case; a broken one is plain text, as RFC 2045 has it."""
        said = self.headers.word("content-type")
        return said if re.fullmatch(r"[\w.+-]+/[\w.+-]+", said) else "text/plain"

    @property
    def filename(self) -> str:
        """Return the file name it gives itself, unchecked."""
        named = self.headers.parameters("content-disposition").get("filename")
        return named or self.headers.parameters("content-type").get("name", "")

    @property
    def is_file(self) -> bool:
        """Tell whether it is something to download rather than the words of the mail."""
        if self.headers.word("content-disposition") == "attachment":
            return True
        return self.kind not in ("text/plain", "text/html") or bool(self.filename)

    def content(self, most: int | None = None) -> bytes:
        """Return the body, or about its first `most` bytes, as it was before it was coded for the way.

        Broken coding gives what can be read.
        """
        # Twice what is wanted: base64 takes a third more, and few texts are coded letter by letter.
        body = self.raw[self.start : self.end if most is None else min(self.end, self.start + 2 * most)]
        coding = self.headers.word("content-transfer-encoding")
        if coding == "base64":
            return _from_base64(body)
        return binascii.a2b_qp(body) if coding == "quoted-printable" else body


@dataclass(slots=True)
class Walk:
    """The leaves of a mail in their order, and what was too much of it."""

    top: Headers
    start: int
    parts: list[Part]
    is_too_deep: bool = False
    has_too_many: bool = False


def walk(raw: bytes) -> Walk:
    """Return every leaf of a mail. Deeper than DEEPEST, or past MOST_PARTS, the rest is one part nobody opens."""
    top, start = headers_at(raw, 0, len(raw))
    done = Walk(top, start, [])
    # A list and no recursion: 300 levels of parts would end the reader, not the mail.
    waiting = [(Part(raw, top, start, len(raw)), 0)]
    while waiting:
        part, depth = waiting.pop()
        if len(done.parts) >= MOST_PARTS:
            done.has_too_many = True
            break
        # Never all of them: a million empty parts fit into a mail of a few megabytes.
        inner = list(islice(_inner(part), MOST_PARTS + 1)) if part.kind.startswith("multipart/") else []
        if not inner:
            done.parts.append(part)
        # Kept as a file nobody opens: refusing the mail would lose what its sender wrote above it.
        elif depth >= DEEPEST:
            done.is_too_deep = True
            done.parts.append(part)
        else:
            waiting += [(one, depth + 1) for one in reversed(inner)]
    return done


def headers_at(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Return the headers that begin at `start` and where the body after them begins."""
    if raw[start : start + 2] == b"\r\n" or raw[start : start + 1] == b"\n":
        return Headers(()), start + (2 if raw[start : start + 1] == b"\r" else 1)
    gap = _END_OF_HEADERS.search(raw, start, min(end, start + MOST_HEADER_BYTES))
    if gap is None:
        return Headers.read(raw[start : min(end, start + MOST_HEADER_BYTES)]), min(end, start + MOST_HEADER_BYTES)
    return Headers.read(raw[start : gap.start()]), gap.end()


def _inner(part: Part) -> Iterator[Part]:
    boundary = re.search(
        rb'boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', part.headers.raw("content-type"), re.I
    )
    if boundary is None:
        return
    delimiter = b"--" + (boundary[1] or boundary[2])
    begun, within = None, (*part.within, part.kind)
    for place, after, is_last in _delimiters(part, delimiter):
        if begun is not None:
            yield _leaf(part.raw, begun, max(begun, place), within)
        begun = after
        if is_last:
            return
    if begun is not None:  # cut off on the way: what came is what there is
        yield _leaf(part.raw, begun, part.end, within)


def _delimiters(part: Part, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield where each part ends, where the next begins, and whether none does: plain searches, however large it is."""
    raw, place = part.raw, part.raw.find(delimiter, part.start, part.end)
    while place >= 0:
        line_end = raw.find(b"\n", place, part.end)
        line_end = part.end if line_end < 0 else line_end + 1
        rest = raw[place + len(delimiter) : min(line_end, place + len(delimiter) + 80)].strip()
        # A boundary quoted within a line is text, such as of a mail that was forwarded as text.
        starts_line = place == part.start or raw[place - 1 : place] == b"\n"
        if starts_line and rest in (b"", b"--"):
            before = place - (2 if raw[place - 2 : place] == b"\r\n" else 1)
            yield before, line_end, rest == b"--"
        place = raw.find(delimiter, line_end, part.end)


def _leaf(raw: bytes, start: int, end: int, within: tuple[str, ...]) -> Part:
    headers, body = headers_at(raw, start, max(start, end))
    return Part(raw, headers, body, max(body, end), within)


def _from_base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        bare = _NOT_BASE64.sub(b"", body)
        # One letter too many is what a cut leaves; all before it can still be read.
        bare = bare[: len(bare) - (len(bare) % 4 == 1)]
        return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
