"""The look holds its own rules: nothing inline, every icon drawn, enough contrast in both palettes, SMS of one part."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from notifications.sms_text import segments, to_gsm7
from requests_desk.tickets.sentences import ICONS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "mail" not in path.parts)
BASE = (ROOT / "static" / "css" / "base.css").read_text()
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|href=[\"']javascript:")
ICON = re.compile(r"icon-([a-z]+)")
TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})")
TOKENS = BASE.split("/* ---- bare elements")[0]
LIGHT, DARK = (dict(TOKEN.findall(part)) for part in TOKENS.split("@media (prefers-color-scheme: dark)"))
GROUNDS = ("paper", "surface", "sunk")
MEANINGS = ("good", "info", "soon", "urgent", "late")
# Words need 4.5:1; the border of a control and the ring of the keyboard 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
PAIRS = [
    *[(text, ground, 4.5) for text in ("ink", "ink-2", "brand", *MEANINGS) for ground in GROUNDS],
    *[(meaning, f"{meaning}-soft", 4.5) for meaning in MEANINGS],
    ("on-brand", "brand", 4.5),
    ("on-brand", "brand-strong", 4.5),
    ("on-late", "late", 4.5),
    ("brand-strong", "brand-soft", 4.5),
    *[(edge, ground, 3.0) for edge in ("edge", "focus") for ground in GROUNDS],
]
LONGEST: dict[str, Any] = {
    "agency": SimpleNamespace(short_name="SO CT PHUSON", hotline="02613888111"),
    "ticket": SimpleNamespace(code="SCT-2026-000123"),
    "lookup_code": "K7MW3PQX",
    "survey_url": "https://hoidap.socongthuong.phuson.gov.vn/survey/AbCdEfGhIjKlMnOpQrStUv/",
    "due_at": datetime(2026, 11, 25, 9, 58, tzinfo=UTC),
    "reply": SimpleNamespace(promised_at=datetime(2026, 12, 15, 9, 58, tzinfo=UTC)),
}
TIME_LEFT = {"vi": "quá hạn 23 giờ 59 phút", "en": "overdue by 23 hours 59 minutes"}
SMS = sorted((ROOT / "templates" / "sms").rglob("*.txt"))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_it_holds_no_inline_style_or_script(page: Path):
    assert not INLINE.search(page.read_text())


def test_it_holds_the_mark_itself_in_every_page():
    drawn = (ROOT / "static" / "img" / "mark.svg").read_text().strip().replace('"', "'")

    assert drawn in unquote(render_to_string("_favicon.html"))


def test_it_draws_every_icon_that_is_used():
    used = {name for page in PAGES for name in ICON.findall(page.read_text())} | {str(name) for name in ICONS.values()}

    assert used - set(re.findall(r"\.icon-([a-z]+)", BASE)) == set()


@pytest.mark.parametrize("palette", [LIGHT, LIGHT | DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "wanted"), PAIRS)
def test_it_has_enough_contrast(palette: dict[str, str], front: str, ground: str, wanted: float):
    lighter, darker = sorted((luminance(palette[front]), luminance(palette[ground])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= wanted


@pytest.mark.parametrize("path", SMS, ids=lambda path: "/".join(path.parts[-2:]))
def test_it_sends_an_sms_of_one_part_with_the_longest_values(path: Path):
    language = path.parent.name

    with translation.override(language):
        text = render_to_string(str(path), LONGEST | {"time_left": TIME_LEFT[language]})

    assert segments(to_gsm7(text.strip())) == 1


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
