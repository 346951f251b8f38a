"""Where a request stands, for whoever holds its code and a second proof, or its secret link (design §8.5).

Everything returned is a frozen view: no row of the database, and nothing in it that its proof does not open.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.utils.translation import get_language

from requests_desk.library.queries import documents
from requests_desk.people import identifiers
from requests_desk.tickets import masking
from requests_desk.tickets.models import (
    Attachment,
    Item,
    Message,
    Reply,
    RequesterPhone,
    StatusLink,
    Ticket,
    TicketClock,
    TicketLink,
)
from requests_desk.tickets.queries import deadlines, proofs
from requests_desk.tickets.queries.public import NotFound, Office
from requests_desk.tickets.services import attachments, survey_invitations
from requests_desk.tickets.words import FINAL_REPLIES, Ending, LinkKind, ReplyKind, State
from sla import wording
from sla.models import Milestone, MilestoneName, Pause

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shared:
    """A file that its reader may have. `token` opens it for an hour; it is empty where the file may not be opened."""

    name: str
    size: int
    token: str
    reason: str
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """A published document that went with a reply, and where everybody reads it."""

    name: str
    abstract: str
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """A reply that reached the requester, or what they wrote since; words only where the request is open in full."""

    at: datetime
    promised_at: datetime | None
    kind: str = ""
    channel: str = ""
    text: str = ""
    done: str = ""
    reason: str = ""
    contact: str = ""
    ground: str = ""
    receiving_body: str = ""
    items: tuple[int, ...] = ()
    files: tuple[Shared, ...] = ()
    documents: tuple[Published, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One numbered question, and how and when it was settled: both empty while it is open."""

    number: int
    text: str
    result: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """One promise of the office: when it is due, when it was kept, and whether it came or is late."""

    name: str
    due_at: datetime
    met_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Status:
    """Where a request stands.

    `due_at` is what is `owed` now, or the last promise once nothing is; `late` says it is owed and past; `breached`
    that a promise was missed, however it went on. `question`, its parts `questions` and what the replies say are empty
    unless `full`. `officer` is named only where the agency wants it.
    `merged_from` is the code that was asked for where that request lives on in this one (P8); `token` what its reader
    may act by for half a day, empty unless `full`; `again` says that an answer may be called not to the point (P7),
    `by_link` that a secret link opened it; `contact` how they are reached, mostly hidden;
    `rating` the secret of the open link to rate the answer by, empty where none is open.
    """

    code: str
    state: str
    ending: str
    received_at: datetime
    due_at: datetime
    rule: str
    office: Office
    unit: str
    officer: str
    hotline: str
    interim: Said | None
    answer: Said | None
    question: str
    later: tuple[Said, ...]
    merged_from: str
    token: str
    by_link: bool
    contact: tuple[str, ...]
    rating: str
    again: bool
    questions: tuple[Question, ...]
    files: tuple[Shared, ...]
    replies: tuple[Said, ...]
    milestones: tuple[Step, ...]
    explanation: tuple[str, ...]
    plainly: tuple[str, ...]
    owed: bool
    late: bool
    breached: bool
    full: bool
    erased: str
    erased_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether an answer is still to come, so that the request can be withdrawn."""
        return self.state not in (State.REPLIED, State.CLOSED)


def by_code(code: str, *, phone: str = "", lookup: str = "", at: datetime) -> Status:
    """Return a request as its code opens it: in full with the look-up code, without any words with a phone number.

    Raises NotFound, after the same queries whichever part was wrong. A sealed request opens in full or not at all
    (P13).
    """
    code = identifiers.read_code(code)
    if lookup:
        digest = identifiers.lookup_digest(code, lookup)
        if row := _row(_with_phones(Ticket.objects.filter(code=code, lookup_digest=digest)), "typed"):
            return _surviving(row, full=True, at=at)
    if phone:
        numbers = identifiers.same_numbers(phone)
        if row := _row(Ticket.objects.filter(code=code, sealed=False, requester__phones__number__in=numbers)):
            return _surviving(row, full=False, at=at)
    raise NotFound


def by_link(token: str, *, at: datetime) -> Status:
    """Return a request in full as its secret link opens it.

    Raises NotFound for an unknown, a revoked and an expired one alike.
    """
    stands = StatusLink.stands(at=at, through="status_links__")
    rows = Ticket.objects.filter(stands, status_links__digest=identifiers.token_digest(token))
    if row := _row(_with_phones(rows), "typed", "status_links__pk"):
        return _surviving(row, full=True, at=at)
    raise NotFound


def of(opened: proofs.Opened, *, at: datetime) -> Status:
    """Return in full a request whose reader has shown their proof a moment ago."""
    row = _row(_with_phones(Ticket.objects.filter(pk=opened.ticket.pk)), "typed")
    assert row is not None  # noqa: S101  it was just read
    return _surviving(row | {"status_links__pk": opened.link.pk if opened.link else None}, full=True, at=at)


# --- one query each, of the columns that are shown: most of a check's time goes into reading what nobody sees ---------

_OFFICE = tuple(f"agency__{name}" for name in Office.__slots__)
_TICKET = ("pk", "code", "state", "ending", "received_at", "text", "lookup_digest", "requester__email")
_ERASED = ("erased_why", "erased_at")
_RATED = ("survey__pk", "survey__digest", "survey__expires_at")
_HANDLED = ("unit__name", "unit__name_en", "agency__shows_officer", "officer__full_name")
_SAID = ("kind", "channel", "text", "done", "reason", "contact", "ground", "receiving_body")
_MILESTONE = ("pk", "name", "due_at", "met_at", "ended_at", "breaches__pk", "breaches__voided_at")
_CLOCK = ("clock", "clock__ticket_clock__cycle", "clock__started_at")
_PINNED = ("clock__policy_version__document", "clock__calendar_version__document")


def _row(rows: QuerySet[Ticket], *more: str) -> Row | None:
    return next(iter(rows.values(*_TICKET, *_ERASED, *_RATED, *_HANDLED, *_OFFICE, *more)[:1]), None)


def _with_phones(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    phones = RequesterPhone.objects.filter(requester=OuterRef("requester")).order_by("position").values("typed")
    return rows.annotate(typed=ArraySubquery(phones))


def _replies(ticket: int) -> list[Row]:
    rows = Reply.objects.filter(ticket=ticket, reached_at__isnull=False).order_by("reached_at", "pk")
    return list(rows.values("pk", "items", "documents", "cycle", "reached_at", "promised_at", "said", *_SAID))


def _milestones(ticket: int) -> list[Row]:
    """Return the promises of the reply clocks, the newest cycle and the latest promise last."""
    rows = Milestone.objects.filter(
        clock__ticket_clock__ticket=ticket,
        clock__ticket_clock__role=TicketClock.Role.REPLY,
        name__in=(MilestoneName.FIRST_REPLY, MilestoneName.PROMISED),
    ).order_by("clock__ticket_clock__cycle", "opened_at", "pk")
    found: dict[int, Row] = {}
    for row in rows.exclude(end_reason__in=("voided", "thanks")).values(*_MILESTONE, *_CLOCK, *_PINNED):
        # One row a breach, the voided ones too: any that stands makes it a missed one.
        missed = row["breaches__pk"] is not None and row["breaches__voided_at"] is None
        row["missed"] = missed or (row["pk"] in found and found[row["pk"]]["missed"])
        found[row["pk"]] = row
    return list(found.values())


def _later(ticket: int) -> tuple[Said, ...]:
    """Return what the requester wrote since, in their own words: what an officer took down is the office's."""
    own = Message.objects.filter(ticket=ticket, direction=Message.Direction.IN, author=None).order_by("at", "pk")
    return tuple(Said(at, None, text=text) for at, text in own.values_list("at", "text"))


