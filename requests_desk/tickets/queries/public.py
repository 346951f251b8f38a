"""What the public may read: the office's face, and a request to whoever holds its code and a second proof.

Everything returned is a frozen view: no row of the database, and nothing in it that its proof does not open.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import get_language

from requests_desk.people.models import Agency, Unit
from requests_desk.tickets import identifiers
from requests_desk.tickets.models import Reply, RequesterPhone, Ticket, TicketClock
from requests_desk.tickets.queries import deadlines
from requests_desk.tickets.services.policy_choice import CALENDAR
from requests_desk.tickets.words import FINAL_REPLIES, ReplyKind
from sla import catalogue, wording, worktime
from sla.models import Breach, Milestone, MilestoneName
from sla.policies import Policy


class NotFound(LookupError):
    """Nothing opens with this: the code, the number, the look-up code or the link is wrong, and none says which."""


@dataclass(frozen=True, slots=True)
class Office:
    """A department as its letterhead shows it."""

    name: str
    name_en: str
    hotline: str
    email: str
    address: str
    timezone: str

    @classmethod
    def of(cls, agency: Agency) -> Self:
        """Return what the public sees of an agency."""
        return cls(agency.name, agency.name_en, agency.hotline, agency.email, agency.address, agency.timezone)


@dataclass(frozen=True, slots=True)
class Front:
    """An office and its door: open until `closes_at`, or closed until `opens_at`; neither where no hours are known."""

    office: Office
    closes_at: datetime | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A reply that reached the requester. What was said is filled only where the request is open in full."""

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
    that a promise was missed, however it went on. `question` and what the replies say are empty unless `full`.
    """

    code: str
    state: str
    ending: str
    received_at: datetime
    due_at: datetime
    rule: str
    office: Office
    unit: str
    hotline: str
    interim: Said | None
    answer: Said | None
    question: str
    replies: tuple[Said, ...]
    milestones: tuple[Step, ...]
    explanation: tuple[str, ...]
    owed: bool
    late: bool
    breached: bool
    full: bool


def front(*, at: datetime) -> Front | None:
    """Return the first agency of this deployment and whether its office is open, or None before there is one."""
    agency = Agency.objects.order_by("pk").first()
    if agency is None:
        return None
    office = Office.of(agency)
    try:
        version = catalogue.current_calendar(f"agency:{agency.pk}", CALENDAR)
        calendar = worktime.Calendar.from_json(version.document)
        if worktime.is_open(calendar, at):
            return Front(office, closes_at=_closing(calendar, at))
        return Front(office, opens_at=worktime.next_open(calendar, at))
    except (catalogue.NothingInForce, worktime.WorktimeError):
        return Front(office)


def status(code: str, *, phone: str = "", lookup: str = "", at: datetime) -> Status:
    """Return a request as its code opens it: in full with the look-up code, without any words with a phone number.

    Raises NotFound, after one query of one shape whichever part was wrong. A sealed request opens in full or not at
    all (P13).
    """
    code = identifiers.read_code(code)
    knows_lookup = Q(lookup_digest=identifiers.lookup_digest(code, lookup)) if lookup else Q(pk=None)
    numbers = RequesterPhone.objects.filter(requester=OuterRef("requester"), number__in=identifiers.same_numbers(phone))
    rows = Ticket.objects.filter(knows_lookup | Q(Exists(numbers), sealed=False), code=code)
    return _read(
        rows.annotate(full=Case(When(knows_lookup, then=True), default=False, output_field=BooleanField())), at
    )


def status_by_link(token: str, *, at: datetime) -> Status:
    """Return a request in full as its secret link opens it. Raises NotFound for an unknown and a revoked one alike."""
    digest = identifiers.token_digest(token)
    rows = Ticket.objects.filter(status_links__digest=digest, status_links__revoked_at__isnull=True)
    return _read(rows.annotate(full=Value(True, output_field=BooleanField())), at)


def _read(rows: QuerySet[Ticket], at: datetime) -> Status:
    ticket = rows.select_related("agency", "unit").defer("search").first()
    if ticket is None:
        raise NotFound
    full = bool(ticket.full)  # type: ignore[attr-defined]  # annotated by both callers
    milestones = _milestones(ticket)
    steps = tuple(_step(milestone, at) for milestone in milestones)
    owed = min((m.due_at for m in milestones if m.is_open), default=None)
    clock = milestones[-1].clock
    replies = list(ticket.replies.filter(reached_at__isnull=False).order_by("reached_at", "pk"))
    now = [reply for reply in replies if reply.cycle == clock.ticket_clock.cycle]
    office = Office.of(ticket.agency)
    return Status(
        code=ticket.code,
        state=ticket.state,
        ending=ticket.ending if full else "",
        received_at=ticket.received_at,
        due_at=owed or steps[-1].due_at,
        rule=Policy.from_json(clock.policy_version.document).rule,
        office=office,
        unit=_unit_name(ticket.unit),
        hotline=office.hotline,
        interim=_last(now, {ReplyKind.INTERIM}, full=full),
        answer=_last(now, FINAL_REPLIES, full=full),
        question=ticket.text if full else "",
        replies=tuple(_said(reply, full=full) for reply in replies),
        milestones=steps,
        explanation=tuple(wording.sentences(deadlines.first_reply(clock))),
        owed=owed is not None,
        late=owed is not None and owed <= at,
        breached=any(step.is_late for step in steps),
        full=full,
    )


def _milestones(ticket: Ticket) -> list[Milestone]:
    """Return the promises of the reply clocks, the newest cycle and the latest promise last."""
    breaches = Breach.objects.filter(milestone=OuterRef("pk"), voided_at__isnull=True)
    rows = Milestone.objects.filter(
        clock__ticket_clock__ticket=ticket,
        clock__ticket_clock__role=TicketClock.Role.REPLY,
        name__in=(MilestoneName.FIRST_REPLY, MilestoneName.PROMISED),
    ).exclude(end_reason="voided")
    rows = rows.select_related("clock__policy_version", "clock__calendar_version", "clock__ticket_clock").annotate(
        missed=Exists(breaches)
    )
    return list(rows.order_by("clock__ticket_clock__cycle", "opened_at", "pk"))


def _step(milestone: Milestone, at: datetime) -> Step:
    # The timer writes a breach seconds after it happened: until then the page reads the clock itself.
    missed = bool(milestone.missed) or (milestone.is_open and milestone.due_at <= at)  # type: ignore[attr-defined]
    return Step(milestone.name, milestone.due_at, milestone.met_at, missed)


def _said(reply: Reply, *, full: bool) -> Said:
    reached_at = reply.reached_at or reply.created_at
    if not full:
        return Said(reached_at, reply.promised_at)
    words = {name: getattr(reply, name) for name in ("done", "reason", "contact", "ground", "receiving_body")}
    return Said(reached_at, reply.promised_at, reply.kind, reply.channel, reply.text or reply.said, **words)


def _last(replies: Sequence[Reply], kinds: Container[str], *, full: bool) -> Said | None:
    return next((_said(reply, full=full) for reply in reversed(replies) if reply.kind in kinds), None)


def _unit_name(unit: Unit | None) -> str:
    if unit is None:
        return ""
    return unit.name_en if get_language() == "en" and unit.name_en else unit.name


def _closing(calendar: worktime.Calendar, at: datetime) -> datetime | None:
    """Return when the stretch of office hours around `at` ends."""
    local = at.astimezone(calendar.tz)
    minute = local.hour * 60 + local.minute
    closes = next((span.closes for span in calendar.spans(local.date()) if minute < span.closes), None)
    if closes is None:
        return None
    return datetime.combine(local.date(), time(), tzinfo=calendar.tz) + timedelta(minutes=closes)
