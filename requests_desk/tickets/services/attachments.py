"""Files: looked at, kept under a random name, handed from a form to what it becomes, swept up when it never does.

A face calls `take_in` with what was chosen now and what was kept before; what is refused is named and costs nothing
else. A service that makes a ticket, message or reply calls `attach` in its own transaction and adds the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, NamedTuple, Protocol

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.db import transaction

from requests_desk.files import file_types, scanner, store
from requests_desk.files.staged import Tokens
from requests_desk.files.store import FileRefused
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets.models import Attachment, Message, Reply, Ticket
from requests_desk.tickets.services import ledger
from requests_desk.tickets.services.ledger import Line

FOLDER = "files"
STAGED_FOR = timedelta(days=1)
LINK_HOLDS = timedelta(hours=1)
RESCANNED_AT_ONCE = 20
_STAGED = Tokens("requests_desk.staged-file")
_PUBLIC = signing.Signer(salt="requests_desk.public-file")
State = Attachment.State


class Named(Protocol):
    """An uploaded file, as Django hands it over."""

    name: str | None


class Kept(NamedTuple):
    """A staged file and the signed token by which its form names it."""

    file: Attachment
    token: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a form's files became: staged ones with their tokens, and those refused, each with why."""

    kept: list[Kept] = field(default_factory=list)
    refused: list[FileRefused] = field(default_factory=list)

    @property
    def files(self) -> list[Attachment]:
        """Return the staged rows, for `attach`."""
        return [kept.file for kept in self.kept]


def take_in(uploads: Iterable[Named], tokens: Iterable[str], *, by: User | None, at: datetime) -> Taken:
    """Stage what was chosen in a form now, beside what its `tokens` say was staged before. Nothing raises."""
    taken = Taken()
    for token in dict.fromkeys(tokens):
        try:
            taken.kept.append(Kept(_staged(token), token))
        except FileRefused as error:
            taken.refused.append(error)
    for upload in uploads:
        name = upload.name or ""
        try:
            if len(taken.kept) >= settings.ATTACHMENT_MAX_COUNT:
                raise FileRefused(file_types.safe_name(name), "too_many")
            file = keep(upload, name, by=by, at=at)  # type: ignore[arg-type]  # Django's files are read like any other
        except FileRefused as error:
            taken.refused.append(error)
        else:
            # The same file chosen again, because its form came back, is one.
            if file.sha256 not in {kept.file.sha256 for kept in taken.kept}:
                taken.kept.append(Kept(file, token_of(file)))
    return taken


def keep(file: BinaryIO, name: str, *, by: User | None, at: datetime) -> Attachment:
    """Keep one file for a day, until `attach` gives it a place. Raises FileRefused.

    While a virus scanner is configured and away, it is kept all the same and opens to nobody before it was scanned.
    """
    stored = store.put(file, name, folder=FOLDER)
    return Attachment.objects.create(
        **stored.fields,
        state=State.KEPT if stored.is_scanned else State.WAITING,
        added_at=at,
        added_by=by,
    )


def token_of(file: Attachment) -> str:
    """Return the token by which a form names a staged file: whoever holds it may attach it, once."""
    return _STAGED.give(file)


def _staged(token: str) -> Attachment:
    try:
        return Attachment.objects.get(**_STAGED.read(token), state__in=(State.KEPT, State.WAITING))
    except Attachment.DoesNotExist as error:
        raise FileRefused("", "gone") from error


def attach(
    files: Sequence[Attachment],
    ticket: Ticket,
    *,
    message: Message | None = None,
    reply: Reply | None = None,
    are_signed: bool = False,
) -> list[Line]:
    """Give staged files to a request, or to a message or reply of it; return the ledger's lines for the caller's own.

    `are_signed` says that they show a reply as it was signed (P5). Call it inside the transaction that writes
    what they belong to.
    """
    lines = []
    for file in files:
        given = file if _is_free(file) else _copy(file)
        Attachment.objects.filter(pk=given.pk).update(ticket=ticket, message=message, reply=reply, is_signed=are_signed)
        facts = {"file": given.pk, "digest": identifiers.text_digest(given.sha256)}
        owner = {"message": message.pk} if message else {"reply": reply.pk} if reply else {}
        owner |= {"signed": True} if are_signed else {}
        lines.append(Line(ticket, "file_added", facts | owner))
    return lines


