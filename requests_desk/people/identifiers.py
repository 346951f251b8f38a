"""Phones, tax codes, codes and texts as people write them: read, never rewritten without a word."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

TEXT_LIMIT = 50_000
LOOKUP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L: it is read out over the phone
_BETWEEN_PHONES = re.compile(r"[;,/\n]|\bhoặc\b|\bor\b|\bvà\b")
_EXTENSION = re.compile(r"(?:máy lẻ|số lẻ|số nội bộ|nhánh|ext)\.?:?\s*\d+", re.IGNORECASE)
_TWO_NUMBERS = 14  # digits: more than one number has
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
# Eleven-digit mobile prefixes given up in 2018 and what took their place (DOMAIN.md §6).
_OLD_MOBILE = {f"016{d}": f"03{d}" for d in range(2, 10)} | {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
_BEFORE_2018 = {new: old for old, new in _OLD_MOBILE.items()}
_HALVES = re.compile("[\ud800-\udfff]")
_CODE = re.compile(r"([A-Z][A-Z0-9]{1,7}?)(2[0O][0-9OIL]{2})([0-9OIL]{1,7})")
# A code goes from hand to hand: other alphabets' letters of the same shape, and letters that stand for digits.
_SAME_SHAPE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧĐ",
    "ABESIJKMHOPCTYXQWABEZHIKMNOPTYXD",
)
# Word pastes its line breaks as vertical tabs; whatever else XML cannot hold would break a feed, a letter, a table.
_NOT_IN_XML = dict.fromkeys([*range(9), *range(14, 32), 0x7F, 0xFFFE, 0xFFFF]) | {0x0B: "\n", 0x0C: "\n"}
_DIGITS_MEANT = str.maketrans("OIL", "011")


class Oddity(NamedTuple):
    """Something odd that does not stop a request."""

    code: str
    field: str
    detail: str


class BadText(ValueError):
    """The text cannot be kept: the message says why, for its writer."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as typed, in E.164 where it can be read, and today's form of an old one."""

    typed: str
    number: str = ""
    suggestion: str = ""

    @property
    def oddity(self) -> Oddity | None:
        """Return what to ask the caller again, if anything."""
        if self.suggestion:
            said = _("%(typed)s is an old 11-digit number; today it would be %(new)s. Please ask again.")
            return Oddity("phone_old", "phones", said % {"typed": self.typed, "new": self.suggestion})
        if not self.number:
            return Oddity(
                "phone_unreadable",
                "phones",
                _("“%(typed)s” does not look like a phone number.") % {"typed": self.typed},
            )
        return None


def clean_text(text: str, *, limit: int = TEXT_LIMIT) -> str:
    """Return `text` in NFC without surrounding space or control characters.

    Raises BadText on NUL, lone surrogates or undue length.
    """
    if "\x00" in text:
        raise BadText(_("The text holds a character that cannot be stored (NUL)."))
    if _HALVES.search(text):
        raise BadText(_("The text holds half of a character (a lone surrogate)."))
    text = unicodedata.normalize("NFC", text.translate(_NOT_IN_XML)).strip()
    if len(text) > limit:
        raise BadText(
            _("The text is too long: %(length)s characters, at most %(limit)s.") % {"length": len(text), "limit": limit}
        )
    return text


def folded(text: str) -> str:
    """Return `text` as search compares it: lower case, no marks, đ as d, one space between words."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c)).replace(
        "đ", "d"
    )
    return " ".join(re.findall(r"[^\W_]+", bare))


def read_phones(text: str) -> list[Phone]:
    """Return every number in a field that may hold several, with notes: `0950000037; 0950000038 (anh Y)`."""
    parts = (part.strip() for part in _BETWEEN_PHONES.split(text))
    # What cannot be read is kept as typed: a hotline officer still can, and refusing it would lose the caller.
    return [phone for part in parts if part for phone in _side_by_side(part) or [read_phone(part[:64])]]


def _side_by_side(part: str) -> list[Phone]:
    """Return the numbers that stand beside each other with a space or dash alone; none where it is not two or more."""
    if len(re.sub(r"\D", "", part)) < _TWO_NUMBERS:
        return []
    found, begun = [], ""
    for piece in re.split(r"[\s–-]+", part):
        begun = f"{begun} {piece}".strip()
        phone = read_phone(begun[:64])
        # Not merely possible: the first half of a number is that too.
        if phone.number and phonenumbers.is_valid_number(phonenumbers.parse(phone.number)):
            found.append(phone)
            begun = ""
    return found if len(found) > 1 and not begun else []


def read_phone(text: str) -> Phone:
    """Read one number: +84, 84, 0084 or 0 in front, spaces and dots, or a foreign one."""
    bare = re.sub(r"\(.*?[^\d\s)].*?\)", "", _EXTENSION.sub("", text))  # a note in brackets, but not an area code
    digits = re.sub(r"[^\d+]", "", bare)
    # Suggested and not rewritten (issue 5): what was dictated stays what is on file.
    if new := _OLD_MOBILE.get(digits[:4]) if len(digits) == 11 else None:
        return Phone(text, _e164(digits), new + digits[4:])
    return Phone(text, _e164(digits))


@lru_cache(maxsize=256)  # one request has its numbers read several times
def _e164(digits: str) -> str:
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("84") and len(digits) >= 11:
        digits = f"+{digits}"
    try:
        number = phonenumbers.parse(digits, "VN")
    except phonenumbers.NumberParseException:
        return ""
    # Possible, not valid: the lists of valid ranges lag behind what is sold.
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_phone(number: str) -> str:
    """Return an E.164 number as it is dialled here: 0… at home, +… abroad."""
    return f"0{number[3:]}" if number.startswith("+84") else number


def group_phone(number: str) -> str:
    """Return a number in the groups in which it is read out: 0261 3000 000 at home, +86 10 1234 5678 abroad.

    What is no number in use, such as 1022, stays as it was written.
    """
    try:
        read = phonenumbers.parse(number, "VN")
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(read):
        return show_phone(number)
    forms = phonenumbers.PhoneNumberFormat
    shown: str = phonenumbers.format_number(read, forms.NATIONAL if read.country_code == 84 else forms.INTERNATIONAL)
    return shown


def same_numbers(text: str) -> list[str]:
    """Return the E.164 forms of the first number in `text`: an old 11-digit mobile and today's are one number."""
    return forms_of(next(iter(read_phones(text)), Phone(text)))


