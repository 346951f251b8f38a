"""Every deadline of one request and how each came about, to be printed and handed on (P11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.services import limits
from sla import explain, wording, worktime
from sla.models import Clock, Milestone, MilestoneName
from sla.policies import Policy

# A promise that never arrived, and a limit of a merge taken back, bind nobody.
HIDDEN = ("voided", limits.UNMERGED)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline: `lines` tell how it was counted, or who set it; `rules` the versions it is pinned to."""

    cycle: int
    name: str
    due_at: datetime
    met_at: datetime | None
    ended_at: datetime | None
    missed: tuple[datetime, ...]
    lines: tuple[str, ...]
    rules: str


def of(ticket: Ticket) -> list[Deadline]:
    """Return the deadlines of every cycle, the first due on top of each; what a voided reply promised is none."""
    clocks = Clock.objects.filter(ticket_clock__ticket=ticket).order_by("ticket_clock__cycle", "pk")
    rows = clocks.select_related("policy_version__policy", "calendar_version__calendar", "ticket_clock")
    found = [
        _deadline(ticket, clock, milestone)
        for clock in rows.prefetch_related("milestones__breaches", "pauses")
        for milestone in clock.milestones.all()
        if milestone.end_reason not in HIDDEN
    ]
    return sorted(found, key=lambda one: (one.cycle, one.due_at))


def _deadline(ticket: Ticket, clock: Clock, milestone: Milestone) -> Deadline:
    standing = (breach.recorded_at for breach in milestone.breaches.all() if breach.voided_at is None)
    return Deadline(
        cycle=clock.ticket_clock.cycle,
        name=milestone.name,
        due_at=milestone.due_at,
        met_at=milestone.met_at,
        ended_at=milestone.ended_at,
        missed=tuple(sorted(standing)),
        lines=_lines(ticket, clock, milestone),
        rules=f"{clock.policy_version}, {clock.calendar_version}",
    )


def _lines(ticket: Ticket, clock: Clock, milestone: Milestone) -> tuple[str, ...]:
    policy = Policy.from_json(clock.policy_version.document)
    if milestone.name == MilestoneName.FIRST_REPLY:
        return _counted(clock, milestone, *policy.counting)
    if milestone.name == MilestoneName.STATUTORY:
        return _counted(clock, milestone, "working_days", policy.statutory_days)
    if milestone.name == MilestoneName.EXTERNAL:
        number = ticket.external_number if milestone.due_at == ticket.external_deadline else ""
        return (_("Set by another body: %(number)s") % {"number": number or "–"},)
    reply = Reply.objects.select_related("author").get(pk=int(milestone.opened_by.removeprefix("reply:")))
    named = {"author": reply.author, "at": office_time(reply.reached_at or reply.created_at)}
    return (_("Named in the notice of progress by %(author)s, %(at)s") % named,)


def _counted(clock: Clock, milestone: Milestone, rule: worktime.Rule, amount: int) -> tuple[str, ...]:
    calendar = worktime.Calendar.from_json(clock.calendar_version.document)
    pauses = [(pause.began_at, pause.ends_at) for pause in clock.pauses.all()]
    told = explain.explain_set(calendar, clock.started_at, rule, amount, pauses=pauses, due_at=milestone.due_at)
    return tuple(wording.sentences(told))