def _is_free(file: Attachment) -> bool:
    """Lock a staged file: the same form may be on its way twice."""
    return Attachment.objects.select_for_update().filter(pk=file.pk, ticket=None).exists()


def _copy(file: Attachment) -> Attachment:
    """Keep the bytes once more: a form sent again by the browser's way back is another request with the same file."""
    with default_storage.open(file.place) as content:
        return keep(store.content_of(content), file.name, by=file.added_by, at=file.added_at)


def note_refused(ticket: Ticket, refused: FileRefused, *, message: Message | None = None, at: datetime) -> Line:
    """Note on a request that a file came with it and was not kept; return the ledger's line for the caller's own."""
    file = Attachment.objects.create(
        ticket=ticket,
        message=message,
        name=refused.name or "file",
        state=State.REFUSED,
        reason=refused.reason,
        added_at=at,
    )
    return Line(ticket, "file_refused", {"file": file.pk, "reason": refused.reason})


def public_token(file: Attachment, *, at: datetime) -> str:
    """Return what opens one file to the public for an hour: given only on a page that its reader may see in full."""
    return _PUBLIC.sign_object([file.pk, int((at + LINK_HOLDS).timestamp())])


def by_public_token(token: str, *, at: datetime) -> Attachment:
    """Return the file a token opens. Raises Attachment.DoesNotExist for a wrong, an old and a refused one alike."""
    try:
        pk, until = _PUBLIC.unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise Attachment.DoesNotExist from error
    if until < at.timestamp():
        raise Attachment.DoesNotExist
    return Attachment.objects.get(pk=pk, ticket__isnull=False, state=State.KEPT)


# --- upkeep -----------------------------------------------------------------------------------------------------------


def rescan(*, at: datetime) -> int:
    """Scan what waits for a scanner that was away; return how many it answered for."""
    waiting = Attachment.objects.filter(state=State.WAITING).order_by("added_at")
    count = 0
    for file in waiting[:RESCANNED_AT_ONCE]:
        try:
            is_clean = store.is_clean(file.place)
        except scanner.ScannerAway:
            return count
        count += 1
        if is_clean:
            Attachment.objects.filter(pk=file.pk, state=State.WAITING).update(state=State.KEPT)
        else:
            _refuse(file, "infected", at=at)
    return count


def _refuse(file: Attachment, reason: str, *, at: datetime) -> None:
    place = file.place
    with transaction.atomic():
        Attachment.objects.filter(pk=file.pk).update(state=State.REFUSED, reason=reason, place="")
        if file.ticket_id is not None:
            ticket = Ticket.objects.select_for_update().get(pk=file.ticket_id)
            ledger.append([Line(ticket, "file_refused", {"file": file.pk, "reason": reason})], actor=None, at=at)
    if place:
        default_storage.delete(place)


def forget_staged(*, at: datetime) -> int:
    """Drop what was chosen in forms that were never sent; return how many."""
    old = Attachment.objects.filter(ticket=None, held=None, added_at__lt=at - STAGED_FOR)
    count = 0
    for pk, place in old.values_list("pk", "place"):
        # Asked again in the deletion itself: its form may be arriving just now.
        if Attachment.objects.filter(pk=pk, ticket=None, held=None).delete()[0]:
            count += 1
            if place:
                default_storage.delete(place)
    return count


def forget_strays(*, at: datetime) -> int:
    """Drop bytes that no row names, a day old or more: what a crash left between the two. Return how many."""

    def known(places: Iterable[str]) -> set[str]:
        return set(Attachment.objects.filter(place__in=places).values_list("place", flat=True))

    return store.forget_strays(FOLDER, known, before=at - STAGED_FOR)
