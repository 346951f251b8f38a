"""Put a document in, change, publish, withdraw and replace it; each act writes its line of history.

Who may do what the faces ask of `tickets.library_access`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.library import indexing, tasks
from requests_desk.library.models import Document, DocumentEvent, DocumentFile
from requests_desk.library.models.documents import local_date
from requests_desk.library.words import Category, DocumentType, EventKind, State, TextState
from requests_desk.people import identifiers
from requests_desk.people.models import Agency, Unit, User

LIMITS = {"issuer": 200, "number": 64, "abstract": 2000, "link": 500}
REASON_LIMIT = 500


class Refused(ValueError):
    """The document cannot be kept or published so. `fields` says of each field what to change; nothing was saved."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {', '.join(texts)}" for name, texts in fields.items()))
        self.fields = dict(fields)


class ChangedMeanwhile(Exception):
    """Somebody else changed the document since its reader opened it."""


class NotNow(Exception):
    """What was asked does not fit the document's state: the message says why."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What somebody says of a document: the seven fields but the file, and where it belongs."""

    category: str
    document_type: str = ""
    issuer: str = ""
    number: str = ""
    issue_date: date | None = None
    effective_date: date | None = None
    expires_date: date | None = None
    abstract: str = ""
    link: str = ""
    unit: Unit | None = None


NAMES = tuple(one.name for one in fields(Facts))


@transaction.atomic
def put_in(
    agency: Agency, facts: Facts, *, file: DocumentFile | None = None, by: User | None, at: datetime
) -> Document:
    """Keep a new document as a draft. Raises Refused."""
    facts = checked(facts)
    _require_new(agency, facts)
    day = facts.issue_date or local_date(at, agency)
    document = Document(agency=agency, shown_date=day, added_at=at, added_by=by)
    for name in NAMES:
        setattr(document, name, getattr(facts, name))
    document.save(force_insert=True)
    _give(document, file)
    changes = {name: [None, value] for name, value in _values(document).items() if value not in ("", None)}
    _note(document, EventKind.PUT_IN, changes, by=by, at=at)
    _index(document)
    return document


@transaction.atomic
def change(
    document: Document,
    facts: Facts,
    *,
    file: DocumentFile | None = None,
    version: int | None = None,
    by: User | None,
    at: datetime,
) -> Document:
    """Change what is said of a document; `file` None leaves its file. Raises Refused and ChangedMeanwhile.

    `version` is that which its reader saw. A published one stays so, and must stay fit to be.
    """
    document = _locked(document)
    if version is not None and version != document.version:
        raise ChangedMeanwhile
    facts = checked(facts)
    _require_new(document.agency, facts, but=document)
    before = _values(document)
    for name in NAMES:
        setattr(document, name, getattr(facts, name))
    document.shown_date = facts.issue_date or local_date(document.added_at, document.agency)
    document.version += 1
    if document.is_published:
        _require_readable(document, file=file or document.file)
    document.save(update_fields=[*NAMES, "shown_date", "version"])
    _give(document, file)
    after = _values(document)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        _note(document, EventKind.CHANGED, changes, by=by, at=at)
        _index(document)
    return document


@transaction.atomic
def publish(document: Document, *, by: User | None, at: datetime) -> Document:
    """Let everybody read a document; again where it was withdrawn. Raises Refused, and NotNow where it is published.

    It needs what it says of itself and something to open; whatever else of the seven fields is missing is listed.
    """
    document = _locked(document)
    if document.is_published:
        raise NotNow(_("It is published already."))
    _require_readable(document, file=document.file)
    # Meanwhile somebody may have put the same document in again.
    if document.withdrawn_at:
        _require_new(document.agency, _facts_of(document), but=document)
    before = document.state
    document.state, document.withdrawn_at = State.PUBLISHED, None
    document.published_at = document.published_at or at  # the lag counts to the first time
    document.version += 1
    document.save(update_fields=["state", "withdrawn_at", "published_at", "version"])
    _note(document, EventKind.PUBLISHED, {"state": [before, document.state]}, by=by, at=at)
    return document


@transaction.atomic
def withdraw(document: Document, *, reason: str, by: User | None, at: datetime) -> Document:
    """Take a document off the public's pages, or drop a draft; its row and file stay. Raises Refused and NotNow."""
    document = _locked(document)
    if document.state == State.WITHDRAWN:
        raise NotNow(_("It is withdrawn already."))
    reason = _text("reason", reason, limit=REASON_LIMIT)
    if not reason:
        raise Refused({"reason": [_("Please say why: it stands in the document's history.")]})
    before = document.state
    document.state, document.withdrawn_at = State.WITHDRAWN, at
    document.version += 1
    document.save(update_fields=["state", "withdrawn_at", "version"])
    _note(document, EventKind.WITHDRAWN, {"state": [before, document.state]}, reason=reason, by=by, at=at)
    return document


@transaction.atomic
def replace(
    document: Document, other: Document | None, *, on: date | None = None, by: User | None, at: datetime
) -> Document:
    """Say which document took the place of this one, from a day on; None takes that back. Raises Refused.

    Without a day it is that on which the other took effect or was issued.
    """
    document = _locked(document)
    expires = None
    if other is not None:
        _require_successor(document, other)
        # What takes its place ends it: otherwise both would be in force for a while.
        expires = on or other.effective_date or other.issue_date or local_date(at, document.agency)
        begun = document.effective_date or document.issue_date
        if begun and expires < begun:
            raise Refused({"on": [_("This one took effect later than that: please look at the days of both.")]})
    before = {"replaced_by": document.replaced_by_id, "expires_date": _shown(document.expires_date)}
    document.replaced_by, document.expires_date = other, expires
    document.version += 1
    document.save(update_fields=["replaced_by", "expires_date", "version"])
    after = {"replaced_by": document.replaced_by_id, "expires_date": _shown(expires)}
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    _note(document, EventKind.REPLACED, changes, by=by, at=at)
    return document


