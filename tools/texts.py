#!/usr/bin/env python3
"""The texts of the interface: `extract` new ones, `compile` the catalogues, `check` that each has its Vietnamese.

Reads code and templates by Babel alone, so no gettext program is needed.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locale"
CODE = ("requests_desk", "sla", "notifications")
Shape = tuple[int | tuple[int, int] | tuple[int, str], ...] | None
Translation = str | tuple[str, ...] | list[str] | None
SHAPES: dict[str, Shape] = {
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
KEYWORDS: dict[str, Shape] = {name + lazy: shape for lazy in ("", "_lazy") for name, shape in SHAPES.items()} | {
    "_": None,
    "gettext_noop": None,
}
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={plurals}; plural={rule};\\n"

"""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|(?<!\{)\{\w*\}(?!\})")
# Text between tags, and the attributes a reader sees or hears.
SEEN_ATTRIBUTE = re.compile(r"""\b(?:title|placeholder|alt|aria-label|content-label)\s*=\s*(["'])(.*?)\1""", re.S)
UNSEEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>|<[^>]*>|<[^>]*$|^[^<]*>|&#?\w+;", re.S)
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = {"API", "CSV", "XLSX", "DOCX", "PDF", "QR", "SMS", "URL", "VI", "EN", "Zalo", "Tiếng", "Việt", "English"}


class Text(NamedTuple):
    """One text to translate: its context, its id (singular and plural where it counts), and where it stands."""

    context: str | None
    id: str | tuple[str, ...]
    place: str


def templates() -> list[Path]:
    """Return every template of the house."""
    return sorted(
        p for top in ("templates", *CODE) for p in (ROOT / top).rglob("*") if "templates" in p.parts and p.is_file()
    )


def texts() -> Iterator[Text]:
    """Yield every text that code or a template marks for translation."""
    for path in sorted(p for top in CODE for p in (ROOT / top).rglob("*.py")):
        yield from _texts_of(path, path.read_text())
    for path in templates():
        # Without its indentation what templatize leaves is close enough to Python to be read as such.
        pseudo = templatize(path.read_text(), origin=str(path))
        yield from _texts_of(path, "\n".join(line.strip() for line in pseudo.split("\n")))


def _texts_of(path: Path, source: str) -> Iterator[Text]:
    found = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})
    for line, message, _comments, context in found:
        if message:
            yield Text(context, message, f"{path.relative_to(ROOT)}:{line}")


def unmarked() -> Iterator[str]:
    """Yield the words that a page shows without marking them for translation."""
    for path in templates():
        if path.suffix != ".html":
            continue
        for line, words in _bare_words(path.read_text()):
            yield f"{path.relative_to(ROOT)}:{line}: “{words}” is not marked for translation"


def _bare_words(source: str) -> Iterator[tuple[int, str]]:
    marked, kept = False, []
    for token in Lexer(source).tokenize():
        name = token.contents.split(" ", 1)[0] if token.token_type == TokenType.BLOCK else ""
        marked = (marked or name in ("blocktranslate", "blocktrans", "comment")) and not name.startswith("end")
        lines = "\n" * (token.contents.count("\n"))
        kept.append(token.contents if token.token_type == TokenType.TEXT and not marked else " " + lines)
    page = "".join(kept)
    seen = [(m.start(2), m.group(2)) for m in SEEN_ATTRIBUTE.finditer(page)]
    plain = UNSEEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), page)
    seen += [(m.start(), m.group()) for m in re.finditer(r"\S[^\n]*", plain)]
    for start, text in sorted(seen):
        if any(word not in NAMES for word in WORD.findall(text)):
            yield page.count("\n", 0, start) + 1, " ".join(text.split())[:60]


def read(path: Path) -> Catalog:
    """Return a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def catalogues() -> list[Path]:
    """Return the catalogues of every language."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/*.po"))


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalogue sorted and without dates or places, so that it changes only where a text does."""
    out = io.BytesIO()
    write_po(out, catalog, width=0, sort_output=True, no_location=True, omit_header=True, ignore_obsolete=True)
    language = path.parent.parent.name
    header = HEADER.format(language=language, plurals=catalog.num_plurals, rule=catalog.plural_expr)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + out.getvalue().decode().strip() + "\n")


def extract_all() -> int:
    """Add new texts to each catalogue and drop those no longer used. Return the exit code."""
    paths = catalogues() or [LOCALES / "vi" / "LC_MESSAGES" / "django.po"]
    for path in paths:
        old = read(path) if path.exists() else Catalog(locale=path.parent.parent.name)
        new = Catalog(locale=path.parent.parent.name)
        for text in texts():
            kept = old.get(text.id, text.context)
            new.add(text.id, kept.string if kept else None, context=text.context, flags=kept.flags if kept else ())
        write(path, new)
        print(
            f"{path.relative_to(ROOT)}: {len(new)} texts, {sum(not _whole(m.string) for m in new if m.id)} to translate"
        )
    return 0


def compile_all() -> int:
    """Write the .mo beside each .po that is newer. Return the exit code."""
    for path in catalogues():
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        # Several processes may compile at once: each writes its own file and moves it into place.
        half = target.with_suffix(f".{os.getpid()}")
        with half.open("wb") as file:
            write_mo(file, read(path))
        half.replace(target)
    return 0


def check_all() -> int:
    """Print every text that a reader would meet untranslated. Return the exit code."""
    faults = [*unmarked()]
    for path in catalogues():
        faults += _faults(read(path))
    for fault in faults:
        print(fault)
    print(f"texts: {len(faults)} to mend" if faults else f"texts: {len({t[:2] for t in texts()})} translated")
    return 1 if faults else 0


def _faults(catalog: Catalog) -> Iterator[str]:
    for text in texts():
        ids = text.id if isinstance(text.id, tuple) else (text.id,)
        entry = catalog.get(text.id if len(ids) == 1 else ids, text.context)
        name = f"{text.place}: “{ids[0]}”"
        if entry is None or not _whole(entry.string):
            yield f"{name} has no {catalog.locale} text (make texts, then translate it)"
        elif entry.fuzzy:
            yield f"{name} has a {catalog.locale} text that is only a guess (fuzzy)"
        elif not _same_placeholders(ids, entry.string):
            yield f"{name} and its {catalog.locale} text name different placeholders"


def _whole(string: Translation) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def _same_placeholders(ids: tuple[str, ...], string: Translation) -> bool:
    strings = string if isinstance(string, (tuple, list)) else (string or "",)
    # A singular may leave its number out; the plural names everything there is.
    wanted = set(PLACEHOLDER.findall(ids[-1]))
    return all(set(PLACEHOLDER.findall(each)) == wanted for each in strings)


def main() -> int:
    """Run one command. Return the exit code."""
    commands = {"extract": extract_all, "compile": compile_all, "check": check_all}
    chosen = commands.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if chosen is None:
        print(f"usage: tools/texts.py {'|'.join(commands)}", file=sys.stderr)
        return 2
    return chosen()


if __name__ == "__main__":
    sys.exit(main())