def _pauses(clock: int) -> list[tuple[datetime, datetime]]:
    return list(Pause.objects.filter(clock=clock).order_by("began_at").values_list("began_at", "ends_at"))


def _questions(ticket: int, cycle: int) -> tuple[Question, ...]:
    rows = Item.objects.filter(ticket=ticket, cycle=cycle).order_by("number")
    return tuple(Question(*row) for row in rows.values_list("number", "text", "result", "settled_at"))


def _files(ticket: int, *, at: datetime) -> dict[int | None, tuple[Shared, ...]]:
    """Return the files of each reply that arrived, and under None those its requester sent; never those of a note."""
    # A reply that a merge brought has its files on the request it was written for.
    own = Attachment.objects.filter(Q(ticket=ticket) | Q(reply__ticket=ticket))
    rows = own.exclude(message__direction=Message.Direction.NOTE).order_by("pk")
    files: dict[int | None, tuple[Shared, ...]] = {}
    for row in rows:
        token = attachments.public_token(row, at=at) if row.is_open else ""
        shared = Shared(row.name, row.size, token, row.reason, row.is_signed)
        files[row.reply_id] = (*files.get(row.reply_id, ()), shared)
    return files


# --- rows into views ------------------------------------------------------------------------------------------------


def _surviving(row: Row, *, full: bool, at: datetime) -> Status:
    """Return a request or, where it was merged, the one it lives on in, with what was asked in both (P8)."""
    first, asked, questions = row, row["code"], [row["text"]]
    while row["ending"] == Ending.MERGED:
        into = TicketLink.objects.filter(ticket=row["pk"], kind=LinkKind.MERGED_INTO).values("other")
        row = _row(Ticket.objects.filter(pk__in=into)) or row | {"ending": ""}
        questions.append(row["text"])
    status = _status(row, full=full, at=at)
    if full:
        link = first.get("status_links__pk")
        contact = masking.masked(first["requester__email"], first["typed"])
        token = proofs.give(ticket=first["pk"], link=link, lookup_digest=first["lookup_digest"], at=at)
        status = replace(status, token=token, by_link=link is not None, contact=contact)
    if row["code"] == asked:
        return status
    return replace(status, merged_from=asked, question="\n\n".join(questions) if full else "")