def checked(facts: Facts) -> Facts:
    """Return the facts cleaned. Raises Refused with every problem at once."""
    problems: dict[str, list[str]] = {}
    values = asdict(facts) | {"unit": facts.unit}
    for name, limit in LIMITS.items():
        try:
            values[name] = identifiers.clean_text(values[name], limit=limit)
        except identifiers.BadText as error:
            problems[name] = [str(error)]
    if facts.category not in Category.values:
        problems["category"] = [_("Please choose what it is about.")]
    if facts.document_type and facts.document_type not in DocumentType.values:
        problems["document_type"] = [_("“%(value)s” is not one of the choices.") % {"value": facts.document_type}]
    if facts.link and not facts.link.startswith(("https://", "http://")):
        problems["link"] = [_("A link begins with https:// or http://.")]
    problems |= _days(facts)
    if problems:
        raise Refused(problems)
    return Facts(**values)


def _days(facts: Facts) -> dict[str, list[str]]:
    """No document takes effect before it was issued, nor ends before it began."""
    issued, effective, expires = facts.issue_date, facts.effective_date, facts.expires_date
    problems = {}
    if issued and effective and effective < issued:
        said = _("It cannot take effect on %(effective)s, before it was issued on %(issued)s: check both days.")
        problems["effective_date"] = [said % {"effective": f"{effective:%d/%m/%Y}", "issued": f"{issued:%d/%m/%Y}"}]
    begun = max((day for day in (issued, effective) if day), default=None)
    if expires and begun and expires < begun:
        said = _("It cannot end on %(expires)s, before it began on %(begun)s.")
        problems["expires_date"] = [said % {"expires": f"{expires:%d/%m/%Y}", "begun": f"{begun:%d/%m/%Y}"}]
    return problems


def _require_new(agency: Agency, facts: Facts, *, but: Document | None = None) -> None:
    """Refuse the same document twice: the same number of the same authority on the same day."""
    # Without these two nothing tells it from another: a double is better than a refusal.
    if not facts.number or not facts.issue_date:
        return
    named = {"issuer": facts.issuer, "number": facts.number, "issue_date": facts.issue_date}
    same = Document.objects.filter(agency=agency, **named).exclude(state=State.WITHDRAWN)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise Refused({"number": [_("This document is there already: the same authority, number and day of issue.")]})


def _require_readable(document: Document, *, file: DocumentFile | None) -> None:
    problems: dict[str, list[str]] = {}
    if not document.abstract:
        problems["abstract"] = [_("Without an abstract nobody knows what it is about.")]
    if file is None and not document.link:
        name = "link" if document.category == Category.PROCEDURE else "file"
        problems[name] = [_("There is nothing to open yet: please add the file, or a link to it.")]
    if file is not None and not file.is_open:
        problems["file"] = [_("The virus scanner has not seen the file yet: please publish it a little later.")]
    if problems:
        raise Refused(problems)


def _require_successor(document: Document, other: Document) -> None:
    """Refuse a successor that is itself, or whose own successors lead back here."""
    if other.agency_id != document.agency_id:
        raise Refused({"by": [_("The other document is not one of this department.")]})
    seen, next_ = {document.pk}, other
    while next_ is not None:
        if next_.pk in seen:
            raise Refused({"by": [_("A document cannot take its own place.")]})
        seen.add(next_.pk)
        next_ = next_.replaced_by  # type: ignore[assignment]  # None ends the chain


def _locked(document: Document) -> Document:
    rows = Document.objects.select_for_update(of=("self",)).select_related("agency", "file", "unit")
    return rows.get(pk=document.pk)


def _give(document: Document, file: DocumentFile | None) -> None:
    if file is None:
        return
    DocumentFile.objects.filter(pk=file.pk).update(document=document)
    document.file = file
    document.save(update_fields=["file"])


def _index(document: Document) -> None:
    """Write the words anew; a file nobody has read yet is read by a worker, after the commit."""
    file = document.file
    indexing.keep(document, text=file.text if file else "")
    if file is not None and file.text_state == TextState.WAITING:
        transaction.on_commit(tasks.wake)


def _values(document: Document) -> dict[str, Any]:
    """Return what the history keeps of a document."""
    values = {name: _shown(getattr(document, name)) for name in NAMES if name != "unit"}
    return values | {"unit": document.unit_id, "file": document.file.sha256 if document.file else None}


def _facts_of(document: Document) -> Facts:
    return Facts(**{name: getattr(document, name) for name in NAMES})


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _text(name: str, text: str, *, limit: int) -> str:
    try:
        return identifiers.clean_text(text, limit=limit)
    except identifiers.BadText as error:
        raise Refused({name: [str(error)]}) from error


def _note(
    document: Document, kind: str, changes: Mapping[str, Any], *, by: User | None, at: datetime, reason: str = ""
) -> None:
    DocumentEvent.objects.create(document=document, kind=kind, actor=by, at=at, changes=dict(changes), reason=reason)
