"""What the cells of one row say, or what is wrong with each: days as they are written here, words of the office."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from requests_desk.people.identifiers import BadText, clean_text, folded
from requests_desk.tickets.words import Channel, Ending, Kind

Errors = dict[str, str]
# As errors are kept: each in every language, since a worker finds them and anybody may read them.
Told = dict[str, dict[str, str]]
LIMITS = {"organisation": 300, "name": 200, "phone": 200, "email": 254, "tax_code": 20, "address": 300}
PLAIN = ("text", *LIMITS, "answer", "old_number")
_DAY = r"(?P<d>\d{1,2})\s*[/.\-]\s*(?P<m>\d{1,2})\s*[/.\-]\s*(?P<y>\d{4}|\d{2})"
_HOUR = r"(?P<h>\d{1,2})\s*(?::|h|g|giờ)\s*(?P<min>\d{1,2})?(?::\d{1,2})?"
_MOMENTS = [
    re.compile(rf"^{_DAY}(?:[\s,]+(?:lúc\s*)?{_HOUR})?$", re.IGNORECASE),
    re.compile(rf"^(?:lúc\s*)?{_HOUR}[\s,]+(?:ngày\s*)?{_DAY}$", re.IGNORECASE),
    re.compile(rf"^(?P<y>\d{{4}})-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}})(?:[T\s]+{_HOUR})?$"),
]
CHANNELS: dict[str, str] = {
    "dien thoai": Channel.HOTLINE, "goi dien": Channel.HOTLINE, "duong day nong": Channel.HOTLINE,
    "hotline": Channel.HOTLINE, "email": Channel.EMAIL, "thu dien tu": Channel.EMAIL, "mail": Channel.EMAIL,
    "hoi dap": Channel.QNA, "website": Channel.QNA, "cong thong tin": Channel.QNA, "web": Channel.QNA,
    "truc tiep": Channel.IN_PERSON, "tai quay": Channel.IN_PERSON, "van ban": Channel.LETTER,
    "cong van": Channel.LETTER, "buu dien": Channel.LETTER, "don": Channel.LETTER, "zalo": Channel.ZALO,
    "chuyen den": Channel.REFERRAL, "doi thoai": Channel.MEETING, "hoi nghi": Channel.MEETING,
}  # fmt: skip
KINDS: dict[str, str] = {
    "yeu cau thong tin": Kind.INFORMATION, "cung cap thong tin": Kind.INFORMATION, "hoi": Kind.INFORMATION,
    "hoi dap": Kind.INFORMATION, "phan anh": Kind.FEEDBACK, "kien nghi": Kind.FEEDBACK,
    "phan anh kien nghi": Kind.FEEDBACK, "khieu nai": Kind.COMPLAINT, "to cao": Kind.DENUNCIATION,
    "du lieu ca nhan": Kind.PERSONAL_DATA, "thu tuc hanh chinh": Kind.PROCEDURE,
}  # fmt: skip
OPEN = frozenset({"", "dang xu ly", "chua tra loi", "chua xu ly", "moi", "dang giai quyet", "cho xu ly", "open", "new"})
ENDINGS: dict[str, str] = {
    "da tra loi": Ending.ANSWERED, "da phan hoi": Ending.ANSWERED, "da giai quyet": Ending.ANSWERED,
    "da xu ly": Ending.ANSWERED, "hoan thanh": Ending.ANSWERED, "da hoan thanh": Ending.ANSWERED,
    "xong": Ending.ANSWERED, "da xong": Ending.ANSWERED, "ket thuc": Ending.ANSWERED, "closed": Ending.ANSWERED,
    "answered": Ending.ANSWERED, "tra loi mot phan": Ending.PARTLY_ANSWERED, "tu choi": Ending.REFUSED,
    "chuyen": Ending.TRANSFERRED, "da chuyen": Ending.TRANSFERRED, "chuyen don vi khac": Ending.TRANSFERRED,
    "khong thuoc tham quyen": Ending.TRANSFERRED, "rut": Ending.WITHDRAWN, "da rut": Ending.WITHDRAWN,
    "rut yeu cau": Ending.WITHDRAWN, "khong hop le": Ending.SPAM, "khong lien lac duoc": Ending.UNREACHABLE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Office:
    """What a row is read against: fields and units by every way they may be written, and when a bare day means."""

    fields: Mapping[str, str]
    units: Mapping[str, int]
    opening: Callable[[date], datetime]
    closing: Callable[[date], datetime]
    moment: Callable[[datetime], datetime]  # a wall time of the office as an instant
    at: datetime
    channel: str = Channel.HOTLINE


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of the register; `ending` is empty while it is open."""

    received_at: datetime
    text: str
    channel: str
    kind: str
    plain: Mapping[str, str]
    field: str = ""
    unit: int | None = None
    ending: str = ""
    closed_at: datetime | None = None


