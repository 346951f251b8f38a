"""Mails nobody would write: real ones cut, spliced and bent, and ones grown from the grammar of MIME gone wrong."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

from hypothesis import strategies as st

from requests_desk.doors.mail.reading import read
from requests_desk.tickets import folding
from requests_desk.tickets.mail_words import Nature, Parsed
from tests.support.raw_mail import a_mail, a_report, with_file

SLOWEST = 5.0  # seconds for one small mail: half of what any mail may take
CHARSETS = "utf-8 windows-1258 x-viet-tcvn5712 iso-2022-jp utf-7 utf-16 hex idna \x00 ''".split(" ")
CODINGS = "base64 quoted-printable 8bit x-uuencode BASE64;x".split(" ")
KINDS = """
    text/plain text/html multipart/mixed multipart/alternative multipart/report message/rfc822 message/delivery-status
    application/pdf image/png text/rfc822-headers multipart/ / text
""".split()
NAMES = """
    From To Cc Subject Date Message-ID References In-Reply-To Content-Type Content-Disposition Received List-Id
    Content-Transfer-Encoding Authentication-Results Auto-Submitted Precedence Return-Path X-Desk-Key Delivered-To
""".split()
PDF = b"%PDF-1.7\n%%EOF\n"
PIECES = [
    b"=?utf-8?B?", b"=?utf-8?q?=C4=91?=", b"?=", b"<", b">", b'"', b"\\", b"(", b")", b"@", b",", b";", b"=", b"../x",
    b"*0*=utf-8''%", b"\r\n", b"\n", b"\r", b"\r\n ", b"\r\n\r\n", b"--q", b"--q--", b"--", b"\x00", b"\xff\xfe",
    b"\xed\xa0\x80", b"boundary=q", b"filename=../x", b"On Mon x wrote:", b"> ", b"<div>", b"<![CDATA[", b"&#xD800;",
    b"<!--", b"-- \r\n", "Vào đã viết:".encode(),
]  # fmt: skip
CORPUS = [
    a_mail(),
    a_mail("Xin chào\n\nVào Th 2, 23 thg 11 A <a@x.example> đã viết:\n> cũ"),
    a_mail("<p>Xin <b>chào</b></p>", Content_Type="text/html; charset=utf-8"),
    a_report("<0123456789abcdef0123456789abcdef@localhost>"),
    with_file("don.pdf", PDF),
    with_file("=?utf-8?b?xJHGoW4ucGRm?=", b"PK\x03\x04" + b"\0" * 40),
]


def noise(size: int = 60) -> st.SearchStrategy[bytes]:
    """Return bytes of any kind, rich in what means something to somebody."""
    return st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=size).map(b"".join)


def values() -> st.SearchStrategy[bytes]:
    """Return the value of a header, right or wrong."""
    typed = st.builds(
        lambda kind, charset, rest: f'{kind}; charset="{charset}"; boundary=q'.encode("utf-8", "replace") + rest,
        st.sampled_from(KINDS), st.sampled_from(CHARSETS), noise(4),
    )  # fmt: skip
    return st.one_of(typed, st.sampled_from(CODINGS).map(str.encode), noise(8))


def headers() -> st.SearchStrategy[bytes]:
    """Return a block of headers."""
    one = st.builds(lambda name, value: name.encode() + b": " + value + b"\r\n", st.sampled_from(NAMES), values())
    return st.lists(one, max_size=8).map(b"".join)


def grown() -> st.SearchStrategy[bytes]:
    """Return a mail of parts within parts, all with the same delimiter."""
    leaf = st.builds(lambda head, body: head + b"\r\n" + body, headers(), noise(20))
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            lambda head, parts, end: (
                head + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n" + b"\r\n--q\r\n".join(parts) + end
            ),
            headers(),
            st.lists(inner, max_size=4),
            st.sampled_from([b"\r\n--q--\r\n", b"", b"\r\n--q--"]),
        ),
        max_leaves=12,
    )


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """Return a real mail with pieces cut out, put in, doubled and changed."""
    raw = draw(st.sampled_from(CORPUS))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(raw)))
        cut = draw(st.integers(0, 40))
        raw = raw[:place] + draw(noise(3)) + raw[place + cut :]
    return raw


def any_mail() -> st.SearchStrategy[bytes]:
    """Return a mail of any of these kinds."""
    return st.one_of(grown(), bent(), noise(80))


def judge(raw: bytes, *, reader: Callable[[bytes], Parsed] = read) -> Parsed:
    """Read one, and hold it to what every mail must become: words a database keeps, addresses nobody can bend."""
    began = time.perf_counter()
    parsed = reader(raw)
    assert time.perf_counter() - began < SLOWEST
    texts = (parsed.text, parsed.html, parsed.subject, parsed.sender_name, *(file.name for file in parsed.files))
    for text in texts:
        assert "\x00" not in text
        text.encode("utf-8")
    assert unicodedata.is_normalized("NFC", parsed.subject)
    assert parsed.nature in set(Nature)
    assert parsed.sender.isascii() and "\n" not in parsed.sender and parsed.sender == parsed.sender.lower()
    assert "<script" not in parsed.html.lower() and " src=" not in parsed.html.lower()
    assert "".join(piece.text for piece in folding.fold(parsed.text)) == parsed.text
    return parsed
