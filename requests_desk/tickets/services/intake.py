"""Take a request in, by whatever door it came: one ticket, its clock, its code, its acknowledgement (P1, P2)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from requests_desk.people import identifiers
from requests_desk.people.identifiers import Oddity
from requests_desk.people.models import Agency, User
from requests_desk.tickets import likeness, texts
from requests_desk.tickets.models import Attachment, CodeCounter, Requester, StatusLink, Ticket
from requests_desk.tickets.services import (
    attachments,
    due,
    items,
    ledger,
    notices,
    outbox,
    policy_choice,
    requesters,
    sealing,
    searched,
    timing,
)
from requests_desk.tickets.services.incoming import Refused, Request, checked, digest, oddities, submission_of
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.policy_choice import Choice
from requests_desk.tickets.services.sealing import Hidden
from requests_desk.tickets.words import SEALED_KINDS, NoticeKind, State
from sla.models import Milestone

# What a ticket holds as it was asked.
AS_ASKED = (
    *("kind", "channel", "field", "priority", "text", "received_reason", "wanted_by", "external_deadline"),
    *("external_number", "reply_by", "entry", "arrival_number", "language", "unit"),
)


class SubmissionReused(Exception):
    """The key was used before with other content: it names another request."""


class BatchRefused(ValueError):
    """Some of several requests cannot be taken so: `problems` says by their place which, and what to change."""

    def __init__(self, problems: dict[int, dict[str, list[str]]]) -> None:
        super().__init__(", ".join(str(number) for number in problems))
        self.problems = problems


class Logged(NamedTuple):
    """The ticket, the two secrets that open it (shown once; empty when it was there before), and what looked odd.

    `promise` is our own of a new ticket, as it was just begun.
    """

    ticket: Ticket
    lookup_code: str
    link_token: str
    warnings: list[Oddity]
    promise: Milestone | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether this was its first time."""
        return self.promise is not None


class Receipt(NamedTuple):
    """Whether a receipt is acknowledged at all, the Message-ID of the mail that it answers, and the link it gives."""

    is_wanted: bool = True
    answers: str = ""
    token: str = ""


class Ground(NamedTuple):
    """Who asks, and which versions of the rules time it."""

    requester: Requester
    chosen: Choice


class Opened(NamedTuple):
    """What was made of a part of a request: the two secrets that open it, and the first lines of its history."""

    ticket: Ticket
    lookup_code: str
    link_token: str
    lines: list[Line]


class Submission(NamedTuple):
    """The sender's own key of what it sent, and a digest of that: both empty when there is no key."""

    key: str
    digest: str


def log(
    agency: Agency,
    request: Request,
    *,
    by: User | None,
    at: datetime,
    files: Sequence[Attachment] = (),
    token: str = "",
    receipt: Receipt | None = None,
    hidden: Hidden | None = None,
) -> Logged:
    """Make a ticket of `request` with its staged `files`. The same submission again returns the ticket it made.

    `token` is the secret link it gets, where its sender holds that already; `receipt` says whether receipt is
    acknowledged, if not as usual. One that is `hidden` is sealed from these, before the leadership is told of it (P13).

    Raises `incoming.Refused` with the fields to change, SubmissionReused when a key comes back with other content.
    """
    # Looked for as it was sent and before it is checked: what was in time when sent first is no less so when repeated.
    key = submission_of(request)
    submission = Submission(key, digest(request) if key else "")
    if earlier := _earlier(agency, request, submission, by):
        return earlier
    request = checked(agency, request, by=by, at=at)
    try:
        with transaction.atomic():
            wanted = (receipt or Receipt())._replace(token=token or secrets.token_urlsafe(16))
            return _write(agency, request, submission, files, wanted, hidden=hidden, by=by, at=at)
    except IntegrityError:
        # The same form twice at the same moment: the unique key let one through, and this is it.
        if earlier := _earlier(agency, request, submission, by):
            return earlier
        raise


def take_over(
    agency: Agency, request: Request, *, old_number: str, by: User, at: datetime
) -> tuple[Ticket, list[Line]]:
    """Make a ticket of what an earlier register holds, with a code of the year it came in; nothing is sent.

    In the caller's transaction, who appends the lines returned to its history. Raises `incoming.Refused`.
    """
    request = checked(agency, request, by=None, at=at)
    code = next_code(agency, at=request.received_at or at)
    lookup = identifiers.new_lookup_code()
    none = Submission("", "")
    made = _ticket(agency, request, none, code=code, lookup=lookup, old_number=old_number[:64], by=by, at=at)
    ticket, _promise, lines = made
    return ticket, lines


def log_part(whole: Ticket, request: Request, chosen: Choice, *, by: User, at: datetime) -> Opened:
    """Make a ticket of a part of `whole`, of the same requester and timed by the very rules in `chosen`.

    In the caller's transaction, who appends the lines to its history and tells the requester. Raises
    `incoming.Refused`.
    """
    agency, token = whole.agency, secrets.token_urlsafe(16)
    request = checked(agency, request, by=None, at=at)
    lookup, code = identifiers.lookup_for(token), next_code(agency, at=at)
    ground, none = Ground(whole.requester, chosen), Submission("", "")
    made = _ticket(agency, request, none, code=code, lookup=lookup, ground=ground, by=by, at=at)
    ticket, _promise, lines = made
    StatusLink.objects.create(ticket=ticket, digest=identifiers.token_digest(token), created_at=at)
    return Opened(ticket, lookup, token, lines)


