"""Where a request stands, for whoever holds its code and a second proof, or its secret link (design §8.5).

Everything returned is a frozen view: no row of the database, and nothing in it that its proof does not open.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils.translation import get_language

from requests_desk.library.queries import documents
from requests_desk.people import identifiers
from requests_desk.tickets import masking
from requests_desk.tickets.models import Attachment, Item, Message
from requests_desk.tickets.queries import deadlines, proofs
from requests_desk.tickets.queries import whereabouts_rows as rows
from requests_desk.tickets.queries.public import NotFound, Office
from requests_desk.tickets.queries.whereabouts_rows import Row
from requests_desk.tickets.services import attachments, survey_invitations
from requests_desk.tickets.words import FINAL_REPLIES, Ending, ReplyKind, State
from sla import versions, wording
from sla.models import MilestoneName, Pause

FIRST = MilestoneName.FIRST_REPLY.value


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
    received_at: datetime
    due_at: datetime
    rule: str
    office: Office
    unit: str
    officer: str
    hotline: str
    interim: Said | None
    answer: Said | None
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
    merged_from: str = ""
    ending: str = ""
    question: str = ""
    questions: tuple[Question, ...] = ()
    files: tuple[Shared, ...] = ()
    later: tuple[Said, ...] = ()
    token: str = ""
    by_link: bool = False
    contact: tuple[str, ...] = ()
    rating: str = ""
    again: bool = False

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
    if lookup and (row := rows.by_lookup(code, identifiers.lookup_digest(code, lookup))):
        return _surviving(row, full=True, at=at)
    if phone and (row := rows.by_phone(code, identifiers.same_numbers(phone))):
        return _surviving(row, full=False, at=at)
    raise NotFound


def by_link(token: str, *, at: datetime) -> Status:
    """Return a request in full as its secret link opens it.

    Raises NotFound for an unknown, a revoked and an expired one alike.
    """
    if row := rows.by_link(identifiers.token_digest(token), at=at):
        return _surviving(row, full=True, at=at)
    raise NotFound


def of(opened: proofs.Opened, *, at: datetime) -> Status:
    """Return in full a request whose reader has shown their proof a moment ago."""
    link = opened.link.pk if opened.link else None
    return _surviving(rows.by_id(opened.ticket.pk) | {"link": link}, full=True, at=at)


# --- more of it, read only where it opens in full ---------------------------------------------------------------------


def _later(ticket: int) -> tuple[Said, ...]:
    """Return what the requester wrote since, in their own words: what an officer took down is the office's."""
    own = Message.objects.filter(ticket=ticket, direction=Message.Direction.IN, author=None).order_by("at", "pk")
    return tuple(Said(at, None, text=text) for at, text in own.values_list("at", "text"))


def _pauses(clock: int) -> list[tuple[datetime, datetime]]:
    return list(Pause.objects.filter(clock=clock).order_by("began_at").values_list("began_at", "ends_at"))


def _questions(ticket: int, cycle: int) -> tuple[Question, ...]:
    found = Item.objects.filter(ticket=ticket, cycle=cycle).order_by("number")
    return tuple(Question(*row) for row in found.values_list("number", "text", "result", "settled_at"))


def _files(ticket: int, *, at: datetime) -> dict[int | None, tuple[Shared, ...]]:
    """Return the files of each reply that arrived, and under None those its requester sent; never those of a note."""
    # A reply that a merge brought has its files on the request it was written for.
    own = Attachment.objects.filter(Q(ticket=ticket) | Q(reply__ticket=ticket))
    found = own.exclude(message__direction=Message.Direction.NOTE).order_by("pk")
    files: dict[int | None, tuple[Shared, ...]] = {}
    for row in found:
        token = attachments.public_token(row, at=at) if row.is_open else ""
        shared = Shared(row.name, row.size, token, row.reason, row.is_signed)
        files[row.reply_id] = (*files.get(row.reply_id, ()), shared)
    return files


# --- rows into views ------------------------------------------------------------------------------------------------


def _surviving(row: Row, *, full: bool, at: datetime) -> Status:
    """Return a request or, where it was merged, the one it lives on in, with what was asked in both (P8)."""
    first, asked, questions = row, row["code"], [row["text"]]
    while row["ending"] == Ending.MERGED:
        row = rows.survivor(row["id"]) or row | {"ending": ""}
        questions.append(row["text"])
    status = _status(row, full=full, at=at)
    if full:
        link = first.get("link")
        contact = masking.masked(first["email"], first["phones"])
        token = proofs.give(ticket=first["id"], link=link, lookup_digest=first["lookup_digest"], at=at)
        status = replace(status, token=token, by_link=link is not None, contact=contact)
    if row["code"] == asked:
        return status
    return replace(status, merged_from=asked, question="\n\n".join(questions) if full else "")


