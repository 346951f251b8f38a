"""How the promise was kept: a table counted by hand, and what the first page makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from requests_desk.tickets.models import Figures, Ticket
from requests_desk.tickets.queries import figures
from requests_desk.tickets.services import closing, cycles, merging, reminders, replies, sealing
from requests_desk.tickets.services import figures as counting
from tests.support.cast import MORNING, Desk, a_reply, later, log_ticket

# Nobody's 48 hours ended before the first of these instants, everybody's up to the second.
SINCE, UNTIL = later(days=1), later(days=10)


def count(desk: Desk, *, since: datetime = SINCE, until: datetime = UNTIL, imported: bool = False) -> figures.Kept:
    return figures.kept(desk.agency.pk, since=since, until=until, imported=imported)


def asked(desk: Desk, *, answered_after: float | None = None, **changes: object) -> Ticket:
    """Log a request on Monday at 08:00 and let alice reach its firm by phone so many hours later."""
    ticket = log_ticket(desk, **changes)  # type: ignore[arg-type]
    if answered_after is not None:
        said(desk, ticket, "answer", hours=answered_after)
    return ticket


def said(desk: Desk, ticket: Ticket, kind: str, *, hours: float, **changes: object) -> None:
    reminders.sweep(at=later(hours=hours))
    replies.send(ticket, a_reply(kind, "call", **changes), by=desk.alice, at=later(hours=hours))


def test_it_counts_what_was_due_as_a_person_would(desk: Desk):
    asked(desk, answered_after=1)  # kept, after 1 hour
    interim = log_ticket(desk)
    said(desk, interim, "interim", hours=6)  # kept by a notice of progress, after 6
    missed_call = log_ticket(desk)
    said(desk, missed_call, "answer", hours=7, call_outcome="no_answer")  # nobody was reached: missed
    asked(desk, answered_after=47)  # kept, after 47
    asked(desk, answered_after=60)  # missed, after 60
    asked(desk)  # missed, no reply at all
    early, late = asked(desk), asked(desk)
    closing.close(early, "withdrawn", note="Thôi ạ", by=desk.alice, at=later(hours=3))  # nothing was owed: not counted
    reminders.sweep(at=later(hours=61))
    closing.close(late, "withdrawn", note="Thôi ạ", by=desk.alice, at=later(hours=62))  # too late for that: missed
    asked(desk, kind="harassment")  # sealed: counted apart
    again = asked(desk, answered_after=62)  # missed, after 62
    cycles.reopen(again, "Chưa đúng", by=desk.alice, at=later(hours=64))  # promised anew, and no reply: missed

    found = count(desk)

    # 1, 6, 47, 60 and 62 hours, and four times never: in the middle of nine stand 62.
    assert found == figures.Kept(kept=3, missed=6, median_s=62 * 3600)


def test_it_leaves_out_what_was_due_at_another_time_or_is_not_due_yet(desk: Desk):
    asked(desk, answered_after=1)
    asked(desk, at=later(days=9), received_at=None)

    found = count(desk, until=later(days=10)), count(desk, since=later(days=2))

    assert [one.kept + one.missed for one in found] == [1, 0]


def test_it_tells_no_median_where_half_have_no_reply(desk: Desk):
    asked(desk, answered_after=1)
    asked(desk)

    found = count(desk)

    assert found == figures.Kept(kept=1, missed=1, median_s=None)


def test_a_breach_that_stands_is_missed_whatever_was_written_later(desk: Desk):
    ticket = asked(desk)
    reminders.sweep(at=later(hours=49))
    draft = a_reply("answer", "call", happened_at=later(hours=20))
    replies.send(ticket, draft, by=desk.bob, at=later(hours=50))

    found = count(desk)

    assert (found.kept, found.missed) == (0, 1)


def test_a_merged_request_counts_once(desk: Desk):
    first, second = asked(desk), asked(desk, at=later(hours=1))
    merging.merge(first, second, reason="Trùng", by=desk.bob, at=later(hours=2))
    said(desk, Ticket.objects.exclude(ending="merged").get(), "answer", hours=5)

    found = count(desk)

    assert (found.kept, found.missed) == (1, 0)


def test_it_counts_apart_what_came_from_an_old_register(desk: Desk):
    asked(desk)
    Ticket.objects.update(imported=True)

    found = count(desk), count(desk, imported=True)

    assert [one.missed for one in found] == [0, 1]


def test_what_is_sealed_later_leaves_the_count(desk: Desk):
    sealing.seal(asked(desk), units=[desk.unit], by=desk.leader, at=later(hours=1))

    found = count(desk)

    assert found.missed == 0


@pytest.mark.parametrize(
    ("counted", "percent", "median"),
    [
        ((9, 0, 60), None, None),  # too few
        ((10, 0, 3601), 100, timedelta(minutes=61)),
        ((999, 1, 0), 99, timedelta(0)),  # never rounded up to all of them
        ((7, 4, 86_401), 63, timedelta(hours=25)),
        ((0, 12, None), 0, None),
    ],
)
def test_it_never_flatters(
    desk: Desk, counted: tuple[int, int, int | None], percent: int | None, median: timedelta | None
):
    kept, missed, median_s = counted
    Figures.objects.create(agency=desk.agency, at=MORNING, kept=kept, missed=missed, median_s=median_s)

    found = figures.lately(desk.agency.pk)

    assert found == figures.Lately(MORNING, kept + missed, percent, median)


def test_it_keeps_the_newest_count_alone(desk: Desk):
    asked(desk, answered_after=1)
    counting.count_all(at=later(days=1))

    counting.count_all(at=later(days=3))

    assert list(Figures.objects.filter(agency=desk.agency).values_list("at", "kept")) == [(later(days=3), 1)]
