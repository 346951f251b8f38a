"""Vietnamese mail in every clothing of the last thirty years ends as readable NFC; other languages stay as they are."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_desk.doors.mail import charsets

TEXT = "Cộng hòa xã hội chủ nghĩa Việt Nam. Kính gửi Quý Sở, đề nghị hướng dẫn gia hạn giấy phép bán buôn rượu."
VNI = (
    "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam. Kính göûi Quyù Sôû, ñeà nghò höôùng daãn gia haïn giaáy pheùp baùn"
    " buoân röôïu."
)
TCVN3 = (
    "Céng hßa x· héi chñ nghÜa ViÖt Nam. KÝnh göi Quý Së, ®Ò nghÞ h\xad\xedng dÉn gia h¹n"
    " giÊy phÐp b¸n bu«n r\xad\xeeu."
)
TONES = "\u0300\u0301\u0303\u0309\u0323"


def as_1258(text: str) -> bytes:
    """Write text as Windows does: a vowel, then its tone."""
    out = ""
    for letter in unicodedata.normalize("NFC", text):
        apart = unicodedata.normalize("NFD", letter)
        bare = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in TONES))
        out += bare + "".join(mark for mark in apart if mark in TONES)
    return out.encode("cp1258")


@pytest.mark.parametrize(
    ("raw", "declared"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode(), ""),
        (TEXT.encode(), "us-ascii"),
        (TEXT.encode(), "windows-1258"),
        (unicodedata.normalize("NFD", TEXT).encode(), "utf-8"),
        (as_1258(TEXT), "windows-1258"),
        (as_1258(TEXT), "windows-1252"),
        (as_1258(TEXT), ""),
        (TEXT.encode("utf-16"), "utf-16"),
        (VNI.encode("cp1252"), "windows-1252"),
        (VNI.encode("cp1252"), "x-viet-vni"),
        (VNI.encode(), "utf-8"),
        (TCVN3.encode("latin-1"), "iso-8859-1"),
        (TCVN3.encode("latin-1"), "x-viet-tcvn5712"),
        (TCVN3.encode("latin-1"), ""),
        (TCVN3.encode(), "utf-8"),
    ],
)
def test_it_reads_vietnamese(raw, declared):
    assert charsets.read(raw, declared) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "Où est passé le café ? Été, forêt, à bientôt, hôpital, déjà vu, garçon, naïve",
        "Für große Übung müßte ein schönes Mädchen über die Straße gehen",
        "El señor del año pasado dará mañana su corazón al niño",
        "§ 5 Windows® · item · item · item naïve",
        "Trần Thị B, Công ty TNHH Gỗ; café, Zürich, naïve",
        "日本語のメール",
        "Plain words only.",
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "cp1252"])
def test_it_leaves_every_other_language_as_it_is(text, codec):
    try:
        raw = text.encode(codec)
    except UnicodeEncodeError:
        pytest.skip("not of this codec")

    assert charsets.read(raw, codec) == text


@pytest.mark.parametrize("declared", ["hex", "idna", "unicode_escape", "rot13", "utf-8; drop", "none such", "\x00"])
def test_it_asks_no_codec_that_is_no_charset(declared):
    assert charsets.read(rb"\x41 68657861", declared) == r"\x41 68657861"


def test_it_reads_a_paragraph_of_old_letters_within_a_new_mail():
    assert charsets.read(f"Kính gửi\n{VNI}".encode(), "utf-8") == f"Kính gửi\n{TEXT}"


@given(
    st.binary(max_size=300), st.sampled_from(["", "utf-8", "windows-1258", "utf-16", "iso-2022-jp", "tcvn3", "utf-7"])
)
def test_it_reads_anything_as_something_a_database_keeps(raw, declared):
    text = charsets.read(raw, declared)

    assert "\x00" not in text
    text.encode("utf-8")
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("nghiêng", True),
        ("Việt", True),
        ("quyết", True),
        ("khuỷu", True),
        ("cộc", True),
        ("còc", False),
        ("été", False),
    ],
)
def test_it_knows_a_syllable(word, is_one):
    assert charsets.is_syllable(word) is is_one