def _status(ticket: Row, *, full: bool, at: datetime) -> Status:
    milestones, replies = rows.milestones(ticket["id"]), rows.replies(ticket["id"])
    cycle = milestones[-1]["cycle"]
    now = [reply for reply in replies if reply["cycle"] == cycle]
    files = _files(ticket["id"], at=at) if full else {}
    office = Office(*(ticket[f"office_{name}"] for name in rows.OFFICE))
    return Status(
        code=ticket["code"],
        state=ticket["state"],
        received_at=ticket["received_at"],
        office=office,
        unit=_in_language(ticket["unit"], ticket["unit_en"]),
        officer=ticket["officer"] or "",
        hotline=office.hotline,
        interim=_last(now, {ReplyKind.INTERIM}, full=full),
        answer=_last(now, FINAL_REPLIES, full=full),
        replies=_replies(replies, files) if full else tuple(_said(reply, full=False) for reply in replies),
        full=full,
        erased=ticket["erased_why"],
        erased_at=ticket["erased_at"],
        **_promised(milestones, at=at),
        **(_in_full(ticket, now, cycle=cycle, at=at) | {"files": files.get(None, ())} if full else {}),
    )


def _promised(milestones: Sequence[Row], *, at: datetime) -> Row:
    """Return what is owed, what was promised and kept, and how the time of the newest clock is counted (P11)."""
    latest = milestones[-1]
    owed = min((row["due_at"] for row in milestones if _is_open(row)), default=None)
    steps = tuple(_step(row, at) for row in milestones)
    policy, calendar = versions.policy(latest["policy"]), versions.calendar(latest["calendar"])
    first = next((row for row in milestones if row["clock"] == latest["clock"] and row["name"] == FIRST), latest)
    pauses = _pauses(latest["clock"]) if policy.pause_days else []
    told = deadlines.first_reply(policy, calendar, latest["started_at"], pauses=pauses, due_at=first["due_at"])
    return {
        "due_at": owed or latest["due_at"],
        "rule": policy.rule,
        "milestones": steps,
        "explanation": tuple(wording.sentences(told)),
        "plainly": tuple(wording.plainly(told)),
        "owed": owed is not None,
        "late": owed is not None and owed <= at,
        "breached": any(step.is_late for step in steps),
    }


def _in_full(ticket: Row, replies: Sequence[Row], *, cycle: int, at: datetime) -> Row:
    """Return the words of a request, and what its reader may do now; `replies` are those of its newest cycle."""
    questions = _questions(ticket["id"], cycle)
    survey = {name: ticket[f"survey_{name}"] for name in ("digest", "expires_at")}
    return {
        "ending": ticket["ending"],
        "question": ticket["text"],
        "questions": questions,
        "later": _later(ticket["id"]),
        "rating": survey_invitations.open_link(ticket["survey_id"], **survey, at=at),
        "again": _may_say_again(replies, questions),
    }


def _may_say_again(replies: Sequence[Row], asked: Sequence[Question]) -> bool:
    return all(one.result for one in asked) and any(reply["kind"] in FINAL_REPLIES for reply in replies)


def _is_open(milestone: Row) -> bool:
    return milestone["met_at"] is None and milestone["ended_at"] is None


def _step(milestone: Row, at: datetime) -> Step:
    # The timer writes a breach seconds after it happened: until then the page reads the clock itself.
    late = milestone["missed"] or (_is_open(milestone) and milestone["due_at"] <= at)
    return Step(milestone["name"], milestone["due_at"], milestone["met_at"], late)


def _replies(replies: Sequence[Row], files: Mapping[int | None, tuple[Shared, ...]]) -> tuple[Said, ...]:
    """Return replies with their files, and the documents that went with them and are still published."""
    went = documents.published_of([pk for reply in replies for pk in reply["documents"]])  # no query where none did
    named = {one.pk: Published(str(one), one.abstract, one.url) for one in went}
    return tuple(
        replace(
            _said(reply, full=True),
            files=files.get(reply["id"], ()),
            documents=tuple(named[pk] for pk in reply["documents"] if pk in named),
        )
        for reply in replies
    )


def _said(reply: Row, *, full: bool) -> Said:
    said = Said(reply["reached_at"], reply["promised_at"])
    if not full:
        return said
    text, items = reply["text"] or reply["said"], tuple(reply["items"])
    return replace(said, **{name: reply[name] for name in rows.WORDS} | {"text": text, "items": items})


def _last(replies: Sequence[Row], kinds: Container[str], *, full: bool) -> Said | None:
    return next((_said(reply, full=full) for reply in reversed(replies) if reply["kind"] in kinds), None)


def _in_language(name: str | None, name_en: str | None) -> str:
    return (get_language() == "en" and name_en) or name or ""
