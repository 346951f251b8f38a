"""Read a spreadsheet of any encoding row by row, and write one: nothing in a cell is ever run."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES = 30 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, LONGEST = 50_000, 60, 50_000
HEAD = 15  # rows above the headings: the name of the office, the title, the year
ENCODINGS = ("utf-8", "windows-1258")
# What a damaged XLSX ends in: the parsers of XML raise SyntaxErrors, those of ZIP and of cells what each meets.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    SyntaxError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(ValueError):
    """The file is no register that can be read: the message says why, for whoever chose it."""


class _TooLarge(Exception):
    """What is packed would fill the memory."""


class Table(NamedTuple):
    """The headings, the number of their row, and what follows: (row number, cells), read as it is asked for."""

    headings: list[str]
    rows: Iterator[tuple[int, list[str]]]
    encoding: str


def read(file: IO[bytes], name: str, *, encoding: str = "") -> Table:
    """Return the table in a file of XLSX or CSV. Raises Unreadable, at once or at a row."""
    file.seek(0, io.SEEK_END)
    if file.tell() > MOST_BYTES:
        raise Unreadable(_("The file is too large: at most %(mb)s MB.") % {"mb": MOST_BYTES // 1024**2})
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK"):
        return _headed(_sheet(file), "xlsx")
    if start == b"\xd0\xcf\x11\xe0":
        raise Unreadable(_("This is an old XLS file: save it as XLSX or CSV first."))
    if not name.lower().endswith((".csv", ".txt", ".tsv")):
        raise Unreadable(_("Only XLSX and CSV files can be read."))
    text, used = _decoded(file.read(), encoding)
    return _headed(_lines(text), used)


def _sheet(file: IO[bytes]) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(file) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MOST_UNPACKED:
            raise _TooLarge
        file.seek(0)
        # data_only: a formula counts as what it came to when it was saved, and is never computed.
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except _TooLarge:
        raise Unreadable(_("The file unpacks to more than can be read.")) from None
    except _DAMAGED as error:
        raise Unreadable(_("The XLSX file is damaged.")) from error
    if not book.worksheets:
        raise Unreadable(_("The file holds no sheet."))
    rows = book.worksheets[0].iter_rows(values_only=True, max_col=MOST_COLUMNS)
    return _texts(rows)


def _texts(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[str]]:
    """Yield rows as texts; a sheet may break off only where it is read."""
    try:
        for row in rows:
            yield [_text(cell) for cell in row]
    except _DAMAGED as error:
        raise Unreadable(_("The XLSX file is damaged.")) from error


def _text(cell: Any) -> str:
    """Return a cell as text: days as ISO, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _clean(str(cell))


def _decoded(raw: bytes, encoding: str) -> tuple[str, str]:
    for mark, named in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            encoding = named
    for tried in [encoding] if encoding else ENCODINGS:
        try:
            return raw.decode(tried), tried
        except (UnicodeDecodeError, LookupError):
            continue
    raise Unreadable(_("The letters of the file cannot be read: save it as UTF-8."))


def _lines(text: str) -> Iterator[list[str]]:
    head = text[:20_000]
    delimiter = max(";,\t|", key=lambda mark: max(line.count(mark) for line in head.splitlines()[:HEAD] or [""]))
    csv.field_size_limit(LONGEST * 4)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_clean(cell) for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise Unreadable(_("The CSV file breaks off: %(reason)s") % {"reason": error}) from error


def _clean(cell: str) -> str:
    """Return a cell in NFC, without the quote that keeps a spreadsheet from computing it."""
    cell = unicodedata.normalize("NFC", cell.replace("\x00", "")).strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _headed(rows: Iterator[list[str]], encoding: str) -> Table:
    """Find the headings: the row near the top with the most cells filled in."""
    head = []
    for row in rows:
        head.append(row)
        if len(head) == HEAD:
            break
    filled = [sum(map(bool, row)) for row in head]
    if not filled or max(filled) < 2:
        raise Unreadable(_("No row of headings was found: at least two columns are needed."))
    place = filled.index(max(filled))
    width = max(number for number, heading in enumerate(head[place], 1) if heading)
    below = _numbered(head[place + 1 :], rows, first=place + 2)
    headings = [heading or f"({number})" for number, heading in enumerate(head[place][:width], 1)]
    return Table(headings, ((number, row[:width]) for number, row in below if any(row[:width])), encoding)


def _numbered(head: Sequence[list[str]], rows: Iterator[list[str]], *, first: int) -> Iterator[tuple[int, list[str]]]:
    number = first - 1
    for part in (iter(head), rows):
        for row in part:
            number += 1
            if number - first >= MOST_ROWS:
                raise Unreadable(_("More than %(count)s rows: split the file.") % {"count": MOST_ROWS})
            yield number, row


def write(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return an XLSX in which every cell is text: a number keeps its zeros, and a formula is only read."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("So theo doi")
    for row in (headings, *rows):
        sheet.append([_as_text(sheet, cell) for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _as_text(sheet: Any, cell: str) -> WriteOnlyCell:
    made = WriteOnlyCell(sheet, value=f"'{cell}" if cell.startswith(FORMULA) else cell)
    made.data_type, made.number_format = "s", "@"
    return made
