"""Let a clock stand still while the requester is asked something, where its policy allows that (P9)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people.models import User
from requests_desk.tickets.models import Message, Reply, Ticket, TicketClock
from requests_desk.tickets.services import due, ledger, locking, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import Reason, State
from sla import moves, versions, worktime
from sla.clocks import OPEN
from sla.models import Clock, Milestone, Pause

COUNTING = (TicketClock.Role.REPLY, TicketClock.Role.STATUTORY)


def pause(ticket: Ticket, *, by: User, at: datetime, seen_seq: int | None = None) -> datetime:
    """Stop counting from `at` until the requester answers, for at most the days the policy allows; return that limit.

    Raises refusing.NotNow where the policy allows none, nothing was asked that reached them, each question having its
    one pause, or nothing counted is still to come.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        own = _counting(ticket)
        question = _question(ticket)
        days = versions.policy(own[0].policy_version_id).pause_days
        _require(ticket, own, question, days, at=at)
        assert question is not None  # noqa: S101  required above
        # Its end is written now: a pause that nobody ends must end by itself, timer or no timer (P9).
        ends_at = worktime.add_working_days(versions.calendar(own[0].calendar_version_id), at, days)
        Pause.objects.bulk_create(
            Pause(clock=clock, began_at=at, ends_at=ends_at, waits_for=question.key) for clock in own
        )
        facts = {
            "reply": question.pk,
            "clocks": [clock.pk for clock in own],
            "began_at": at.isoformat(),
            "until_at": ends_at.isoformat(),
        }
        _recount(ticket, own, Line(ticket, "paused", facts), by=by, at=at)
    return ends_at


def end(ticket: Ticket, *, by: User, at: datetime, seen_seq: int | None = None) -> None:
    """Let a clock that stands still count again from `at`: the question was settled otherwise. Raises NotNow."""
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        if not resume(ticket, since=at, by=by, at=at):
            raise refusing.NotNow("not_paused", _("Nothing stands still now."))


def resume(ticket: Ticket, *, since: datetime, by: User | None, at: datetime) -> bool:
    """End what pauses a locked ticket at `since`, when the requester answered; False where nothing stood still then."""
    own = _counting(ticket)
    # By when the answer came and not by now: what is written down late must not have stopped the clock longer.
    running = Pause.objects.filter(clock__in=own, began_at__lte=since, ends_at__gt=since)
    stood = list(running.values_list("clock", flat=True))
    if not running.update(ends_at=since):
        return False
    facts = {"clocks": stood, "since_at": since.isoformat()}
    _recount(ticket, own, Line(ticket, "resumed", facts), by=by, at=at)
    return True


def until(ticket: Ticket, *, at: datetime) -> datetime | None:
    """Return when the pause a ticket is in ends by itself, None where its clock runs."""
    running = Pause.objects.filter(clock__in=_counting(ticket), began_at__lte=at, ends_at__gt=at)
    return running.values_list("ends_at", flat=True).first()


def _counting(ticket: Ticket) -> list[Clock]:
    """Return the clocks of the current cycle that count from its start, that of the reply promise first."""
    timed = [(clock.ticket_clock.cycle, clock.ticket_clock.role, clock) for clock in due.clocks_of(ticket)]
    return [clock for role in COUNTING for cycle, its, clock in timed if cycle == ticket.cycle and its == role]


def _question(ticket: Ticket) -> Reply | None:
    """Return the last question that reached the requester and was not answered since."""
    asked = ticket.replies.filter(cycle=ticket.cycle, reason=Reason.NEEDS_MORE, reached_at__isnull=False)
    question = asked.order_by("reached_at").last()
    if question is None:
        return None
    answered = ticket.messages.filter(direction=Message.Direction.IN, at__gt=question.reached_at).exists()
    return None if answered else question


def _require(ticket: Ticket, own: list[Clock], question: Reply | None, days: int, *, at: datetime) -> None:
    if not days:
        raise refusing.NotNow("no_pause", _("The rules of this request know no pause."))
    if question is None or ticket.state == State.CLOSED:
        raise refusing.NotNow("nothing_asked", _("Only a question that reached the requester, not yet answered, can."))
    if Pause.objects.filter(clock__in=own, waits_for=question.key).exists():
        raise refusing.NotNow("paused_before", _("This question has had its pause."))
    if not Milestone.objects.filter(OPEN, clock__in=own, name__in=moves.COUNTED, due_at__gt=at).exists():
        raise refusing.NotNow("nothing_runs", _("Nothing is counted that a pause could stop."))


def _recount(ticket: Ticket, own: list[Clock], line: Line, *, by: User | None, at: datetime) -> None:
    """Count anew what is still open: what was met or missed stays as it was."""
    open_ = Milestone.objects.filter(OPEN, clock__in=own, name__in=moves.COUNTED).values("clock")
    lines = [line]
    for clock in Clock.objects.filter(pk__in=open_).order_by("pk"):
        # A pause explains no breach away: what was missed before it stays missed (P6).
        lines += ledger.lines_of(ticket, moves.recount(clock, reason="paused", may_void=False, at=at))
    ledger.append(lines, actor=by, at=at)
    due.refresh(ticket)
