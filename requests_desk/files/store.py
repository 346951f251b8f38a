"""Look at a file, keep its bytes under a random name, drop them again: shared by all that takes files in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from requests_desk.files import file_types, scanner
from requests_desk.files.file_types import FileKind, Unfit


class FileRefused(ValueError):
    """One file is not kept: `name` as its sender sees it, `reason` a key of file_types.REASONS."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {file_types.REASONS[reason]}")
        self.name, self.reason = name, reason


class Stored(NamedTuple):
    """A file that was looked at and kept. `is_scanned` is false while a configured virus scanner is away."""

    name: str
    kind: FileKind
    size: int
    sha256: str
    place: str
    is_scanned: bool

    @property
    def fields(self) -> dict[str, Any]:
        """Return what its row keeps of it."""
        facts = {"name": self.name, "content_type": self.kind.content_type, "size": self.size}
        return facts | {"sha256": self.sha256, "place": self.place}


def put(file: BinaryIO, name: str, *, folder: str) -> Stored:
    """Keep a file's bytes under `folder`, once its content, its size and the scanner allow it. Raises FileRefused."""
    try:
        size, digest = _measured(file)
        kind = file_types.kind_of(file, name, most_unpacked=settings.ATTACHMENT_MAX_UNPACKED_BYTES)
        is_scanned = _scanned(file)
    except Unfit as error:
        raise FileRefused(file_types.safe_name(name), error.reason) from error
    # A random name: neither the sender's words nor a running number lead to a file on the disk.
    secret = secrets.token_hex(16)
    file.seek(0)
    # Spread over 256 folders: some file systems slow down at a hundred thousand names in one.
    place = default_storage.save(f"{folder}/{secret[:2]}/{secret}", File(file))
    return Stored(file_types.safe_name(name, kind), kind, size, digest, place, is_scanned)


def is_clean(place: str) -> bool:
    """Tell whether the scanner finds nothing in a kept file, or is not asked any longer. Raises ScannerAway."""
    if not scanner.is_configured():
        return True
    with default_storage.open(place) as content:
        return scanner.is_clean(content_of(content))


def content_of(content: File[bytes]) -> BinaryIO:
    """Return what an opened file of the store is read by."""
    assert content.file is not None  # noqa: S101  it was just opened
    return content.file  # type: ignore[return-value]  # typeshed knows two names for one thing


def forget_strays(folder: str, known: Callable[[Iterable[str]], set[str]], *, before: datetime) -> int:
    """Drop bytes older than `before` that no row names: what a crash left between the two. Return how many."""
    count = 0
    for part in default_storage.listdir(folder)[0] if default_storage.exists(folder) else []:
        places = {f"{folder}/{part}/{name}" for name in default_storage.listdir(f"{folder}/{part}")[1]}
        for place in places - known(places):
            # A file whose row is about to be written looks like a stray for a moment.
            if default_storage.get_modified_time(place) < before:
                default_storage.delete(place)
                count += 1
    return count


def _measured(file: BinaryIO) -> tuple[int, str]:
    """Return size and SHA-256 in one reading that stops where the file is too large."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(file_types.CHUNK):
        size += len(chunk)
        if size > settings.ATTACHMENT_MAX_BYTES:
            raise Unfit("too_large")
        digest.update(chunk)
    return size, digest.hexdigest()


def _scanned(file: BinaryIO) -> bool:
    if not scanner.is_configured():
        return True
    try:
        if scanner.is_clean(file):
            return True
    except scanner.ScannerAway:
        # Kept and not opened until it is scanned: a scanner that is away must not turn a business away.
        return False
    raise Unfit("infected")