def _status(ticket: Row, *, full: bool, at: datetime) -> Status:
    milestones, replies = _milestones(ticket["pk"]), _replies(ticket["pk"])
    files = _files(ticket["pk"], at=at) if full else {}
    named = _published(replies) if full else {}
    owed = min((row["due_at"] for row in milestones if _is_open(row)), default=None)
    steps = tuple(_step(row, at) for row in milestones)
    latest = milestones[-1]
    now = [reply for reply in replies if reply["cycle"] == latest["clock__ticket_clock__cycle"]]
    policy, calendar = (latest[name] for name in _PINNED)
    pauses = _pauses(latest["clock"]) if policy.get("pause_days") else []
    first = next(
        (row for row in milestones if row["clock"] == latest["clock"] and row["name"] == "first_reply"), latest
    )
    told = deadlines.first_reply(policy, calendar, latest["clock__started_at"], pauses=pauses, due_at=first["due_at"])
    asked = _questions(ticket["pk"], latest["clock__ticket_clock__cycle"]) if full else ()
    office = Office(*(ticket[name] for name in _OFFICE))
    return Status(
        code=ticket["code"],
        state=ticket["state"],
        ending=ticket["ending"] if full else "",
        received_at=ticket["received_at"],
        due_at=owed or latest["due_at"],
        rule=policy["rule"],
        office=office,
        unit=_in_language(ticket["unit__name"], ticket["unit__name_en"]),
        officer=(ticket["agency__shows_officer"] and ticket["officer__full_name"]) or "",
        hotline=office.hotline,
        interim=_last(now, {ReplyKind.INTERIM}, full=full),
        answer=_last(now, FINAL_REPLIES, full=full),
        question=ticket["text"] if full else "",
        later=_later(ticket["pk"]) if full else (),
        merged_from="",
        token="",
        by_link=False,
        contact=(),
        rating=_rating(ticket, at=at) if full else "",
        again=full and _may_say_again(now, asked),
        questions=asked,
        files=files.get(None, ()),
        replies=tuple(
            replace(
                _said(reply, full=full),
                files=files.get(reply["pk"], ()),
                documents=tuple(named[pk] for pk in reply["documents"] if pk in named),
            )
            for reply in replies
        ),
        milestones=steps,
        explanation=tuple(wording.sentences(told)),
        plainly=tuple(wording.plainly(told)),
        owed=owed is not None,
        late=owed is not None and owed <= at,
        breached=any(step.is_late for step in steps),
        full=full,
        erased=ticket["erased_why"],
        erased_at=ticket["erased_at"],
    )


def _rating(ticket: Row, *, at: datetime) -> str:
    pk, digest, expires_at = (ticket[name] for name in _RATED)
    return survey_invitations.open_link(pk, digest=digest, expires_at=expires_at, at=at)


def _may_say_again(replies: Sequence[Row], asked: Sequence[Question]) -> bool:
    return all(one.result for one in asked) and any(reply["kind"] in FINAL_REPLIES for reply in replies)


def _is_open(milestone: Row) -> bool:
    return milestone["met_at"] is None and milestone["ended_at"] is None


def _step(milestone: Row, at: datetime) -> Step:
    # The timer writes a breach seconds after it happened: until then the page reads the clock itself.
    late = milestone["missed"] or (_is_open(milestone) and milestone["due_at"] <= at)
    return Step(milestone["name"], milestone["due_at"], milestone["met_at"], late)


def _published(replies: Sequence[Row]) -> dict[int, Published]:
    """Return the documents that went with these replies and are still published: no query where none did."""
    rows = documents.published_of([pk for reply in replies for pk in reply["documents"]])
    return {one.pk: Published(str(one), one.abstract, one.url) for one in rows}


def _said(reply: Row, *, full: bool) -> Said:
    said = Said(reply["reached_at"], reply["promised_at"])
    if not full:
        return said
    text, items = reply["text"] or reply["said"], tuple(reply["items"])
    return replace(said, **{name: reply[name] for name in _SAID} | {"text": text, "items": items})


def _last(replies: Sequence[Row], kinds: Container[str], *, full: bool) -> Said | None:
    return next((_said(reply, full=full) for reply in reversed(replies) if reply["kind"] in kinds), None)


def _in_language(name: str | None, name_en: str | None) -> str:
    return (get_language() == "en" and name_en) or name or ""
