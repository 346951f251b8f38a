"""Write an answer for everybody, have it approved, publish it, put it right, take it down: each step is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from requests_desk.library import personal_data, searching
from requests_desk.library.models import Answer, AnswerCorrection, AnswerCount, AnswerEvent, AnswerState
from requests_desk.library.models.answers import REASON_LENGTH, TITLE_LENGTH
from requests_desk.library.personal_data import NOBODY, Known, Place
from requests_desk.people import identifiers
from requests_desk.people.models import Agency, Unit, User

TEXT_LENGTH = 20_000
_OPEN = frozenset({AnswerState.DRAFT, AnswerState.SUBMITTED})


@dataclass(frozen=True, slots=True)
class Texts:
    """What an answer says, and of what field and unit it is."""

    title: str
    question: str
    answer: str
    field: str = ""
    unit: Unit | None = None


class Refused(ValueError):
    """This cannot stand so. `fields` says of each what to change; nothing was saved."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("; ".join(message for messages in fields.values() for message in messages))
        self.fields = fields


class StillPersonal(Refused):
    """The texts still say who asked. `places` are where; `undecided` tells that a person may let those stand."""

    def __init__(self, places: Sequence[Place], *, undecided: bool) -> None:
        fields: dict[str, list[str]] = {}
        for place in places:
            fields.setdefault(place.field, []).append(place.said)
        super().__init__(fields)
        self.places, self.undecided = list(places), undecided


class NotNow(Exception):
    """In its present state this cannot be done to the answer."""


class ChangedMeanwhile(Exception):
    """Somebody else rewrote the answer since its page was read."""


@transaction.atomic
def write(agency: Agency, texts: Texts, *, by: User, at: datetime) -> Answer:
    """Keep a new answer as a draft. Raises Refused."""
    answer = Answer(agency=agency, author=by, written_at=at)
    _put(answer, _checked(agency, texts))
    answer.save()
    AnswerCount.objects.create(answer=answer)
    _remember(answer, AnswerEvent.Kind.WRITTEN, by=by, at=at, **_digest(answer))
    return answer


@transaction.atomic
def rewrite(answer: Answer, texts: Texts, *, by: User, at: datetime, seen: int | None = None) -> Answer:
    """Write a draft anew; one that waited for approval, or was taken down, is a draft again.

    `seen` is the version its author read. Raises Refused, NotNow where it is published, ChangedMeanwhile.
    """
    answer = _lock(answer, seen=seen)
    if answer.state == AnswerState.PUBLISHED:
        raise NotNow
    _put(answer, _checked(answer.agency, texts))
    answer.state, answer.written_at = AnswerState.DRAFT, at
    answer.withdrawn_at, answer.withdrawn_reason = None, ""
    _save(answer, "state", "written_at", "withdrawn_at", "withdrawn_reason", *_TEXTS)
    _remember(answer, AnswerEvent.Kind.REWRITTEN, by=by, at=at, **_digest(answer))
    return answer


@transaction.atomic
def submit(answer: Answer, *, known: Known, looked: str = "", by: User, at: datetime) -> Answer:
    """Lay a draft before whoever may publish it. Raises NotNow, StillPersonal (see `require_clean`)."""
    answer = _lock(answer)
    if answer.state != AnswerState.DRAFT:
        raise NotNow
    require_clean(texts_of(answer), known=known, looked=looked)
    answer.state, answer.return_reason = AnswerState.SUBMITTED, ""
    _save(answer, "state", "return_reason")
    _remember(answer, AnswerEvent.Kind.SUBMITTED, by=by, at=at, looked=bool(looked))
    return answer


@transaction.atomic
def give_back(answer: Answer, reason: str, *, by: User, at: datetime) -> Answer:
    """Return a submitted answer to its author. Raises NotNow, Refused."""
    answer = _lock(answer)
    if answer.state != AnswerState.SUBMITTED:
        raise NotNow
    answer.state, answer.return_reason = AnswerState.DRAFT, _line("reason", reason)
    _save(answer, "state", "return_reason")
    facts = {"reason_digest": identifiers.text_digest(answer.return_reason)}
    _remember(answer, AnswerEvent.Kind.RETURNED, by=by, at=at, **facts)
    return answer


@transaction.atomic
def publish(
    answer: Answer, *, known: Known, looked: str = "", by: User, at: datetime, seen: int | None = None
) -> Answer:
    """Let everybody read an answer. Raises NotNow, ChangedMeanwhile, StillPersonal (see `require_clean`)."""
    answer = _lock(answer, seen=seen)
    if answer.state not in _OPEN:
        raise NotNow
    require_clean(texts_of(answer), known=known, looked=looked)
    answer.state, answer.return_reason = AnswerState.PUBLISHED, ""
    # Published again after a withdrawal it keeps its first date: it is not news.
    answer.published_at = answer.published_at or at
    _save(answer, "state", "return_reason", "published_at")
    _remember(answer, AnswerEvent.Kind.PUBLISHED, by=by, at=at, version=answer.version, looked=bool(looked))
    return answer