def log_batch(agency: Agency, requests: Sequence[Request], *, by: User, at: datetime) -> list[Logged]:
    """Make a ticket of each of `requests`, such as the items of one meeting: all of them, or none.

    Raises BatchRefused with what to change in which of them; the same batch sent again returns what it made.
    """
    problems: dict[int, dict[str, list[str]]] = {}
    for number, request in enumerate(requests):
        try:
            checked(agency, request, by=by, at=at)
        except Refused as error:
            problems[number] = error.fields
    if problems:
        raise BatchRefused(problems)
    with transaction.atomic():
        return [log(agency, request, by=by, at=at) for request in requests]


def _earlier(agency: Agency, request: Request, submission: Submission, by: User | None) -> Logged | None:
    if not submission.key:
        return None
    ticket = Ticket.objects.filter(agency=agency, logged_by=by, submission=submission.key).first()
    if ticket is None:
        return None
    if ticket.submission_digest != submission.digest:
        raise SubmissionReused(ticket.code)
    return Logged(ticket, "", "", oddities(agency, request))


def _write(
    agency: Agency,
    request: Request,
    submission: Submission,
    files: Sequence[Attachment],
    receipt: Receipt,
    *,
    hidden: Hidden | None,
    by: User | None,
    at: datetime,
) -> Logged:
    token = receipt.token
    lookup = identifiers.lookup_for(token)
    code = next_code(agency, at=at)
    ticket, promise, lines = _ticket(agency, request, submission, code=code, lookup=lookup, by=by, at=at)
    StatusLink.objects.create(ticket=ticket, digest=identifiers.token_digest(token), created_at=at)
    asked = {"lookup_code": lookup, "token": token, "answers": receipt.answers}
    drafts = texts.acknowledgement(ticket, due_at=promise.due_at, **asked) if receipt.is_wanted else []
    lines += attachments.attach(files, ticket)
    lines += sealing.seal_locked(ticket, units=hidden.units, people=hidden.people) if hidden else []
    lines += [Line(ticket, "acknowledged", {"channel": draft.channel}) for draft in drafts]
    ledger.append(lines, actor=by, at=at)
    outbox.post(drafts, at=at)
    if ticket.sealed:
        notices.tell(NoticeKind.REPORT, ticket, by=by, at=at)
    return Logged(ticket, lookup, token, oddities(agency, request), promise)


def _ticket(
    agency: Agency,
    request: Request,
    submission: Submission,
    *,
    code: str,
    lookup: str,
    old_number: str | None = None,
    ground: Ground | None = None,
    by: User | None,
    at: datetime,
) -> tuple[Ticket, Milestone, list[Line]]:
    """Return the ticket, our own promise, and the first lines of its history.

    `old_number`, its number in an earlier register, makes it one that was taken over from there.
    """
    received_at = request.received_at or at
    requester, chosen = ground or _ground(agency, request, at=at)
    timed = timing.begin(chosen, started_at=received_at, external_deadline=request.external_deadline, at=at)
    ticket = Ticket.objects.create(
        agency=agency,
        code=code,
        requester=requester,
        search=searched.vector(
            (code, old_number or "", request.external_number, request.arrival_number), request.asked, request.text
        ),
        gist=likeness.gist(request.text),
        imported=old_number is not None,
        old_number=old_number or "",
        received_at=received_at,
        logged_at=at,
        logged_by=by,
        state=State.ASSIGNED if request.unit else State.RECEIVED,
        sealed=request.kind in SEALED_KINDS,
        lookup_digest=identifiers.lookup_digest(code, lookup),
        submission=submission.key or None,
        submission_digest=submission.digest,
        next_due_at=timed.next_due_at,
        queue_at=due.place(timed.next_due_at, request.wanted_by),
        **{name: getattr(request, name) for name in AS_ASKED},
    )
    lines = timing.tie(ticket, timed, cycle=1)
    asked = items.begin(ticket, items.asked(request.text, request.items), cycle=1)
    agreed = {"consent": request.consent} if request.consent else {}
    return ticket, timed.promise, [Line(ticket, "logged", _facts(ticket) | agreed), *asked, *lines]


def _ground(agency: Agency, request: Request, *, at: datetime) -> Ground:
    chosen = policy_choice.choose(
        agency, kind=request.kind, channel=request.channel, field=request.field, priority=request.priority
    )
    return Ground(requesters.find_or_add(agency, request.asked, at=at), chosen)


def _facts(ticket: Ticket) -> dict[str, str | int | bool | None]:
    return {
        "code": ticket.code,
        "kind": ticket.kind,
        "channel": ticket.channel,
        "received_at": ticket.received_at.isoformat(),
        "backdated": bool(ticket.received_reason),
        "unit": ticket.unit_id,
        "sealed": ticket.sealed,
        "text_digest": identifiers.text_digest(ticket.text),
    }


def reissue_lookup(ticket: Ticket, *, by: User, at: datetime) -> str:
    """Give a ticket a new look-up code and return it; the old one opens nothing any more."""
    lookup = identifiers.new_lookup_code()
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
        ticket.lookup_digest = identifiers.lookup_digest(ticket.code, lookup)
        ticket.save(update_fields=["lookup_digest"])
        ledger.append([Line(ticket, "lookup_reissued", {})], actor=by, at=at)
    return lookup


def next_code(agency: Agency, *, at: datetime) -> str:
    """Take the next code of the agency's year, such as `SCT-2026-000123`: rolled back with its ticket."""
    year = at.astimezone(ZoneInfo(agency.timezone)).year
    table = CodeCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (agency_id, year, last) VALUES (%s, %s, 1) "  # noqa: S608
            f"ON CONFLICT (agency_id, year) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [agency.pk, year],
        )
        (last,) = cursor.fetchone()
    return f"{agency.code}-{year}-{last:06d}"
