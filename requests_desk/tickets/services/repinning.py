"""Apply a new version of a policy or a calendar to open requests: shown first, then done with a reason (P10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from requests_desk.people.models import Agency, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Application, Ticket
from requests_desk.tickets.services import due, ledger, policy_choice
from requests_desk.tickets.services.ledger import Line
from sla import catalogue, repinning
from sla.models import Milestone, PolicyVersion
from sla.repinning import Move, Version

PAGE = 50
REASON_LENGTH = 500


class NotInForce(ValueError):
    """Only the newest version of the agency's own documents can be applied."""


class ReasonMissing(ValueError):
    """Why it is applied must be said: it moves what was promised."""


class MoreWouldBeMissed(ValueError):
    """More requests would be overdue at once than were shown: look again before it is done."""

    def __init__(self, missed: int) -> None:
        super().__init__(f"{missed} would be missed")
        self.missed = missed


class Row(NamedTuple):
    """One open request whose due time would move."""

    ticket: Ticket
    milestone: str
    was_due_at: datetime
    due_at: datetime
    is_missed: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying would do: `open` deadlines under earlier versions, `moved` of them, `missed` overdue at once.

    What its reader may not see (P13) is neither listed nor counted.
    """

    version: Version
    open: int
    moved: int
    missed: int
    rows: list[Row]
    pages: int


def preview(agency: Agency, version: Version, *, by: User, at: datetime, page: int = 1) -> Preview:
    """Show what applying `version` would do at `at`. Changes nothing. Raises NotInForce."""
    _in_force(agency, version)
    visible = access.visible(by).filter(agency=agency)
    milestones = _milestones(agency, version, at=at).filter(clock__ticket_clock__ticket__in=visible)
    found = repinning.moves(list(milestones), version)
    moved = sorted((move for move in found if move.is_moved), key=lambda move: (move.due_at, move.milestone.pk))
    pages = max(1, -(-len(moved) // PAGE))
    first = (min(max(page, 1), pages) - 1) * PAGE
    rows = _rows(moved[first : first + PAGE], at=at)
    return Preview(version, len(found), len(moved), sum(move.is_missed(at) for move in moved), rows, pages)


def waiting(agency: Agency, version: Version, *, by: User, at: datetime) -> int:
    """Return how many open requests that `by` may see still run under an earlier version."""
    visible = access.visible(by).filter(agency=agency)
    rows = _milestones(agency, version, at=at).filter(clock__ticket_clock__ticket__in=visible)
    return rows.values("clock__ticket_clock__ticket").distinct().count()


def apply(agency: Agency, version: Version, *, reason: str, missed: int, by: User, at: datetime) -> Application:
    """Pin every open request under an earlier version to this one, and move what moves, or nothing at all.

    `missed` is how many overdue ones `by` was shown. Raises NotInForce, ReasonMissing and MoreWouldBeMissed.
    """
    reason = " ".join(reason.split())[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing
    with transaction.atomic():
        _in_force(agency, version)
        tickets = _lock(agency, version, at=at)
        locked = _milestones(agency, version, at=at).filter(clock__in=tickets).select_for_update(of=("self",))
        found = repinning.moves(list(locked.order_by("pk")), version)
        _confirmed(found, tickets, missed, by=by, at=at)
        # Recorded before the move: afterwards nothing would look moved any more.
        application = _record(agency, version, found, reason=reason, by=by, at=at)
        changes = repinning.repin(found, version, at=at)
        lines = [
            Line(tickets[change.milestone.clock_id], change.kind, change.facts | {"application": application.pk})
            for change in changes
        ]
        ledger.append(lines, actor=by, at=at)
        due.refresh_all(list({ticket.pk: ticket for ticket in tickets.values()}.values()))
    return application


def newest(version: Version) -> Version:
    """Return the version in force of the document that `version` belongs to."""
    if isinstance(version, PolicyVersion):
        return catalogue.current_policy(version.policy.owner, version.policy.key)
    return catalogue.current_calendar(version.calendar.owner, version.calendar.key)


def _in_force(agency: Agency, version: Version) -> None:
    document = version.policy if isinstance(version, PolicyVersion) else version.calendar
    if document.owner != policy_choice.owner(agency) or newest(version) != version:
        raise NotInForce


def _milestones(agency: Agency, version: Version, *, at: datetime) -> QuerySet[Milestone]:
    return repinning.open_under_others(version, at=at).filter(clock__ticket_clock__ticket__agency=agency)


def _lock(agency: Agency, version: Version, *, at: datetime) -> dict[int, Ticket]:
    """Return by clock the tickets concerned, locked before their milestones, as every service does."""
    concerned = _milestones(agency, version, at=at).values("clock__ticket_clock__ticket")
    rows = Ticket.objects.select_for_update().filter(pk__in=concerned).order_by("pk").prefetch_related("ticket_clocks")
    return {link.clock_id: ticket for ticket in rows for link in ticket.ticket_clocks.all()}


def _confirmed(found: list[Move], tickets: dict[int, Ticket], shown: int, *, by: User, at: datetime) -> None:
    clocks = [move.milestone.clock_id for move in found if move.is_missed(at)]
    visible = set(access.visible(by).filter(pk__in={tickets[c].pk for c in clocks}).values_list("pk", flat=True))
    seen = sum(tickets[clock].pk in visible for clock in clocks)
    # Fewer is no harm: somebody answered meanwhile. More was never agreed to (P10).
    if seen > shown:
        raise MoreWouldBeMissed(seen)


def _record(agency: Agency, version: Version, found: list[Move], *, reason: str, by: User, at: datetime) -> Application:
    return Application.objects.create(
        agency=agency,
        policy_version=version if isinstance(version, PolicyVersion) else None,
        calendar_version=None if isinstance(version, PolicyVersion) else version,
        reason=reason,
        by=by,
        at=at,
        repinned=len(found),
        moved=sum(move.is_moved for move in found),
        missed=sum(move.is_missed(at) for move in found),
    )


def _rows(moved: list[Move], *, at: datetime) -> list[Row]:
    clocks = [move.milestone.clock_id for move in moved]
    tickets = Ticket.objects.filter(ticket_clocks__clock__in=clocks).select_related("requester", "unit", "officer")
    by_clock = {
        link.clock_id: ticket
        for ticket in tickets.distinct().prefetch_related("ticket_clocks")
        for link in ticket.ticket_clocks.all()
    }
    return [
        Row(
            by_clock[move.milestone.clock_id],
            move.milestone.name,
            move.milestone.due_at,
            move.due_at,
            move.is_missed(at),
        )
        for move in moved
    ]
