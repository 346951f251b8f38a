"""Find documents: for everybody what is published, for the staff all of their department."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from requests_desk.library import indexing
from requests_desk.library.models import Document, DocumentEvent, DocumentFile
from requests_desk.library.words import State
from requests_desk.people.models import Agency

PAGE = 20
MOST_COUNTED = 200
ISSUERS = 100
# How well a document fits what is searched: as it was typed in its fields, all words there, in its text.
AS_TYPED, IN_FIELDS, IN_TEXT = 0, 1, 2
FIELD_NAMES = {
    "document_type": _("Document type"),
    "issuer": _("Issuing authority"),
    "number": _("Number and symbol"),
    "issue_date": _("Date of issue"),
    "effective_date": _("Effective date"),
    "abstract": pgettext_lazy("document", "Summary"),
    "file": _("File"),
    "link": _("Link"),
}
# What begins a line of its own in a Vietnamese document.
_BEGINS = re.compile(r"(?:Điều|Mục|Chương|Phần|Khoản)\s|\d+[.)]|[a-zđ]\)|[-+•–]")
SNIPPET = 260
TITLE = 120
SEARCHED_FOR_SNIPPETS = 100_000


class Piece(NamedTuple):
    """A run of a text; `is_hit` where it is what was searched."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What documents are looked for by; everything empty means all of them."""

    q: str = ""
    category: str = ""
    document_type: str = ""
    issuer: str = ""
    year: int | None = None
    in_force: bool = False
    day: date | None = None  # on which it must hold


