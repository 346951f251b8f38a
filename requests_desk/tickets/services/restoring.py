"""Write a ticket's clocks anew from its history, should the tables be lost or tampered with (P14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection, transaction

from requests_desk.tickets import replay
from requests_desk.tickets.models import Event, Ticket, TicketClock
from requests_desk.tickets.replay import Owed, Timed
from requests_desk.tickets.services import due, restoring_items
from sla.models import Breach, Clock, Firing, Milestone, Pause


def rebuilt(tickets: Collection[int]) -> dict[int, dict[int, Timed] | None]:
    """Return by ticket what its history makes of its clocks; None where the history cannot be followed."""
    lines: dict[int, list[replay.Line]] = defaultdict(list)
    events = Event.objects.filter(ticket__in=tickets, kind__in=replay.KINDS).order_by("ticket", "seq")
    for pk, *line in events.values_list("ticket", "seq", "kind", "at", "facts").iterator():
        lines[pk].append(replay.Line(*line))
    return {pk: _replayed(lines[pk]) for pk in tickets}


def _replayed(lines: list[replay.Line]) -> dict[int, Timed] | None:
    try:
        return replay.replay(lines)
    except replay.Unreadable:
        return None


def restore(ticket_id: int, *, at: datetime) -> bool:
    """Put back what the history makes of a ticket's clocks and questions; False, and nothing done, where it cannot.

    The timer looks at once at all that may have something to tell: what it told before it does not tell again.
    """
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
        clocks = rebuilt([ticket_id])[ticket_id]
        if clocks is None or not restoring_items.restore(ticket):
            return False
        _clear(ticket, clocks)
        _write(ticket, clocks, at=at)
        due.refresh(ticket)
    return True


def keep_numbers_ahead() -> None:
    """Let the next clock and milestone take numbers above those put back into emptied tables."""
    with connection.cursor() as cursor:
        for model in (Clock, Milestone):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval('{table}_id_seq', greatest((SELECT max(id) FROM {table}), last_value))"  # noqa: S608
                f" FROM {table}_id_seq"
            )


def _clear(ticket: Ticket, clocks: Mapping[int, Timed]) -> None:
    own = {*clocks, *TicketClock.objects.filter(ticket=ticket).values_list("clock", flat=True)}
    steps = {pk for clock in clocks.values() for pk in clock.owed}
    steps |= set(Milestone.objects.filter(clock__in=own).values_list("pk", flat=True))
    Breach.objects.filter(milestone__in=steps).delete()
    Milestone.objects.filter(pk__in=steps).delete()
    TicketClock.objects.filter(clock__in=own).delete()
    Clock.objects.filter(pk__in=own).delete()


def _write(ticket: Ticket, clocks: Mapping[int, Timed], *, at: datetime) -> None:
    Clock.objects.bulk_create(
        Clock(
            pk=pk,
            policy_version_id=clock.policy_version,
            calendar_version_id=clock.calendar_version,
            started_at=clock.started_at,
            logged_at=clock.logged_at,
        )
        for pk, clock in clocks.items()
    )
    TicketClock.objects.bulk_create(
        TicketClock(ticket=ticket, clock_id=pk, cycle=clock.cycle, role=clock.role) for pk, clock in clocks.items()
    )
    Pause.objects.bulk_create(
        Pause(clock_id=pk, began_at=stood.began_at, ends_at=stood.ends_at, waits_for=stood.waits_for)
        for pk, clock in clocks.items()
        for stood in clock.paused
    )
    owed = {step: (pk, one) for pk, clock in clocks.items() for step, one in clock.owed.items()}
    Milestone.objects.bulk_create(_milestone(pk, clock, one, at=at) for pk, (clock, one) in owed.items())
    Firing.objects.bulk_create(
        Firing(milestone_id=pk, rung=rung, due_at=due_at, **fired._asdict())
        for pk, (_clock, one) in owed.items()
        for (rung, due_at), fired in one.fired.items()
    )
    Breach.objects.bulk_create(
        Breach(
            milestone_id=pk,
            due_at=missed.due_at,
            recorded_at=missed.recorded_at,
            cause=missed.cause,
            voided_at=missed.voided_at,
            void_reason=missed.void_reason,
        )
        for pk, (_clock, one) in owed.items()
        for missed in one.missed
    )


def _milestone(pk: int, clock: int, owed: Owed, *, at: datetime) -> Milestone:
    return Milestone(
        pk=pk,
        clock_id=clock,
        name=owed.name,
        number=owed.number,
        opened_at=owed.opened_at,
        opened_by=owed.opened_by,
        due_at=owed.due_at,
        due_a_at=owed.due_a_at,
        due_b_at=owed.due_b_at,
        met_at=owed.met_at,
        met_by=owed.met_by,
        ended_at=owed.ended_at,
        end_reason=owed.end_reason,
        next_look_at=owed.look_from(at),
    )