def forms_of(phone: Phone) -> list[str]:
    """Return the E.164 forms by which one number may be on file, its own first; none where it could not be read."""
    home = show_phone(phone.number)
    older = _BEFORE_2018.get(home[:3])
    forms = [
        phone.number,
        _e164(phone.suggestion) if phone.suggestion else "",
        _e164(older + home[3:]) if older and len(home) == 10 else "",
    ]
    return [form for form in forms if form]


def tax_number(text: str) -> str:
    """Return the digits of a tax code of 10, 10-3 or 12 digits, by which it is compared; "" where it is none."""
    digits = re.sub(r"[\s.\-–]", "", text)
    # In ASCII alone: `isdigit` is true of ² and of digits of other scripts, which compare unequal.
    return digits if digits.isascii() and digits.isdigit() and len(digits) in (10, 12, 13) else ""


def tax_code_oddity(text: str) -> Oddity | None:
    """Return a warning where a tax code is odd: 10 digits with a check digit, a 10-3 branch, or 12 digits."""
    digits = re.sub(r"[\s.\-]", "", text)
    if not digits or (
        digits.isascii()
        and digits.isdigit()
        and (len(digits) == 12 or (len(digits) in (10, 13) and _check_digit_fits(digits)))
    ):
        return None
    return Oddity(
        "tax_code",
        "tax_code",
        _("The tax code may not be right, please check it again. The request is saved all the same."),
    )


def _check_digit_fits(digits: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, digits[:9], strict=True))
    # A remainder of nought would need the digit 10: no tax code was ever given out for it.
    return (10 - total % 11) == int(digits[9])


def fold_code(text: str) -> str:
    """Return a code's letters and digits alone, in plain capitals, however it was spaced, cased or typed."""
    # Phones put full-width or Cyrillic letters where nobody sees a difference: who typed the right code gets in.
    wide = unicodedata.normalize("NFKD", text).upper().translate(_SAME_SHAPE)
    return re.sub(r"[^A-Z0-9]", "", wide)


def read_code(text: str) -> str:
    """Return a request code as it is kept: `sct 2026 123` is `SCT-2026-000123`. What is none comes back folded."""
    folded = fold_code(text)
    match = _CODE.fullmatch(folded)
    if match is None:
        return folded
    agency, year, number = match.group(1), *(part.translate(_DIGITS_MEANT) for part in match.groups()[1:])
    return f"{agency}-{year}-{int(number):06d}"


def new_lookup_code() -> str:
    """Return eight random characters without look-alikes: about 40 bits, behind a throttle (design §8.5)."""
    return "".join(secrets.choice(LOOKUP_ALPHABET) for _position in range(8))


def lookup_for(token: str) -> str:
    """Return the look-up code that goes with a secret link: its holder may read it again, and nobody else."""
    number = int.from_bytes(salted_hmac("requests_desk.lookup-for", token, algorithm="sha256").digest())
    letters = []
    for _position in range(8):
        number, place = divmod(number, len(LOOKUP_ALPHABET))
        letters.append(LOOKUP_ALPHABET[place])
    return "".join(letters)


def token_for(seed: str) -> str:
    """Return the secret link, 128 bits, that a form's own secret seed stands for: the same form, the same link."""
    secret = salted_hmac("requests_desk.link-for", seed, algorithm="sha256").digest()[:16]
    return urlsafe_b64encode(secret).rstrip(b"=").decode()


def lookup_digest(code: str, lookup: str) -> str:
    """Return what is kept of a look-up code, bound to its ticket's code."""
    # Keyed, and not a slow hash: forty bits behind a throttle need a secret, and a status check stays quick.
    return salted_hmac("requests_desk.lookup", f"{code}:{fold_code(lookup)}", algorithm="sha256").hexdigest()


def row_number(text: str) -> int | None:
    """Return the number of a row as a button or an address names it; None where no row can have it."""
    # Python itself raises over thousands of digits, and no key has more than nineteen.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def text_digest(text: str) -> str:
    """Return a keyed digest of people's words: the ledger can prove them without holding them (P14)."""
    return salted_hmac("requests_desk.text", text, algorithm="sha256").hexdigest()


def token_digest(token: str) -> str:
    """Return what is kept of a secret link's 128 random bits."""
    # 128 random bits need neither salt nor key: nobody tries them all.
    return hashlib.sha256(token.encode()).hexdigest()