@transaction.atomic
def correct(
    answer: Answer,
    texts: Texts,
    note: str,
    *,
    known: Known,
    looked: str = "",
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Answer:
    """Put a published answer right; `note` says for everybody what was changed, under the date.

    Raises Refused, NotNow, ChangedMeanwhile, StillPersonal.
    """
    answer = _lock(answer, seen=seen)
    if answer.state != AnswerState.PUBLISHED:
        raise NotNow
    note = _line("note", note)
    texts = _checked(answer.agency, texts)
    require_clean(texts, known=known, looked=looked, note=note)
    _put(answer, texts)
    answer.corrected_at = at
    _save(answer, "corrected_at", *_TEXTS)
    AnswerCorrection.objects.create(answer=answer, at=at, note=note)
    _remember(answer, AnswerEvent.Kind.CORRECTED, by=by, at=at, looked=bool(looked), **_digest(answer))
    return answer


@transaction.atomic
def withdraw(answer: Answer, reason: str, *, known: Known = NOBODY, by: User | None, at: datetime) -> Answer:
    """Take an answer down, or drop a draft. Everybody who had its address reads the reason. Raises NotNow, Refused."""
    answer = _lock(answer)
    if answer.state == AnswerState.WITHDRAWN:
        raise NotNow
    reason = _line("reason", reason)
    # The reason is read by everybody who had the address, and must name nobody either.
    if places := personal_data.refused({"reason": reason}, known):
        raise StillPersonal(places, undecided=False)
    was = answer.state
    answer.state, answer.withdrawn_at, answer.withdrawn_reason = AnswerState.WITHDRAWN, at, reason
    _save(answer, "state", "withdrawn_at", "withdrawn_reason")
    _remember(answer, AnswerEvent.Kind.WITHDRAWN, by=by, at=at, was=was)
    return answer


def require_clean(texts: Texts, *, known: Known, looked: str = "", note: str = "") -> None:
    """Make sure that nothing in the texts says who asked. Raises StillPersonal.

    A phone, address, tax code or number left is refused. What merely looks like a name a person decides: `looked` is
    the mark (`personal_data.mark`) of what they were shown, so that nothing new slips by after they looked.
    """
    said = {"title": texts.title, "question": texts.question, "answer": texts.answer, "note": note}
    if places := personal_data.refused(said, known):
        raise StillPersonal(places, undecided=False)
    places = personal_data.suggested(said, known)
    if places and looked != personal_data.mark(places):
        raise StillPersonal(places, undecided=True)


def texts_of(answer: Answer) -> Texts:
    """Return what an answer says now."""
    return Texts(answer.title, answer.question, answer.answer, answer.field, answer.unit)


def count_view(pk: int) -> None:
    """Count one reader."""
    # In the database: two readers at once are two.
    AnswerCount.objects.filter(pk=pk).update(views=F("views") + 1)


def count_vote(pk: int, *, useful: bool) -> None:
    """Count one reader's "this was useful", or that it was not."""
    name = "useful" if useful else "not_useful"
    AnswerCount.objects.filter(pk=pk).update(**{name: F(name) + 1})


def count_reuse(pks: Sequence[int]) -> None:
    """Count that a reply gave these answers again."""
    AnswerCount.objects.filter(pk__in=pks).update(reused=F("reused") + 1)


_TEXTS = ("title", "question", "answer", "field", "unit", "asked", "said")


def _put(answer: Answer, texts: Texts) -> None:
    for name in ("title", "question", "answer", "field", "unit"):
        setattr(answer, name, getattr(texts, name))
    answer.asked, answer.said = vectors(texts)


def vectors(texts: Texts) -> tuple[Cast, Cast]:
    """Return what an answer is found by, as its row keeps it."""
    asked = searching.vector(title=texts.title, question=texts.question)
    said = searching.lexemes(texts.title, texts.question, texts.answer)
    return Cast(Value(asked), SearchVectorField()), Cast(Value(said), SearchVectorField())


def _checked(agency: Agency, texts: Texts) -> Texts:
    """Return the texts as they are kept. Raises Refused with what to change."""
    wrong: dict[str, list[str]] = {}
    kept = {}
    for name, limit in (("title", TITLE_LENGTH), ("question", TEXT_LENGTH), ("answer", TEXT_LENGTH)):
        try:
            kept[name] = identifiers.clean_text(getattr(texts, name), limit=limit)
        except identifiers.BadText as error:
            wrong[name] = [str(error)]
            continue
        if not kept[name]:
            wrong[name] = [_("This is needed.")]
    if texts.unit is not None and texts.unit.agency_id != agency.pk:
        wrong["unit"] = [_("This unit does not belong to the agency.")]
    if wrong:
        raise Refused(wrong)
    return Texts(" ".join(kept["title"].split()), kept["question"], kept["answer"], texts.field, texts.unit)


def _line(name: str, text: str) -> str:
    try:
        line = " ".join(identifiers.clean_text(text, limit=REASON_LENGTH).split())
    except identifiers.BadText as error:
        raise Refused({name: [str(error)]}) from error
    if not line:
        raise Refused({name: [_("This is needed.")]})
    return line


def _lock(answer: Answer, *, seen: int | None = None) -> Answer:
    # The answer alone: an agency's row locked with it would hold up everybody else's work.
    locked = Answer.objects.select_for_update(of=("self",)).select_related("agency", "unit").get(pk=answer.pk)
    if seen is not None and seen != locked.version:
        raise ChangedMeanwhile
    return locked


def _save(answer: Answer, *fields: str) -> None:
    answer.version += 1
    answer.save(update_fields=[*fields, "version"])


def _digest(answer: Answer) -> dict[str, Any]:
    said = f"{answer.title}\n{answer.question}\n{answer.answer}"
    return {"version": answer.version, "text_digest": identifiers.text_digest(said)}


def _remember(answer: Answer, kind: str, *, by: User | None, at: datetime, **facts: Any) -> None:
    AnswerEvent.objects.create(answer=answer, kind=kind, actor=by, at=at, facts=facts)
