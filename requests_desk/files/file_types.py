"""What a file is, told by what it holds: its name and its sender's word for it decide nothing (issue 5).

Kept are documents, tables, pictures and plain text. Archives are not: what lies in them nobody has seen.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from typing import BinaryIO, NamedTuple

import filetype
from django.utils.translation import gettext_lazy as _

HEAD = 8192
CHUNK = 65_536
NAME_BYTES = 255
MOST_ENTRIES = 10_000
# What office programs pack with. The others of the format unpack all they were given at once: no piece is small.
_PACKED_BY = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_TYPE_LENGTH = 200  # of an OpenDocument's own word for what it is
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_DIRECTORY = 4 * 1024 * 1024  # an office file names its streams within its first megabytes
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
# Whatever a system, a terminal or a reader of a list could take for more than a name.
_NEVER_IN_A_NAME = frozenset('<>:"|?*/\\')
_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class FileKind(NamedTuple):
    """A kind of file that is kept, and the endings its names may have, the usual one first."""

    content_type: str
    endings: tuple[str, ...]


PDF = FileKind("application/pdf", ("pdf",))
PICTURES = {
    "jpg": FileKind("image/jpeg", ("jpg", "jpeg")),
    "png": FileKind("image/png", ("png",)),
    "webp": FileKind("image/webp", ("webp",)),
    "heic": FileKind("image/heic", ("heic", "heif")),
}
PARTS = {
    "word/document.xml": FileKind(f"{_OFFICE}.wordprocessingml.document", ("docx",)),
    "xl/workbook.xml": FileKind(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",)),
}
OPEN_DOCUMENTS = {
    f"{_OPEN}.text": FileKind(f"{_OPEN}.text", ("odt",)),
    f"{_OPEN}.spreadsheet": FileKind(f"{_OPEN}.spreadsheet", ("ods",)),
}
STREAMS = {
    "WordDocument": FileKind("application/msword", ("doc",)),
    "Workbook": FileKind("application/vnd.ms-excel", ("xls",)),
}
TEXT = FileKind("text/plain", ("txt", "csv"))
ARCHIVES = frozenset({"7z", "bz2", "gz", "rar", "tar", "xz", "zst", "Z", "lz"})
KINDS = (PDF, *PICTURES.values(), *PARTS.values(), *OPEN_DOCUMENTS.values(), *STREAMS.values(), TEXT)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)

REASONS = {
    "empty": _("The file is empty."),
    "too_large": _("The file is too large."),
    "too_many": _("Too many files for one message."),
    "type": _("Files of this type are not accepted: PDF, Word, Excel, OpenDocument, pictures and plain text are."),
    "archive": _("Archives are not accepted: please unpack it and attach the files themselves."),
    "macros": _("The document holds macros: please save it without them, or as PDF."),
    "encoding": _("The text is not in Unicode (UTF-8): please save it so, or as PDF."),
    "unpacked": _("Unpacked the file would be far too large."),
    "broken": _("The file is damaged or protected by a password."),
    "infected": _("The virus scanner found malicious code in the file."),
    "flood": _("Very much was sent from your connection: please try again later, or bring the file to the office."),
    "erased": _("The file was erased with the request."),
    "gone": _("The file was not kept any longer: please attach it again."),
}  # fmt: skip


class Unfit(ValueError):
    """This file is not kept. `reason` is a key of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def kind_of(file: BinaryIO, name: str, *, most_unpacked: int) -> FileKind:
    """Return what a file is, from its content; a text alone needs its name. Raises Unfit.

    `most_unpacked` bytes is what an office document may unpack to: it is unpacked here, in small pieces, to nowhere.
    """
    file.seek(0)
    # Enough for every mark there is; the rest is read only once we know by which parser.
    head = file.read(HEAD)
    if not head:
        raise Unfit("empty")
    # Told apart by ourselves, from the whole: who sees the beginning alone takes a document for an archive.
    if head.startswith(b"PK"):
        return _packed(file, most_unpacked=most_unpacked)
    if head.startswith(OLE):
        return _compound(file)
    guessed = filetype.guess(head)
    if guessed is None:
        return _text(file, name)
    if guessed.extension == "pdf":
        return PDF
    if guessed.extension in PICTURES:
        return PICTURES[guessed.extension]
    raise Unfit("archive" if guessed.extension in ARCHIVES else "type")


