"""Say what a request is about and give it to who handles that: one act, with the rules that go with its kind (P12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people.models import Agency, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Field, Ticket, TicketClock, WordList
from requests_desk.tickets.services import (
    assignment,
    due,
    ledger,
    locking,
    notices,
    policy_choice,
    publishing,
    refusing,
    sealing,
    timing,
)
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.policy_choice import Choice
from requests_desk.tickets.words import SEALED_KINDS, About, Kind, NoticeKind, State
from sla import clocks, repinning
from sla.models import Milestone, MilestoneName

PHRASES, PHRASE = 500, 100


class Refused(refusing.Refused):
    """The request cannot be sorted so. `fields` says what to change; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a person says a request is. `seal` closes it to `units` and `people` it is about (P13)."""

    kind: str
    field: str = ""
    unit: Unit | None = None
    officer: User | None = None
    seal: bool = False
    units: Sequence[Unit] = ()
    people: Sequence[User] = ()


def sort(ticket: Ticket, what: Sorted, *, by: User, at: datetime, seen_seq: int | None = None) -> Ticket:
    """Set kind and field, seal where that is due, and hand the request to a unit, in one transaction.

    Another policy or calendar that fits the new kind or field takes over what is open and not yet due; a breach stays.
    Raises Refused, assignment.Refused, sealing.Refused, access.Denied, ChangedMeanwhile.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        _require(ticket, what, by=by)
        was_open = not ticket.sealed
        facts = {"kind": what.kind, "was_kind": ticket.kind, "field": what.field, "was_field": ticket.field}
        ticket.kind, ticket.field = what.kind, what.field
        ticket.save(update_fields=["kind", "field"])
        lines = [Line(ticket, "sorted", facts), *_timed_anew(ticket, at=at)]
        if what.seal or what.units or what.people or (what.kind in SEALED_KINDS and not ticket.sealed):
            lines += sealing.seal_locked(ticket, units=what.units, people=what.people)
            publishing.take_down(ticket, by=by, at=at)
        ledger.append(lines, actor=by, at=at)
        due.refresh(ticket)
        if was_open and ticket.sealed:
            notices.tell(NoticeKind.REPORT, ticket, by=by, at=at)
        if what.unit is not None:
            ticket = assignment.assign(ticket, unit=what.unit, officer=what.officer, by=by, at=at)
    return ticket


def keep_words(agency: Agency, about: str, target: str, phrases: str) -> WordList:
    """Keep a list of phrases, one a line, in place of the one that comes with the product. Raises Refused."""
    spoken = phrases.replace("\x00", "")  # PostgreSQL keeps none
    lines = list(dict.fromkeys(" ".join(line.split()) for line in spoken.splitlines() if line.strip()))
    if len(lines) > PHRASES or any(len(line) > PHRASE for line in lines):
        said = _("At most %(count)s phrases of %(length)s characters each.")
        raise Refused({"phrases": [said % {"count": PHRASES, "length": PHRASE}]})
    kept, _is_new = WordList.objects.update_or_create(
        agency=agency, about=About(about), target=target, defaults={"phrases": "\n".join(lines)}
    )
    return kept


def _require(ticket: Ticket, what: Sorted, *, by: User) -> None:
    if access.Right.ASSIGN not in access.rights_on(by, ticket):
        raise access.Denied(_("You may not sort this request."))
    problems: dict[str, list[str]] = {}
    if what.kind not in Kind.values:
        problems["kind"] = [_("This kind is not known.")]
    if what.field and not Field.objects.filter(agency=ticket.agency_id, code=what.field).exists():
        problems["field"] = [_("This is not among the fields of this agency.")]
    if ticket.state == State.CLOSED:
        problems["kind"] = [_("This request is closed already.")]
    if what.officer and not what.unit:
        problems["unit"] = [_("This is needed.")]
    if problems:
        raise Refused(problems)


def _timed_anew(ticket: Ticket, *, at: datetime) -> list[Line]:
    """Put what the table names for the new kind and field to work on what is open and not yet due (P12).

    A newer version of the very documents that time it already is for an administrator to apply, who sees what moves
    first (P10).
    """
    chosen = policy_choice.choose(
        ticket.agency, kind=ticket.kind, channel=ticket.channel, field=ticket.field, priority=ticket.priority
    )
    clock = due.reply_clock(ticket)
    others: list[repinning.Version] = []
    # By the document and not by the version: a newer edition is applied on purpose, never by sorting (P10).
    if clock.policy_version.policy_id != chosen.policy.policy_id:
        others.append(chosen.policy)
    if clock.calendar_version.calendar_id != chosen.calendar.calendar_id:
        others.append(chosen.calendar)
    if not others:
        return []
    counted = Milestone.objects.select_for_update(of=("self",)).filter(
        clocks.OPEN,
        clock__ticket_clock__ticket=ticket,
        clock__ticket_clock__cycle=ticket.cycle,
        name=MilestoneName.FIRST_REPLY,
        # What is past is a breach, and no better kind undoes it (P6).
        due_at__gt=at,
    )
    lines: list[Line] = []
    for version in others:
        found = repinning.moves(list(counted.select_related("clock")), version)
        lines += ledger.lines_of(ticket, repinning.repin(found, version, at=at))
    return lines + _limit_by_law(ticket, chosen, at=at)


def _limit_by_law(ticket: Ticket, chosen: Choice, *, at: datetime) -> list[Line]:
    """Start the limit by law that the new kind brings with it; one that runs already runs on."""
    of_law = TicketClock.objects.filter(ticket=ticket, cycle=ticket.cycle, role=TicketClock.Role.STATUTORY)
    started_at = due.reply_clock(ticket).started_at
    due_at = clocks.statutory_due_at(chosen.policy, chosen.calendar, started_at=started_at)
    # Sorted back and forth, it must not get a second limit by the same law.
    if due_at is None or of_law.exists():
        return []
    return timing.start_limit(
        ticket, chosen, MilestoneName.STATUTORY, due_at=due_at, started_at=started_at, cycle=ticket.cycle, at=at
    )
