"""Files of documents: taken in from a form, read for their words under bounds, swept up when nothing came of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import BinaryIO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q

from requests_desk.files import reading, store
from requests_desk.files.scanner import ScannerAway
from requests_desk.files.staged import Tokens
from requests_desk.files.store import FileRefused
from requests_desk.library import indexing
from requests_desk.library.models import Document, DocumentFile
from requests_desk.library.words import TextState
from requests_desk.people.models import User

FOLDER = "documents"
STAGED_FOR = timedelta(days=1)
MOST_TRIES = 3
# A reader that died says nothing: its file is tried again after this.
AGAIN_AFTER = timedelta(minutes=5)
_STAGED = Tokens("requests_desk.staged-document")


def keep(file: BinaryIO, name: str, *, by: User | None, at: datetime) -> DocumentFile:
    """Keep one file for a day, until a document takes it. Raises FileRefused."""
    stored = store.put(file, name, folder=FOLDER)
    return DocumentFile.objects.create(
        **stored.fields,
        state=DocumentFile.State.KEPT if stored.is_scanned else DocumentFile.State.WAITING,
        text_state=TextState.WAITING if reading.can_read(stored.kind.content_type) else TextState.UNREAD,
        added_at=at,
        added_by=by,
    )


def token_of(file: DocumentFile) -> str:
    """Return the token by which a form that came back names the file it was sent with."""
    return _STAGED.give(file)


def staged(token: str) -> DocumentFile:
    """Return the file a form names, while no document has it. Raises FileRefused."""
    try:
        return DocumentFile.objects.get(**_STAGED.read(token), document=None)
    except DocumentFile.DoesNotExist as error:
        raise FileRefused("", "gone") from error


def read_next(*, at: datetime) -> bool:
    """Read the words of one file that waits, in a child under bounds, and index its document. False: none waits."""
    file = _claim(at=at)
    if file is None:
        return False
    with default_storage.open(file.place) as content:
        read = reading.read(store.content_of(content), file.content_type)
    state = TextState.UNREAD if read is None else TextState.FOUND if read.text else TextState.NONE
    with transaction.atomic():
        text, pages = (read.text, read.pages) if read else ("", None)
        DocumentFile.objects.filter(pk=file.pk).update(text_state=state, text=text, pages=pages)
        for document in Document.objects.select_for_update().filter(file=file):
            indexing.keep(document, text=text)
    return True


def _claim(*, at: datetime) -> DocumentFile | None:
    """Take one file that waits; it counts as tried before anybody looks at it."""
    waiting = DocumentFile.objects.filter(
        Q(tried_at=None) | Q(tried_at__lte=at - AGAIN_AFTER), text_state=TextState.WAITING, document__isnull=False
    ).exclude(place="")
    with transaction.atomic():
        file = waiting.select_for_update(skip_locked=True).order_by("id").first()
        if file is None:
            return None
        if file.tries >= MOST_TRIES:
            # Left alone for good: a file that kills its readers would keep the worker from every other.
            DocumentFile.objects.filter(pk=file.pk).update(text_state=TextState.UNREAD)
            return _claim(at=at)
        DocumentFile.objects.filter(pk=file.pk).update(tries=F("tries") + 1, tried_at=at)
    return file


# --- upkeep -----------------------------------------------------------------------------------------------------------


def rescan() -> int:
    """Scan what waits for a scanner that was away; return how many it answered for."""
    count = 0
    for file in DocumentFile.objects.filter(state=DocumentFile.State.WAITING).order_by("pk")[:20]:
        try:
            is_clean = store.is_clean(file.place)
        # The rest waits as well: asking twenty times whether it is away helps nobody.
        except ScannerAway:
            return count
        count += 1
        if is_clean:
            DocumentFile.objects.filter(pk=file.pk).update(state=DocumentFile.State.KEPT)
        else:
            DocumentFile.objects.filter(pk=file.pk).update(state=DocumentFile.State.REFUSED, place="")
            # The row first: bytes without a row are swept up, a row without bytes would break its page.
            default_storage.delete(file.place)
    return count


def forget_staged(*, at: datetime) -> int:
    """Drop what was chosen in forms that were never sent; return how many."""
    old = DocumentFile.objects.filter(document=None, added_at__lt=at - STAGED_FOR)
    count = 0
    for pk, place in old.values_list("pk", "place"):
        # Asked once more: a form may have been sent while the list was read.
        if DocumentFile.objects.filter(pk=pk, document=None).delete()[0]:
            count += 1
            if place:
                default_storage.delete(place)
    return count


def forget_strays(*, at: datetime) -> int:
    """Drop bytes that no row names, a day old or more. Return how many."""

    def known(places: Iterable[str]) -> set[str]:
        return set(DocumentFile.objects.filter(place__in=places).values_list("place", flat=True))

    return store.forget_strays(FOLDER, known, before=at - STAGED_FOR)
