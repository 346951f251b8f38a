"""Headers as bytes: unfolded, decoded for people, and addresses taken from the raw ASCII alone."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote_to_bytes

from requests_desk.doors.mail import charsets

LONGEST = 20_000  # of one header that is shown to people
MOST_HEADERS = 1_000
MOST_ADDRESSES = 50
_WORD = re.compile(rb"=\?([!-)+->@-~]{1,60})\?([BbQq])\?([^?\s]*)\?=")
_BETWEEN = re.compile(rb"(\?=)[ \t\r\n]+(?==\?)")
_QUOTED = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.S)
_ADDRESS = re.compile(rb"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_ID = re.compile(r"<[^<>\s]{1,900}>")
_PARAMETER = re.compile(rb';\s*([\w.-]{1,60})(\*\d{1,3})?(\*)?\s*=\s*("[^"\\]*(?:\\.[^"\\]*)*"|[^;]*)', re.S)


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of one part, names in lower case, values unfolded and raw, in their order."""

    rows: tuple[tuple[str, bytes], ...]

    @classmethod
    def read(cls, block: bytes) -> Headers:
        """Read a block of headers; a line that is none is passed over."""
        rows: list[tuple[str, bytes]] = []
        # Bytes, not the email package: its modern policy raises over an empty Message-ID and lets an encoded word
        # stand within an address.
        for line in re.sub(rb"\r?\n(?=[ \t])", b"", block).splitlines()[:MOST_HEADERS]:
            name, colon, value = line.partition(b":")
            if colon and name.strip() and name.isascii() and b" " not in name.strip():
                rows.append((name.strip().lower().decode(), value.strip()))
        return cls(tuple(rows))

    def raw(self, name: str) -> bytes:
        """Return the first header of this name, raw, or nothing."""
        return next((value for key, value in self.rows if key == name), b"")

    def every(self, name: str) -> list[bytes]:
        """Return all headers of this name, the topmost first."""
        return [value for key, value in self.rows if key == name]

    def word(self, name: str) -> str:
        """Return a header of plain words in lower case: `auto-replied`, `list`."""
        return self.raw(name)[:LONGEST].split(b";")[0].strip().lower().decode("ascii", "replace")

    def text(self, name: str) -> str:
        """Return a header decoded for people."""
        return decode(self.raw(name))

    def ids(self, name: str) -> list[str]:
        """Return the message ids in a header."""
        return _ID.findall(self.raw(name)[:100_000].decode("ascii", "replace"))

    def parameters(self, name: str) -> dict[str, str]:
        """Return the parameters of a header, such as `boundary`, RFC 2231 pieces joined."""
        return parameters(self.raw(name))


def decode(raw: bytes) -> str:
    """Return a header as people read it: encoded words and bare 8-bit bytes alike. Never raises."""
    raw = _BETWEEN.sub(rb"\1", raw[:LONGEST])
    parts: list[tuple[str, bytes]] = []  # bytes of one charset may be cut in the middle of a letter
    place = 0
    for found in _WORD.finditer(raw):
        if found.start() > place:
            # Bare 8-bit bytes between encoded words are common in mail of old Vietnamese programs.
            parts.append(("", raw[place : found.start()]))
        charset = found[1].partition(b"*")[0].decode("ascii", "replace").lower()
        piece = _base64(found[3]) if found[2] in b"Bb" else binascii.a2b_qp(found[3], header=True)
        if parts and parts[-1][0] == charset and found.start() == place:
            parts[-1] = (charset, parts[-1][1] + piece)
        else:
            parts.append((charset, piece))
        place = found.end()
    parts.append(("", raw[place:]))
    text = "".join(charsets.read(piece, charset) for charset, piece in parts)
    return " ".join(charsets.tidy(charsets.legacy(text)).split())


def _base64(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return text


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of a header: the raw ASCII it is known by, in lower case, and the name shown beside it."""

    address: str
    name: str = ""


def mailboxes(raw: bytes) -> list[Mailbox]:
    """Return the first addresses of a header. What is not plain ASCII between the brackets is no address."""
    found = []
    for piece in _split(raw[: MOST_ADDRESSES * 400]):
        address, name = _mailbox(piece)
        if address:
            found.append(Mailbox(address, name))
    return found[:MOST_ADDRESSES]


def count(raw: bytes) -> int:
    """Return how many addresses a header seems to hold."""
    return raw.count(b"@") if raw else 0


def _split(raw: bytes) -> list[bytes]:
    """Cut at commas outside quotes; groups and comments are read as what they look like."""
    # A comma or bracket in a quoted name is no separator: "a@bank.vn, <x@evil>" is one sender.
    hidden = _QUOTED.sub(lambda quoted: b"\0" * len(quoted[0]), raw)
    cuts = [-1, *(place for place, letter in enumerate(hidden) if letter in b",;"), len(raw)]
    return [raw[first + 1 : last] for first, last in pairwise(cuts)]


def _mailbox(piece: bytes) -> tuple[str, str]:
    hidden = _QUOTED.sub(lambda quoted: b"\0" * len(quoted[0]), piece)
    # The last one, as servers deliver: a name may hold brackets of its own to look like another address.
    opened = hidden.rfind(b"<")
    if opened >= 0:
        inner, shown = piece[opened + 1 :].partition(b">")[0].strip(), piece[:opened]
    else:
        inner, shown = re.sub(rb"\([^()]*\)", b"", piece).strip(), b""
    if not _ADDRESS.fullmatch(inner):
        return "", ""
    name = decode(shown.strip().strip(b'"').replace(b'\\"', b'"').replace(b"\\\\", b"\\"))
    return inner.decode().lower(), name.strip("\"' ")


def parameters(raw: bytes) -> dict[str, str]:
    """Return the parameters after the first semicolon of a header."""
    pieces: dict[str, list[tuple[int, bool, bytes]]] = {}
    for found in _PARAMETER.finditer(raw[:LONGEST]):
        value = found[4].strip()
        if value.startswith(b'"') and value.endswith(b'"') and len(value) > 1:
            value = re.sub(rb"\\(.)", rb"\1", value[1:-1])
        # RFC 2231 cuts long names into numbered pieces, which need not come in order.
        number = int(found[2][1:]) if found[2] else 0
        pieces.setdefault(found[1].lower().decode("ascii", "replace"), []).append((number, bool(found[3]), value))
    return {name: _joined(sorted(rows)) for name, rows in pieces.items()}


def _joined(rows: list[tuple[int, bool, bytes]]) -> str:
    if not any(is_coded for _number, is_coded, _value in rows):
        return decode(b"".join(value for _number, _coded, value in rows))
    charset, raw = "", b""
    for place, (_number, is_coded, value) in enumerate(rows):
        piece = value
        if is_coded and place == 0 and value.count(b"'") >= 2:
            name, _language, piece = value.split(b"'", 2)
            charset = name.decode("ascii", "replace")
        raw += unquote_to_bytes(piece) if is_coded else piece
    return charsets.read(raw, charset)
