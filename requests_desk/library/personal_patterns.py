"""How phones, codes, names and addresses are written here, for `personal_data` to look for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from requests_desk.people import identifiers

Hit = tuple[str, int, int]
_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ" + "".join(c for c in map(chr, range(0x1EA0, 0x1EFA)) if c.isupper())
_NAME = rf"[{_UPPER}][^\W\d_]*"

EMAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]+ ?(?:@|[\[(] ?(?:at|a còng) ?[\])]| a còng ) ?[\w-]+"
    r"(?: ?(?:\.|[\[(] ?(?:dot|chấm) ?[\])]| chấm ) ?[^\W\d_][\w-]+)+",
    re.IGNORECASE,
)
TICKET_CODE: Final = re.compile(r"\b[A-Z][A-Z0-9]{1,7} ?- ?20\d\d ?- ?\d{1,7}\b", re.IGNORECASE)
_SPOKEN = r"(?:không|một|hai|ba|bốn|tư|năm|lăm|sáu|bảy|bẩy|tám|chín)"
SPOKEN_PHONE: Final = re.compile(rf"\b{_SPOKEN}(?:[\s,.-]+{_SPOKEN}){{8,}}\b")
LEGAL_FORM: Final = re.compile(
    r"\b(?:tổng công ty|công ty|cty|ctcp|tnhh|trách nhiệm hữu hạn|cổ phần|cp|mtv|một thành viên|hai thành viên"
    r"|doanh nghiệp tư nhân|dntn|hợp tác xã|htx|hộ kinh doanh|hkd|chi nhánh|tập đoàn)\b",
    re.IGNORECASE,
)
# A legal form, at most six further words of it in small letters or abbreviated, then a name of its own.
_FORM = (
    r"(?:[Tt]ổng [Cc]ông ty|TỔNG CÔNG TY|[Cc]ông ty|CÔNG TY|[Cc]ty|CTCP|DNTN|[Dd]oanh nghiệp tư nhân|[Hh]ợp tác xã"
    r"|HỢP TÁC XÃ|HTX|[Hh]ộ kinh doanh|HỘ KINH DOANH|HKD|[Tt]ập đoàn|[Xx]í nghiệp|[Cc]ửa hàng|[Kk]hách sạn|[Nn]hà hàng)"
)
_OF_FORM = r"(?:TNHH|CP|MTV|TM|DV|SX|XNK|XD|TMDV|SXTM|[a-zà-ỹđ]+)"
ORGANISATION: Final = re.compile(
    rf"\b{_FORM}(?: (?:{_OF_FORM}|&|-)){{0,6}} (?!(?:TNHH|CP|MTV|TM|DV|SX|XNK|XD)\b){_NAME}"
    rf"(?:(?: [^\W\d_]+)?[ -]+(?:&|-|{_NAME}|\d+)){{0,8}}"
)
ADDRESS: Final = re.compile(
    rf"\b(?:[Ss]ố(?: nhà)? \d+[A-Za-z]?(?:[/-]\d+[A-Za-z]?)*,? "
    rf"(?:đường|phố|ngõ|ngách|hẻm|kiệt|tổ|[Đđ]ại lộ)\b[^,.;\n]{{0,40}}"
    rf"|\d+[A-Za-z]?(?:/\d+[A-Za-z]?)* (?:đường|phố|Đường|Phố) {_NAME}(?: {_NAME})*"
    rf"|(?:thôn|ấp|bản|buôn|khóm|tổ dân phố|tổ|Thôn|Ấp|Bản|Buôn|Khóm|Tổ dân phố|Tổ) "
    rf"(?:\d+\w?|{_NAME}(?: {_NAME})*),? "
    rf"(?:xã|phường|thị trấn|đường|khu phố) {_NAME}(?: (?:{_NAME}|\d+))*"
    rf"|(?:ngõ|ngách|hẻm|kiệt|Ngõ|Ngách|Hẻm|Kiệt) \d+(?:/\d+)*)"
)
_TITLE = r"(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ô|[Cc]hú|[Bb]ác|[Ee]m|Mr|Mrs|Ms)\.?"
_TITLED = re.compile(rf"(?<!\w){_TITLE}\s+({_NAME}(?:\s+{_NAME}){{0,4}})")
_SURNAMES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Đoàn|Trịnh|Trương|Lương|Mai|Cao|Tạ|Hà"
    "|Nông|Lò|Vi|Quách|Châu|Thái|Kiều|La|Tô|Tống|Lưu|Vương|Triệu|Đào"
)
_NAMED = re.compile(rf"(?<!\w)(?:{_SURNAMES}|{_SURNAMES.upper()})(?:\s+{_NAME}){{2,3}}(?!\w)")
# Places and streets called like people, and words that make a name one.
_PLACES = frozenset(
    {"rịa", "nà", "đen", "tô", "trưng", "hồ chí minh", "lý thái tổ", "lý thường kiệt", "trần hưng đạo", "lê hồng phong"}
)
_BEFORE_PLACES = re.compile(
    r"(?:đường|phố|phường|quận|huyện|xã|tỉnh|thành phố|tp\.?|trường|cầu|chợ|cảng|bệnh viện|giải thưởng|đại lộ"
    r"|quảng trường)\s+$",
    re.IGNORECASE,
)

_SEPARATORS = " .-()"
_RUN = re.compile(rf"(?<![\w]){r'[+(]{0,2}'}\d(?:[{re.escape(_SEPARATORS)}]{{0,3}}\d)*(?!\w)")
_MONEY = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_SAYS_PHONE = re.compile(
    r"(?:điện thoại|đ\.?t|sđt|sdt|phone|tel|hotline|zalo|fax|di động|gọi|liên hệ)\W*(?:số\W*)?$", re.I
)
_SAYS_TAX = re.compile(r"(?:mã số thuế|mst|mã số doanh nghiệp|msdn|mã số hộ kinh doanh|tax code)\W*$", re.I)
_SAYS_ID = re.compile(
    r"(?:cccd|cmnd|cmt|căn cước(?: công dân)?|chứng minh(?: nhân dân| thư)?|định danh(?: cá nhân)?|hộ chiếu)"
    r"\W*(?:số\W*)?$",
    re.I,
)
_SERVICE = re.compile(r"1[89]00\d{4,6}")
_MOBILE_OR_LANDLINE = re.compile(r"0[235789]\d{8,9}")
_MOST_PIECES = 6
_NEAR = 30
_AHEAD = 12
# What is counted so is no number of anybody.
_UNIT = re.compile(r"/\w|\s*(?:đồng|đ\b|vnđ|vnd|usd|tỷ|triệu|nghìn|tấn|kg|kwh|kw|m2|m²|%)", re.IGNORECASE)


def flattened(text: str) -> str:
    """Return a text of the same length with every digit, dash and space, of whatever script, as its plain one."""
    return "".join(map(_flat, text))


def _flat(letter: str) -> str:
    if letter.isascii():
        return letter
    # Full-width and other scripts' digits are read by people and by search engines alike.
    if (digit := unicodedata.digit(letter, None)) is not None:
        return str(digit)
    kind = unicodedata.category(letter)
    plain = {"Pd": "-", "Zs": " ", "Cf": " "}.get(kind)
    # Letter for letter: two for one would move every place behind it.
    wide = unicodedata.normalize("NFKC", letter)
    return plain or (wide if len(wide) == 1 else letter)


def numbers(flat: str, known: Collection[str]) -> Iterator[Hit]:
    """Yield every number that belongs to a person or a business; several side by side are told apart."""
    for run in _RUN.finditer(flat):
        pieces = [(run.start() + piece.start(), run.start() + piece.end()) for piece in re.finditer(r"[^ ]+", run[0])]
        place = 0
        while place < len(pieces):
            kind, taken = _longest(flat, pieces[place : place + _MOST_PIECES], known)
            if kind:
                yield kind, pieces[place][0], pieces[place + taken - 1][1]
            place += taken


def _longest(flat: str, pieces: Sequence[tuple[int, int]], known: Collection[str]) -> tuple[str, int]:
    """Return what the most pieces from the first on make together, and how many they are; a mere long number last."""
    start, loose = pieces[0][0], 0
    # From the longest down: "0912 345 678" is one number, its first piece alone would be none.
    for taken in range(len(pieces), 0, -1):
        stop = pieces[taken - 1][1]
        kind = _kind(flat[start:stop], flat[max(0, start - _NEAR) : start], flat[stop : stop + _AHEAD], known)
        if kind and kind != "number":
            return kind, taken
        loose = loose or (taken if kind else 0)
    return ("number", loose) if loose else ("", 1)


def people(text: str) -> Iterator[Hit]:
    """Yield what is written like a person: a title and a name, or a usual family name with two more."""
    for found in _TITLED.finditer(text):
        if found[1].split()[0].lower() not in _PLACES and found[1].lower() not in _PLACES:
            yield "person", found.start(), found.end()
    for found in _NAMED.finditer(text):
        is_place = _BEFORE_PLACES.search(text[max(0, found.start() - _NEAR) : found.start()])
        if not is_place and " ".join(found[0].lower().split()) not in _PLACES:
            yield "person", found.start(), found.end()


def _kind(raw: str, before: str, after: str, known: Collection[str]) -> str:
    """Return what a number is, or "" where it is none of a person's: money, a date, a number of a law."""
    digits = re.sub(r"\D", "", raw)
    # What is on file of who asked needs no form: it tells who they are however it looks.
    if digits in known:
        return "tax_code" if identifiers.tax_number(digits) and not digits.startswith("0") else "phone"
    # Sums, service numbers and quantities fill every answer; marked too, nobody would look at the rest.
    if _MONEY.fullmatch(raw) or _SERVICE.fullmatch(digits) or _UNIT.match(after):
        return ""
    # The word before it is surer than its form: ten digits are a phone as often as a tax code.
    said = _kind_by_word(digits, before)
    return said or _kind_by_form(raw, digits)


