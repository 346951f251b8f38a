"""The demonstration is alive at whatever moment it is first opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifications.models import Notification
from requests_desk.tickets.demo.fill import fill
from requests_desk.tickets.models import Reply, Requester, Ticket
from requests_desk.tickets.services import reminders

# A working morning, a lunch, a minute before closing, a night, and the small hours of a Saturday.
MOMENTS = [
    datetime(2026, 11, 25, 3, 0, tzinfo=UTC),
    datetime(2026, 11, 25, 5, 10, tzinfo=UTC),
    datetime(2026, 11, 25, 9, 59, 30, tzinfo=UTC),
    datetime(2026, 11, 25, 15, 13, tzinfo=UTC),
    datetime(2026, 11, 27, 19, 30, tzinfo=UTC),
]


@pytest.fixture(autouse=True)
def demo(db: None, settings):
    settings.DESK_DEMO = True


def quietly(line: str) -> None:
    """Say nothing of the progress."""


@pytest.mark.parametrize("first_start", MOMENTS, ids=str)
def test_it_fires_a_reminder_a_breach_and_a_promised_time_within_three_minutes(first_start: datetime):
    fill(at=first_start, progress=quietly)

    fired = {}
    for seconds in range(0, 180, 15):
        at = first_start + timedelta(seconds=seconds)
        reminders.sweep(at=at)
        new = Notification.objects.filter(created_at=at, cause__startswith="alert:").values_list("cause", "subject")
        fired |= {one: seconds for one in new if one not in fired}

    causes = [cause for cause, _ in fired]
    assert causes.count("alert:breach") == 2
    assert "alert:reminder" in causes
    # Not before somebody can have opened the page; in a closed office the reminder comes with the first sweep (N1).
    assert all(seconds >= 45 for (cause, _), seconds in fired.items() if cause == "alert:breach")


def test_it_writes_a_past_that_was_sent_to_requesters_known_once():
    fill(at=MOMENTS[0], progress=quietly)

    assert not Notification.objects.exclude(state="delivered").exists()
    night = timedelta(hours=9)  # holds reminders (N4)
    late = [row for row in Notification.objects.all() if row.accepted_at != row.created_at]
    assert {row.cause for row in late} <= {"alert:reminder"}
    assert all(row.accepted_at - row.created_at <= night for row in late)
    assert all(reply.reached_at == reply.created_at for reply in Reply.objects.all())
    known = Requester.objects.values_list("organisation", "name", "email", "phones__number")
    # One record has two numbers.
    assert len(known) == len(set(known)) == Requester.objects.count() + 1
    often = Ticket.objects.filter(requester__organisation="Công ty TNHH Sản xuất Gỗ Vạn Phát Sơn")
    assert (often.count(), often.values("requester").distinct().count()) == (3, 1)
    # And one is answered in part, while another unit is asked.
    ticket = Ticket.objects.get(parts__state="asked")
    assert dict(ticket.items.values_list("number", "result")) == {1: "answer", 2: "", 3: "answer", 4: ""}
    assert ticket.state == "interim_sent"
