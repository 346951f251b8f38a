"""Published answers: listed, found, read. What is not published does not exist here."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from django.contrib.postgres.search import SearchQueryField, SearchRank
from django.db.models import BooleanField, Case, F, FloatField, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from requests_desk.library import searching
from requests_desk.library.models import Answer, AnswerCount, AnswerState
from requests_desk.library.searching import Query
from requests_desk.people.models import Agency

PAGE = 20
AT_ONCE = 500
# The best of a search; whoever does not find it among these types another word.
KEPT = 60
# How many that hold the words are weighed: a word of every answer costs no more than a rare one.
WEIGHED = 1_500
ENOUGH = 5
# A syllable that stands everywhere beside one that tells.
BY_COMMON = 0.3
# Of the best one's weight, to be shown for some of the words; and of a title's, to be offered for a longer text.
FAIR, COVERED = 0.5, 0.5


class BadCursor(ValueError):
    """The mark of a page is not one this list gave out."""


class Page(NamedTuple):
    """Some answers, and the mark from which the next page goes on: None at the end."""

    rows: list[Answer]
    next: str | None


def published(agency: Agency | None = None, *, field: str = "") -> QuerySet[Answer]:
    """Return what everybody may read, of one agency or of all, the newest first."""
    rows = Answer.objects.filter(state=AnswerState.PUBLISHED).defer("asked", "said")
    rows = rows.filter(agency=agency) if agency else rows
    rows = rows.filter(field=field) if field else rows
    return rows.select_related("agency", "unit").order_by("-published_at", "-pk")


def page(agency: Agency | None = None, *, field: str = "", q: str = "", cursor: str = "", limit: int = PAGE) -> Page:
    """Return a page: the newest first, or, where `q` asks for something, the likeliest first. Raises BadCursor."""
    if q.strip():
        return _found(agency, field=field, q=q, cursor=cursor, limit=limit)
    rows = published(agency, field=field)
    if cursor:
        moment, pk = _read(cursor)
        # Said twice, so that the index by date is entered at the mark and not at its start.
        rows = rows.filter(Q(published_at__lte=moment) & (Q(published_at__lt=moment) | Q(pk__lt=pk)))
    found = list(rows[: limit + 1])
    return Page(found[:limit], _mark(found[limit - 1]) if len(found) > limit else None)


def like(text: str, agency: Agency | None = None, *, limit: int = ENOUGH, but: int | None = None) -> list[Answer]:
    """Return the answers a text seems to ask for, the likeliest first; `but` is left out.

    Only those whose title the text says for the better part: a long text shares a word with everything.
    """
    asked = searching.query(text)
    pks = [pk for pk in _ranked(asked, agency, "") if pk != but][: limit * 3] if asked else []
    return [one for one in _in_order(pks) if searching.covered(one.title, by=text) >= COVERED][:limit]


def holding(rows: QuerySet[Answer], q: str) -> QuerySet[Answer]:
    """Narrow rows, drafts among them, to those that hold every word of `q`."""
    asked = searching.query(q)
    return rows.filter(_Holds("said", asked.every)) if asked else rows.none()


def most_read(agency: Agency | None = None, *, limit: int = ENOUGH) -> list[Answer]:
    """Return the answers that were read most, each with its `count`; one nobody has read yet is among the last."""
    # Counts first: their index is read from its end until there are enough, however many answers there are.
    counts = AnswerCount.objects.filter(answer__state=AnswerState.PUBLISHED)
    counts = counts.filter(answer__agency=agency) if agency else counts
    counts = counts.select_related("answer__agency", "answer__unit").defer("answer__asked", "answer__said")
    return [count.answer for count in counts.order_by("-views", "-answer_id")[:limit]]


def get(pk: int) -> Answer:
    """Return a published answer with its corrections. Raises Answer.DoesNotExist."""
    return published().prefetch_related("corrections").get(pk=pk)


def withdrawn(pk: int) -> Answer:
    """Return an answer everybody could read once and can no more. Raises Answer.DoesNotExist."""
    return Answer.objects.get(pk=pk, state=AnswerState.WITHDRAWN, published_at__isnull=False)


def by_change(agency: Agency | None = None) -> QuerySet[Answer]:
    """Return what is published, what was published or put right last on top: what a feed tells."""
    changed = Case(When(corrected_at__isnull=False, then=F("corrected_at")), default=F("published_at"))
    return published(agency).prefetch_related("corrections").order_by(changed.desc(), "-pk")


def every(agency: Agency | None = None) -> Iterator[Answer]:
    """Yield all that is published, page by page, the newest on top: what a table holds."""
    cursor = ""
    while True:
        found = page(agency, cursor=cursor, limit=AT_ONCE)
        yield from found.rows
        if not found.next:
            return
        cursor = found.next


def _found(agency: Agency | None, *, field: str, q: str, cursor: str, limit: int) -> Page:
    asked = searching.query(q)
    pks = _ranked(asked, agency, field) if asked else []
    begin = 0
    if cursor:
        _moment, last = _read(cursor)
        if last not in pks:
            raise BadCursor
        begin = pks.index(last) + 1
    rows = _in_order(pks[begin : begin + limit])
    return Page(rows, _mark(rows[-1]) if rows and begin + limit < len(pks) else None)


def _in_order(pks: list[int]) -> list[Answer]:
    found = published().in_bulk(pks)
    # Withdrawn between the two queries: it is left out, as if it had never been found.
    return [found[pk] for pk in pks if pk in found]


def _ranked(query: Query, agency: Agency | None, field: str) -> list[int]:
    """Return the keys of what a query finds, the best first: all words in the question, then anywhere, then some.

    What holds only some of them must say a fair part of what the best one says, or it is noise.
    """
    rows = published(agency, field=field).order_by()
    found: dict[int, float] = {}
    for column in ("asked", "said"):
        if len(found) < ENOUGH:
            found |= _best(rows.filter(_Holds(column, query.every)), query, but=found)
    for looser in query.looser:
        if len(found) < ENOUGH:
            more = _best(rows.filter(_Holds("asked", looser)), query, but=found)
            least = FAIR * max([*found.values(), *more.values()], default=0.0)
            found |= {pk: score for pk, score in more.items() if score >= least}
    return list(found)[:KEPT]


def _best(rows: QuerySet[Answer], query: Query, *, but: Collection[int]) -> dict[int, float]:
    """Return what the best of some rows weigh, by their keys, the heaviest first."""
    some = rows.values("pk")[:WEIGHED]
    score = _weight(query.telling, 1.0) + _weight(query.common, BY_COMMON)
    weighed = Answer.objects.filter(pk__in=some).annotate(score=score).order_by("-score", "-pk")
    return {pk: score for pk, score in weighed.values_list("pk", "score")[:KEPT] if pk not in but}


def _weight(lexemes: tuple[str, ...], factor: float) -> Value | SearchRank:
    """Return what an answer weighs by the `lexemes` it holds; a rank is a mean, so that it grows with their number."""
    if not lexemes:
        return Value(0.0, output_field=FloatField())
    asked = Cast(Value(searching.any_of(lexemes)), SearchQueryField())
    rank = SearchRank(F("asked"), asked, normalization=Value(1, output_field=IntegerField()))
    return rank * Value(factor * len(lexemes), output_field=FloatField())  # type: ignore[return-value]


class _Holds(Func):
    """A vector holds what a query asks, both as they are: PostgreSQL's own parser would take pairs apart."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, column: str, query: str) -> None:
        super().__init__(F(column), Cast(Value(query), SearchQueryField()))


def _mark(row: Answer) -> str:
    moment = row.published_at.isoformat() if row.published_at else ""
    return base64.urlsafe_b64encode(json.dumps([moment, row.pk]).encode()).decode()


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        at = datetime.fromisoformat(moment)
        # A mark can be written by hand: what is none of ours begins the list anew.
        if at.tzinfo is None or not isinstance(pk, int):
            raise BadCursor
        return at.astimezone(UTC), pk  # PostgreSQL knows no offset of a day, Python does
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor from error
