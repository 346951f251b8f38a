"""`python -m requests_desk.files.reader pdf|docx|text` writes the words of the file at its input, and knows no more.

It bounds itself in memory, time and what it writes. Whatever a file does to it, its parent takes it for unreadable.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from typing import BinaryIO

MB = 1024 * 1024
MEMORY = 768 * MB
CPU_SECONDS = 25
WORKS_SECONDS = 15.0
MOST_LETTERS = 400_000
MOST_PAGES = 2_000
# A scan may carry a stamp or a page number as text: that is no text of it.
FEWEST_IN_PDF = 20


def main() -> int:
    """Write {text, pages} as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable()  # a damaged file earns a line for each of its faults
    pages, parts = READERS[sys.argv[1]](sys.stdin.buffer)
    text = _gathered(parts)
    if pages is not None and sum(map(str.isalpha, text)) < FEWEST_IN_PDF:
        text = ""
    print(json.dumps({"text": text, "pages": pages}))  # noqa: T201
    return 0


def _gathered(parts: Iterator[str]) -> str:
    """Return the parts as far as letters and time reach, clean of what no text column takes."""
    end, length, taken = time.monotonic() + WORKS_SECONDS, 0, []
    for part in parts:
        taken.append(part)
        length += len(part)
        if length > MOST_LETTERS or time.monotonic() > end:
            break
    text = unicodedata.normalize("NFC", "\n".join(taken)[:MOST_LETTERS])
    kept = (letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
    lines = (" ".join(line.split()) for line in "".join(kept).split("\n"))
    return "\n".join(line for line in lines if line)


def _pdf(file: BinaryIO) -> tuple[int | None, Iterator[str]]:
    from pypdf import PdfReader

    reader = PdfReader(file)
    count = len(reader.pages)
    return count, (reader.pages[number].extract_text() for number in range(min(count, MOST_PAGES)))


def _docx(file: BinaryIO) -> tuple[int | None, Iterator[str]]:
    from docx import Document

    body = Document(file).element.body
    paragraphs = body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
    return None, ("".join(part.text or "" for part in one.iter() if part.tag.endswith("}t")) for one in paragraphs)


def _text(file: BinaryIO) -> tuple[int | None, Iterator[str]]:
    return None, iter([file.read(4 * MOST_LETTERS).decode("utf-8-sig", "replace")])


READERS: dict[str, Callable[[BinaryIO], tuple[int | None, Iterator[str]]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "text": _text,
}

if __name__ == "__main__":
    sys.exit(main())