@dataclass(frozen=True, slots=True)
class Found:
    """One document found: its name, its abstract and what its text says around the words, all in pieces."""

    document: Document
    title: list[Piece]
    abstract: list[Piece]
    snippet: list[Piece]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found. `after` opens the next, empty on the last; `is_loose`: no text says it as typed."""

    found: list[Found] = field(default_factory=list)
    after: str = ""
    total: int = 0
    is_loose: bool = False

    @property
    def is_capped(self) -> bool:
        """Tell whether there are more than anybody counts."""
        return self.total > MOST_COUNTED


def published() -> QuerySet[Document]:
    """Return what everybody may read."""
    return Document.objects.filter(state=State.PUBLISHED)


def newest(agency: Agency | None = None, limit: int = 5) -> list[Document]:
    """Return the documents published last, of one agency or of all, each with its file."""
    rows = published().filter(agency=agency) if agency else published()
    return list(rows.select_related("file").defer("file__text").order_by("-published_at", "-id")[:limit])


def published_of(pks: Sequence[int]) -> list[Document]:
    """Return of these documents those that everybody may read, in their order, each with its file."""
    rows = published().filter(pk__in=pks).select_related("file").defer("file__text") if pks else ()
    by_pk = {one.pk: one for one in rows}
    return [by_pk[pk] for pk in dict.fromkeys(pks) if pk in by_pk]


def get(pk: int) -> Document:
    """Return a published document with its file, its text and what replaced it. Raises Document.DoesNotExist."""
    return published().select_related("agency", "unit", "file", "replaced_by").get(pk=pk)


def search(wanted: Wanted, *, after: str = "") -> Page:
    """Return a page of what fits best, the newest first among what fits alike.

    Words are looked for in the fields, and in the text as they stand beside each other; where that finds nothing, each
    by itself anywhere in the text. `after` is that of the page before; an unreadable one begins anew.
    """
    typed = wanted.q.strip()
    tokens = indexing.words(typed)
    if typed and not tokens:
        return Page()
    rows, is_loose = _filtered(wanted), after.startswith("~")
    page = _page(rows, typed, after.removeprefix("~"), is_loose=is_loose)
    # Only where nothing says it as typed: a long text holds most words somewhere.
    if not page.found and not after and len(tokens) > 1:
        page = _page(rows, typed, "", is_loose=True)
    return page


def issuers() -> list[str]:
    """Return who issued what is published, in the order of their names as they are written."""
    names = published().exclude(issuer="").order_by("issuer").values_list("issuer", flat=True).distinct()
    return list(names[:ISSUERS])


def years() -> list[int]:
    """Return the years from the first to the last document published, the latest first."""
    days = published().aggregate(first=Min("shown_date"), last=Max("shown_date"))
    # From the two ends: asking each row for its year would read them all.
    return list(range(days["last"].year, days["first"].year - 1, -1)) if days["last"] else []


def issuers_of(agency: Agency) -> list[str]:
    """Return the authorities an agency has named so far, for its staff to choose from."""
    names = Document.objects.filter(agency=agency).exclude(issuer="").order_by("issuer")
    return list(names.values_list("issuer", flat=True).distinct()[:ISSUERS])


def named(agency: Agency, text: str) -> Document | None:
    """Return the document of an agency that goes by a number, or whose page has this address."""
    rows = Document.objects.filter(agency=agency).exclude(state=State.WITHDRAWN)
    # Twelve digits at most: longer is no key of ours, and the database would refuse it.
    if place := re.search(r"/documents/(\d{1,12})/?$", text):
        return rows.filter(pk=place[1]).first()
    return rows.filter(number__iexact=text).order_by("-shown_date", "-id").first()


def missing_names(document: Document) -> list[str]:
    """Return which of the seven fields are missing, as its readers call them."""
    return [str(FIELD_NAMES[name]) for name in document.missing]


def history(document: Document) -> list[DocumentEvent]:
    """Return what became of a document, the latest first."""
    return list(document.events.select_related("actor").order_by("-id"))


def earlier_files(document: Document) -> list[DocumentFile]:
    """Return the files that another took the place of, the latest first."""
    rows = document.files.defer("text").order_by("-pk")
    return [file for file in rows if file.pk != document.file_id]


def of_agency(agency: Agency, *, q: str = "", state: str = "", missing: bool = False) -> QuerySet[Document]:
    """Return what the staff of an agency look after, with files but without their texts, the latest first."""
    rows = Document.objects.filter(agency=agency).select_related("agency", "unit", "file").defer("file__text")
    if state:
        rows = rows.filter(state=state)
    if missing:
        rows = rows.filter(_lacks())
    if tokens := indexing.words(q)[: indexing.MOST_WORDS]:
        rows = rows.filter(title_words=indexing.query_of(tokens))
    return rows.order_by("-id")


def flowing(text: str) -> str:
    """Return a text whose lines a page had cut put together again: a full line that ends no sentence goes on."""
    lines = text.split("\n")
    full = max(map(len, lines), default=0) * 0.75
    shown = ""
    for line, next_ in zip(lines, [*lines[1:], ""], strict=True):
        goes_on = (len(line) >= full and line[-1:] not in ".;:") or next_[:1].islower()
        goes_on = goes_on and not _BEGINS.match(next_)
        shown += line + (" " if goes_on else "\n")
    return shown.strip()


def excerpt(text: str, *, length: int) -> str:
    """Return the beginning of a text, cut between words."""
    return text if len(text) <= length else f"{text[:length].rsplit(None, 1)[0]} …"


def _lacks() -> Q:
    """Select what lacks one of the seven fields: in SQL what `Document.missing` says of one row."""
    link = Q(category="procedure")
    of_link = Q(issuer="") | Q(abstract="") | Q(link="")
    rest = Q(document_type="") | Q(issuer="") | Q(number="") | Q(abstract="")
    rest |= Q(issue_date=None) | Q(effective_date=None) | Q(file=None)
    return link & of_link | ~link & rest


def _filtered(wanted: Wanted) -> QuerySet[Document]:
    rows = published()
    named = {name: getattr(wanted, name) for name in ("category", "document_type", "issuer")}
    rows = rows.filter(**{name: value for name, value in named.items() if value})
    if wanted.year:
        rows = rows.filter(shown_date__gte=date(wanted.year, 1, 1), shown_date__lte=date(wanted.year, 12, 31))
    if wanted.in_force and wanted.day:
        begun = Q(effective_date__lte=wanted.day) | Q(effective_date=None)
        begun &= Q(issue_date__lte=wanted.day) | Q(issue_date=None) | Q(effective_date__isnull=False)
        rows = rows.filter(begun, Q(expires_date=None) | Q(expires_date__gt=wanted.day))
    return rows


def _tiers(tokens: Sequence[str], *, is_loose: bool) -> list[tuple[int, Q]]:
    """Return what fits, the best first, each with how well; none of them holds a document of another."""
    if not tokens:
        return [(AS_TYPED, Q())]
    if is_loose:
        return [(IN_TEXT, Q(text_words=indexing.query_of(tokens)))]
    beside = indexing.query_of(indexing.pairs(tokens) or tokens)
    as_typed, in_fields = Q(title_words=beside), Q(title_words=indexing.query_of(tokens))
    tiers = [(AS_TYPED, as_typed), (IN_FIELDS, in_fields & ~as_typed), (IN_TEXT, Q(text_words=beside) & ~in_fields)]
    return tiers if len(tokens) > 1 else [tiers[0], tiers[2]]


def _page(rows: QuerySet[Document], typed: str, after: str, *, is_loose: bool) -> Page:
    """Ask tier by tier until the page is full: one sort over all that fits would read every long text's words."""
    tokens = indexing.words(typed)[: indexing.MOST_WORDS]
    tiers, place = _tiers(tokens, is_loose=is_loose), _place(after)
    shown: list[tuple[int, Document]] = []
    for fit, fits in tiers:
        if len(shown) <= PAGE and (place is None or fit >= place[0]):
            found = rows.filter(fits, _beyond(place) if place and fit == place[0] else Q())
            # Without the texts: twenty of them are megabytes, and only those found by text are read.
            found = found.select_related("file").defer("file__text").order_by("-shown_date", "-id")
            shown += [(fit, one) for one in found[: PAGE + 1 - len(shown)]]
    after = _mark(*shown[PAGE - 1], is_loose=is_loose) if len(shown) > PAGE else ""
    total = len(shown) if not place and not after else _total(rows, tiers)
    return Page(_with_words(shown[:PAGE], typed), after, total, is_loose)


