"""Vietnamese in every clothing it came in since the eighties, read as NFC; the raw bytes stay where they are."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

# Single bytes of the TCVN3 ("ABC") fonts from A1 on, in the order of the standard; a dot is no letter.
_TCVN3_ROWS = (
    (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    (0xB5, "àảãáạ"),
    (0xBB, "ằẳẵắ"),
    (0xC6, "ặầẩẫấậè.ẻẽéẹềểễếệìỉ...ĩíịò"),
    (0xE1, "ỏõóọồổỗốộờởỡớợù.ủũúụừửữứựỳỷỹýỵ"),
)
_TCVN3 = {
    first + place: letter for first, letters in _TCVN3_ROWS for place, letter in enumerate(letters) if letter != "."
}
# VNI writes a vowel and then its mark as a letter of its own; some vowels have one byte.
_VNI_TONES = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_MARKS = {
    "a": _VNI_TONES | {
        "â": "\u0302", "à": "\u0302\u0300", "á": "\u0302\u0301", "å": "\u0302\u0309", "ã": "\u0302\u0303",
        "ä": "\u0302\u0323", "ê": "\u0306", "è": "\u0306\u0300", "é": "\u0306\u0301", "ú": "\u0306\u0309",
        "ü": "\u0306\u0303", "ë": "\u0306\u0323",
    },
    "eo": _VNI_TONES | {
        "â": "\u0302", "à": "\u0302\u0300", "á": "\u0302\u0301", "å": "\u0302\u0309", "ã": "\u0302\u0303",
        "ä": "\u0302\u0323",
    },
    "uyôö": _VNI_TONES,
}  # fmt: skip
_VNI_LETTERS = {"æ": "ỉ", "ó": "ĩ", "ò": "ị", "ô": "ơ", "ö": "ư", "î": "ỵ", "ñ": "đ"}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOPPED = re.compile(r"(?:c|ch|p|t)$")
_SYLLABLE = re.compile(
    r"(?:b|ch?|d|đ|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr|v|x)?"
    r"(?:iêu|oai|oao|oay|oeo|uao|uây|uôi|uya|uyê|uyu|ươi|ươu|yêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi"
    r"|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|[aăâeêioôơuưy])"
    r"(?:ch?|m|ng?|nh|p|t)?"
)
_HALVES = re.compile("[\ud800-\udfff]")
_OLD_LETTERS = re.compile("[\u0080-\u00ff]")
_NEW_LETTERS = re.compile("[\u0300-\u036f\u1e00-\u1eff\u3000-\uffff]")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Python's codecs hold more than charsets (idna, hex, unicode_escape): only these may be asked for by a stranger.
_CHARSET = re.compile(
    r"(?:utf-?(?:7|8|16|32)(?:-?[bl]e)?|us-ascii|ascii|latin-?1|iso-?8859-?\d+|windows-?\d+|cp-?\d+|koi8-?[rut]"
    r"|gb(?:k|2312|18030)|big5(?:hkscs)?|euc-?(?:jp|kr)|shift-?jis|iso-?2022-?(?:jp|kr)|tis-?620|macintosh|viscii)"
)
_OWN = {"tcvn3", "x-tcvn3", "tcvn", "x-viet-tcvn", "x-viet-tcvn5712", "tcvn-5712", "vni", "x-viet-vni", "x-vni", "abc"}
_MANY_BYTES = re.compile(r"utf-?(?:7|16|32)|gb|big5|euc|shift|iso-?2022")
ENOUGH_WORDS = 3
SURE = 0.8
DOUBTFUL = 0.5


def read(raw: bytes, declared: str = "") -> str:
    """Return `raw` as NFC text, whatever charset it claims and whichever it is in. Never raises."""
    return tidy(legacy(_decoded(raw, declared.strip().strip("\"'").lower().replace("_", "-"))))


def tidy(text: str) -> str:
    """Return `text` in NFC, with what no database keeps (NUL, lone surrogates) shown as a replacement."""
    text = text.replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    text = _HALVES.sub("\ufffd", text)
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff"))


def _decoded(raw: bytes, declared: str) -> str:
    codec = declared if _CHARSET.fullmatch(declared) else ""
    # Believed: their bytes are valid UTF-8 or Latin by chance, and would be read as other words.
    if codec and _MANY_BYTES.match(codec):
        return _by(codec, raw)
    try:
        return raw.decode("utf-8")  # hardly anything else is valid as UTF-8 by chance
    except UnicodeDecodeError:
        # A few broken letters in an honest UTF-8 text, where others are whole, are no reason to read it otherwise.
        broken = raw.decode("utf-8", "replace")
        if codec in ("utf-8", "utf8") and not broken.replace("\ufffd", "").isascii():
            return broken
    single = "" if codec in ("utf-8", "utf8", "us-ascii", "ascii") else codec
    return _by(single or "latin-1" if declared in _OWN else single or "cp1252", raw)


def _by(codec: str, raw: bytes) -> str:
    try:
        return codecs.decode(raw, codec, "replace")
    except (LookupError, UnicodeError):
        return raw.decode("latin-1")


def legacy(text: str) -> str:
    """Return `text` with what was meant for TCVN3 or VNI fonts, windows-1258 or twice-read UTF-8 made readable.

    Only where it is Vietnamese so read and is not as it stands: text of any other language comes back as it was.
    """
    if text.isascii():
        return text
    if not _NEW_LETTERS.search(text):
        return _best(text)
    return "\n".join(
        _best(line) if len(_OLD_LETTERS.findall(line)) >= ENOUGH_WORDS else line for line in text.split("\n")
    )


def _best(text: str) -> str:
    own_valid, own_marked = _vietnamese(text)
    # It reads as Vietnamese already: made better it could only be made wrong.
    if own_marked >= ENOUGH_WORDS and own_valid >= DOUBTFUL * own_marked:
        return text
    best, best_valid = text, own_valid
    for candidate in _candidates(text):
        valid, marked = _vietnamese(candidate)
        # Two or three lucky syllables are no proof: names and French words make some in every reading.
        if marked >= ENOUGH_WORDS and valid >= SURE * marked and valid > best_valid:
            best, best_valid = candidate, valid
    return best


def _candidates(text: str) -> Iterator[str]:
    yield text.translate(_TCVN3)
    yield from_vni(text)
    raw = b"".join(_byte(letter) for letter in text)
    yield unicodedata.normalize("NFC", raw.decode("cp1258", "replace"))
    try:
        yield raw.decode("utf-8")
    except UnicodeDecodeError:
        return


def _byte(letter: str) -> bytes:
    for codec in ("cp1252", "latin-1"):
        try:
            return letter.encode(codec)
        except UnicodeEncodeError:
            continue
    return letter.encode("utf-8")


def from_vni(text: str) -> str:
    """Return text of VNI fonts as Unicode: a vowel takes the mark that follows it."""
    out: list[str] = []
    place = 0
    while place < len(text):
        letter, after = text[place], text[place + 1 : place + 2]
        lower = letter.lower()
        marks = next((marks for vowels, marks in _VNI_MARKS.items() if lower in vowels), {})
        whole = _VNI_LETTERS.get(lower, lower) + marks.get(after.lower(), "")
        place += 2 if after and after.lower() in marks else 1
        whole = unicodedata.normalize("NFC", whole)
        out.append(whole.upper() if letter.isupper() else whole)
    return "".join(out)


def _vietnamese(text: str) -> tuple[int, int]:
    """Return how many words with a letter beyond ASCII are Vietnamese syllables, and how many such words there are."""
    marked = [word for word in _WORD.findall(unicodedata.normalize("NFC", text[:20_000])) if not word.isascii()]
    return sum(is_syllable(word) for word in marked), len(marked)


def is_syllable(word: str) -> bool:
    """Tell whether a word could be Vietnamese: by its letters, one tone at most, and the two that a stop allows."""
    apart = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in apart if letter in _TONES]
    bare = unicodedata.normalize("NFC", "".join(letter for letter in apart if letter not in _TONES))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(bare):
        return False
    return not (tones and _STOPPED.search(bare)) or tones[0] in "\u0301\u0323"
