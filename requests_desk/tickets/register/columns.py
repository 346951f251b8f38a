"""Which column of a register says what: suggested by its heading, decided by whoever takes it over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from requests_desk.people.identifiers import folded

# What a column can say, and how its heading is usually worded, folded.
TARGETS: dict[str, tuple[str, ...]] = {
    "received_at": (
        "ngay tiep nhan", "thoi gian tiep nhan", "thoi diem tiep nhan", "ngay nhan", "ngay gio nhan", "ngay den",
        "ngay hoi", "ngay goi", "received", "received at", "date received", "ngay",
    ),
    "text": (
        "noi dung yeu cau", "noi dung cau hoi", "noi dung", "cau hoi", "trich yeu noi dung", "trich yeu", "yeu cau",
        "question", "content", "text",
    ),
    "organisation": (
        "ten doanh nghiep", "doanh nghiep", "ten to chuc", "to chuc", "ten don vi", "cong ty", "don vi yeu cau",
        "don vi hoi", "company", "organisation", "organization",
    ),
    "name": (
        "nguoi lien he", "ho va ten", "ho ten", "nguoi hoi", "nguoi yeu cau", "nguoi goi", "ca nhan", "name", "contact",
    ),
    "phone": ("so dien thoai", "dien thoai", "sdt", "dt lien he", "dien thoai lien he", "phone", "tel"),
    "email": ("email", "thu dien tu", "dia chi email", "e mail", "mail"),
    "tax_code": ("ma so thue", "mst", "ma so doanh nghiep", "ma so dn", "tax code"),
    "address": ("dia chi", "dia chi lien he", "address"),
    "channel": ("hinh thuc tiep nhan", "kenh tiep nhan", "kenh", "hinh thuc", "nguon", "channel"),
    "kind": ("loai yeu cau", "loai", "phan loai", "kind", "type"),
    "field": ("linh vuc", "nhom linh vuc", "field"),
    "unit": (
        "don vi xu ly", "phong xu ly", "don vi chu tri", "don vi thu ly", "phong phu trach", "phong chuyen mon",
        "phong ban", "unit",
    ),
    "ending": ("tinh trang", "trang thai", "ket qua xu ly", "ket qua", "tinh trang xu ly", "status", "result"),
    "answered_at": ("ngay tra loi", "thoi gian tra loi", "ngay hoan thanh", "ngay phan hoi", "answered", "answered at"),
    "answer": ("noi dung tra loi", "noi dung phan hoi", "y kien tra loi", "tra loi", "phan hoi", "answer"),
    "old_number": ("so den", "so van ban", "ma yeu cau", "ma ho so", "so tt", "so thu tu", "stt", "so", "no"),
}  # fmt: skip
REQUIRED = ("received_at", "text")
LABELS = {
    "received_at": _("Time of receipt"),
    "text": _("What they ask"),
    "organisation": _("Business"),
    "name": _("Contact person"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "tax_code": _("Tax code"),
    "address": _("Address"),
    "channel": _("Channel of receipt"),
    "kind": _("Kind"),
    "field": _("Field"),
    "unit": _("Unit"),
    "ending": _("State or ending"),
    "answered_at": _("When it was answered"),
    "answer": _("What was answered"),
    "old_number": _("Number in the old register"),
}


def suggest(headings: Sequence[str]) -> dict[str, int]:
    """Return by what it says the place of a column: those worded just so first, then those that hold the words."""
    spoken = [folded(heading) for heading in headings]
    found: dict[str, int] = {}
    for fits in (lambda heading, words: heading == words, lambda heading, words: f" {words} " in f" {heading} "):
        for target, wordings in TARGETS.items():
            for words in wordings:
                free = [place for place in range(len(spoken)) if place not in found.values()]
                place = next((one for one in free if fits(spoken[one], words)), None)
                if target not in found and place is not None:
                    found[target] = place
    return found


def missing(mapping: Mapping[str, int]) -> list[str]:
    """Return what no column says and every register must."""
    return [target for target in REQUIRED if target not in mapping]