def _total(rows: QuerySet[Document], tiers: Sequence[tuple[int, Q]]) -> int:
    """Count what fits, as far as anybody counts."""
    total = 0
    for _fit, fits in tiers:
        if total <= MOST_COUNTED:
            total += rows.filter(fits)[: MOST_COUNTED + 1 - total].count()
    return total


def _beyond(place: tuple[int, date, int]) -> Q:
    _fit, day, pk = place
    return Q(shown_date__lt=day) | Q(shown_date=day, pk__lt=pk)


def _mark(fit: int, document: Document, *, is_loose: bool) -> str:
    """Return the place of the last document of a page, for the address of the next."""
    return f"{'~' if is_loose else ''}{fit}.{document.shown_date.isoformat()}.{document.pk}"


def _place(after: str) -> tuple[int, date, int] | None:
    try:
        fit, day, pk = after.split(".")
        return int(fit), date.fromisoformat(day), int(pk)
    except ValueError:
        return None


def _with_words(shown: Sequence[tuple[int, Document]], typed: str) -> list[Found]:
    """Return each with its words marked; texts are read for those alone that were found by their text."""
    if not typed:
        return [Found(one, [Piece(_title(one), False)], [Piece(one.abstract, False)], []) for _fit, one in shown]
    pattern = indexing.pattern_of(typed)
    by_text = [one.file_id for fit, one in shown if fit == IN_TEXT and one.file_id]
    texts = dict(DocumentFile.objects.filter(pk__in=by_text).values_list("pk", "text")) if by_text else {}
    return [
        Found(
            one,
            marked(_title(one), pattern),
            marked(one.abstract, pattern),
            snippet(texts.get(one.file_id or 0), pattern),
        )
        for _fit, one in shown
    ]


def marked(text: str, pattern: re.Pattern[str]) -> list[Piece]:
    """Return a text in pieces, the words of a search apart."""
    pieces, place = [], 0
    for hit in pattern.finditer(indexing.plain(text)):
        pieces += [Piece(text[place : hit.start()], False), Piece(text[hit.start() : hit.end()], True)]
        place = hit.end()
    return [piece for piece in [*pieces, Piece(text[place:], False)] if piece.text]


def _title(document: Document) -> str:
    """Return what a document is called: one without number and type, such as a procedure, by what it is about."""
    has_name = document.number or document.document_type
    return str(document) if has_name else excerpt(document.abstract, length=TITLE)


def snippet(text: str | None, pattern: re.Pattern[str]) -> list[Piece]:
    """Return what stands around the longest run of the words of a search, its hits apart; nothing where none is."""
    text = (text or "")[:SEARCHED_FOR_SNIPPETS]
    plain = indexing.plain(text)
    hits = list(pattern.finditer(plain))
    if not hits:
        return []
    best = max(hits, key=lambda hit: hit.end() - hit.start())
    begin = max(best.start() - SNIPPET // 2, 0)
    # From a whole word on; the words before may be part of another sentence.
    begin = plain.find(" ", begin) + 1 if begin else 0
    begin = min(begin, best.start())
    end = min(best.end() + SNIPPET // 2, len(plain))
    cut = " ".join(text[begin:end].split())
    return [Piece("… ", False), *marked(cut, pattern), Piece(" …", False)] if cut else []
