"""Text for SMS: the GSM-7 alphabet, how many parts a text makes, and which numbers can receive one.

160 characters fit one part in GSM-7 and 153 each in several; one character outside turns the whole text into UCS-2 with
70 and 67 (3GPP TS 23.038 and 23.040). Vietnamese with its marks is such a text, so we send it without (messages.md).
"""

from __future__ import annotations

import unicodedata

import phonenumbers

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")  # each is sent as two characters

# Brackets cost two characters and some carriers forbid them; typographic marks have a plain sister.
_PLAIN = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "…": "...",
        "•": "-",
        "\t": " ",
        "\u00a0": " ",
        "₫": "d",
    }
    | dict.fromkeys("–—−‐‑", "-")
    | dict.fromkeys("“”„«»", '"')
    | dict.fromkeys("‘’‚`´", "'")
)


def to_gsm7(text: str) -> str:
    """Return the text without marks, in GSM-7; what has no plain sister becomes a question mark."""
    # Taken apart first: a Vietnamese letter may carry two marks, each of which would cost the whole text its alphabet.
    bare = "".join(c for c in unicodedata.normalize("NFD", text.translate(_PLAIN)) if not unicodedata.combining(c))
    return "".join(c if c in BASIC or c in EXTENSION else "?" for c in bare)


def segments(text: str) -> int:
    """Return how many parts the text makes; 0 for an empty one. A character of two units is never split."""
    if all(c in BASIC or c in EXTENSION for c in text):
        return _parts([2 if c in EXTENSION else 1 for c in text], single=160, part=153)
    return _parts([2 if ord(c) > 0xFFFF else 1 for c in text], single=70, part=67)


def _parts(widths: list[int], *, single: int, part: int) -> int:
    if sum(widths) <= single:
        return 1 if widths else 0
    count, room = 1, part
    for width in widths:
        if width > room:
            count, room = count + 1, part
        room -= width
    return count


def is_mobile(number: str) -> bool:
    """Tell whether the number, E.164 or Vietnamese national, is a valid one that can receive an SMS."""
    try:
        parsed = phonenumbers.parse(number, "VN")
    except phonenumbers.NumberParseException:
        return False
    mobile = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in mobile


def e164(number: str) -> str:
    """Return a valid number as +84…; raises `phonenumbers.NumberParseException`."""
    return phonenumbers.format_number(phonenumbers.parse(number, "VN"), phonenumbers.PhoneNumberFormat.E164)