def _packed(file: BinaryIO, *, most_unpacked: int) -> FileKind:
    try:
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
            if any(entry.compress_type not in _PACKED_BY for entry in entries):
                raise Unfit("broken")
            names = {entry.filename for entry in entries}
            kind = _office(packed, names)
            _unpack(packed, entries, most=most_unpacked)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError, OSError) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit("broken") from error
    return kind


def _office(packed: zipfile.ZipFile, names: set[str]) -> FileKind:
    # Refused before the kind is known: a .docx may hold macros whatever its ending promises.
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise Unfit("macros")
    if "[Content_Types].xml" in names:
        if kind := next((PARTS[part] for part in PARTS if part in names), None):
            return kind
    elif "mimetype" in names:
        with packed.open("mimetype") as inside:  # not `read`: it unpacks all there is before it looks at the length
            said = inside.read(_TYPE_LENGTH).decode("ascii", "replace").strip()
        if said in OPEN_DOCUMENTS:
            return OPEN_DOCUMENTS[said]
        raise Unfit("type")
    raise Unfit("archive")


def _unpack(packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo], *, most: int) -> None:
    """Read every entry to its end, counting. What the directory says of sizes is only its maker's word."""
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > most:
        raise Unfit("unpacked")
    total = 0
    for entry in entries:
        with packed.open(entry) as inside:
            while chunk := inside.read(CHUNK):
                total += len(chunk)
                if total > most:
                    raise Unfit("unpacked")


def _compound(file: BinaryIO) -> FileKind:
    """Tell Word from Excel of before 2007, and from installers, by the names of the streams."""
    file.seek(0)
    start = file.read(OLE_DIRECTORY)
    if "_VBA_PROJECT".encode("utf-16-le") in start:
        raise Unfit("macros")
    if "EncryptedPackage".encode("utf-16-le") in start:
        raise Unfit("broken")
    for stream, kind in STREAMS.items():
        if stream.encode("utf-16-le") in start:
            return kind
    raise Unfit("type")


def _text(file: BinaryIO, name: str) -> FileKind:
    if ending_of(name) not in TEXT.endings:
        raise Unfit("type")
    file.seek(0)
    try:
        # The whole of it: a letter cut in half at some boundary would look like another encoding.
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unfit("encoding") from error
    # A page or a drawing that calls itself a text.
    if _CONTROLS.search(text) or text.lstrip().startswith("<"):
        raise Unfit("type")
    return TEXT


def ending_of(name: str) -> str:
    """Return the ending of a name, in small letters without its dot."""
    stem, dot, ending = name.rpartition(".")
    return ending.strip().lower() if dot and stem else ""


def safe_name(name: str, kind: FileKind | None = None) -> str:
    """Return a name that is nothing but one: no path, no control or direction mark, 255 bytes, the ending it earned."""
    # Both slashes: some programs send the whole path of the sender's disk.
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(
        "_" if letter in _NEVER_IN_A_NAME else letter
        for letter in last
        if unicodedata.category(letter) not in _CATEGORIES
    )
    shown = " ".join(shown.split()).strip(". ")
    ending = ending_of(shown)
    if kind is None:
        return _cut(shown or "file", NAME_BYTES)
    # What it is decides what it is called: `a.exe` that is a PDF becomes `a.exe.pdf`.
    if ending in kind.endings:
        shown = shown[: -len(ending) - 1]
    else:
        ending = kind.endings[0]
    return f"{_cut(shown.strip('. ') or 'file', NAME_BYTES - len(ending) - 1)}.{ending}"


def _cut(text: str, most: int) -> str:
    """Cut to so many bytes of UTF-8 without cutting a letter in half."""
    return text.encode()[:most].decode(errors="ignore").rstrip()