def _kind_by_word(digits: str, before: str) -> str:
    if _SAYS_TAX.search(before) and len(digits) in (10, 12, 13):
        return "tax_code"
    if _SAYS_ID.search(before) and len(digits) in (8, 9, 12):
        return "id_number"
    if _SAYS_PHONE.search(before) and 7 <= len(digits) <= 12:
        return "phone"
    return ""


def _kind_by_form(raw: str, digits: str) -> str:
    length = len(digits)
    # Twelve digits with a province and a century in front are a citizen's number; others are of goods or files.
    if length == 12 and 1 <= int(digits[:3]) <= 96 and digits[3] in "0123" and "+" not in raw:
        return "id_number"
    is_abroad = (raw.lstrip("(").startswith("+") or digits.startswith("00")) and 8 <= length <= 15
    if is_abroad or _MOBILE_OR_LANDLINE.fullmatch(digits) or re.fullmatch(r"84[235789]\d{8,9}", digits):
        return "phone"
    if length in (10, 13) and identifiers.tax_code_oddity(digits) is None:
        return "tax_code"
    # Written in one, or in the groups of an account: nothing of an office is counted so far.
    is_grouped = len(set(map(len, re.split(r"\D+", raw)))) <= 2
    return "number" if length >= 9 and is_grouped and not re.search(r"\d[.-]\d{1,2}[.-]\d{2,4}", raw) else ""