def read(cells: Sequence[str], mapping: Mapping[str, int], office: Office) -> Entry | Errors:
    """Return what a row says, or by column what is wrong with it: all at once, so that it is mended in one go."""
    said = {target: cells[place] if place < len(cells) else "" for target, place in mapping.items()}
    errors: Errors = {}
    plain = _plain(said, errors)
    received_at = _received(said.get("received_at", ""), office, errors)
    if not plain.get("text"):
        errors.setdefault("text", _("This is needed."))
    answered = _moment(said.get("answered_at", ""), office.closing, office, errors, "answered_at")
    ending = _ending(said.get("ending", ""), answered, errors)
    found: dict[str, Any] = {
        "channel": _listed(said, "channel", CHANNELS, choices=Channel, usual=office.channel, errors=errors),
        "kind": _listed(said, "kind", KINDS, choices=Kind, usual=Kind.INFORMATION, errors=errors),
        "field": _known(said, "field", office.fields, "", errors),
        "unit": _known(said, "unit", office.units, None, errors),
    }
    if received_at and answered and answered < received_at:
        errors["answered_at"] = _("It was answered before it was received.")
    if errors or received_at is None:
        return errors
    closed_at = (answered or received_at) if ending else None
    return Entry(received_at, plain["text"], **found, ending=ending, closed_at=closed_at, plain=plain)


def told(find: Callable[[], Errors]) -> Told:
    """Return what `find` finds wrong, by column and language."""
    found: Told = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for target, text in find().items():
                found.setdefault(target, {})[language] = text
    return found


def faults(cells: Sequence[str], mapping: Mapping[str, int], office: Office) -> Told:
    """Return what is wrong with a row, to be kept: nothing where it can be read."""

    def find() -> Errors:
        entry = read(cells, mapping, office)
        return {} if isinstance(entry, Entry) else entry

    return told(find)


def say(kept: str | Mapping[str, str]) -> str:
    """Return what is wrong with a cell in the reader's language; rows tried by an earlier version hold one alone."""
    return kept if isinstance(kept, str) else kept.get(get_language() or "", kept[settings.LANGUAGE_CODE])


def _plain(said: Mapping[str, str], errors: Errors) -> dict[str, str]:
    kept = {}
    for target in PLAIN:
        try:
            kept[target] = clean_text(said.get(target, ""), **({"limit": LIMITS[target]} if target in LIMITS else {}))
        except BadText as error:
            errors[target] = str(error)
    return kept


def _received(text: str, office: Office, errors: Errors) -> datetime | None:
    if not text:
        errors["received_at"] = _("This is needed.")
        return None
    found = _moment(text, office.opening, office, errors, "received_at")
    if found and found > office.at:
        errors["received_at"] = _("The time of receipt lies in the future.")
    return found


def _moment(
    text: str, of_day: Callable[[date], datetime], office: Office, errors: Errors, target: str
) -> datetime | None:
    """Return the instant a cell means; a bare day means its opening or closing (P1, P5)."""
    if not text:
        return None
    match = next((found for pattern in _MOMENTS if (found := pattern.match(text.strip()))), None)
    if match is None:
        errors[target] = _("“%(text)s” is no day: write day/month/year, and the hour as 08:30.") % {"text": text[:40]}
        return None
    try:
        year = int(match["y"])
        day = date(year + 2000 if year < 100 else year, int(match["m"]), int(match["d"]))
        if not timedelta(0) <= office.at.date() + timedelta(days=1) - day < timedelta(days=365 * 50):
            raise ValueError
        if match["h"] is None:
            return of_day(day)
        return office.moment(datetime.combine(day, time(int(match["h"]), int(match["min"] or 0))))
    except ValueError:
        errors[target] = _("“%(text)s” is no day of the last fifty years: day, then month, then year.") % {
            "text": text[:40]
        }
        return None


def _ending(text: str, answered: datetime | None, errors: Errors) -> str:
    word = folded(text)
    if word in OPEN:
        return Ending.ANSWERED.value if answered else ""
    if word in ENDINGS:
        return str(ENDINGS[word])
    if text in Ending.values and text != Ending.MERGED:
        return text
    errors["ending"] = _("“%(text)s” is not known: write for example %(known)s.") % {
        "text": text[:40],
        "known": "Đã trả lời, Đang xử lý, Từ chối, Đã chuyển",
    }
    return ""


def _listed(
    said: Mapping[str, str], target: str, words: Mapping[str, str], *, choices: Any, usual: str, errors: Errors
) -> str:
    text = said.get(target, "")
    if not text:
        return usual
    labels = _labels(choices)
    found = words.get(folded(text)) or labels.get(folded(text)) or labels.get(text)
    if found is None:
        errors[target] = _("“%(text)s” is not known: write for example %(known)s.") % {
            "text": text[:40],
            "known": ", ".join(str(one.label) for one in list(choices)[:4]),
        }
        return usual
    return str(found)


@cache
def _labels(choices: Any) -> dict[str, str]:
    """Return what a list may be called, in whatever language the register was kept: its labels and its own codes."""
    found = {one: one for one in choices.values}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {folded(str(one.label)): one.value for one in choices}
    return found


def _known(said: Mapping[str, str], target: str, known: Mapping[str, Any], usual: Any, errors: Errors) -> Any:
    text = said.get(target, "")
    if text and folded(text) not in known:
        errors[target] = _("“%(text)s” is not among those of the agency.") % {"text": text[:40]}
    return known.get(folded(text), usual) if text else usual
