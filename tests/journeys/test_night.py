"""A night at the running desk (N4, N1): reminders and notices wait for its end, a missed deadline does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tests.support.running_desk import SOON, RunningDesk

pytestmark = pytest.mark.processes
LEADER, OFFICER, ON_DUTY = "an@phuson.example", "hoa@phuson.example", "minh@phuson.example"
EIGHT_HOURS = timedelta(hours=8)
# Long enough to log and tell everything before it is over, on a busy machine.
NIGHT = timedelta(seconds=90)
# Long enough for two calls of the API before the reminder is due.
GIVEN_BEFORE = EIGHT_HOURS + 3 * SOON


class Night(NamedTuple):
    """When it ends, and the codes of what happened in it."""

    ends_at: datetime
    reminded: str
    on_duty: str
    missed: str


def set_night(desk: RunningDesk, *, start: datetime, end: datetime, waits: bool) -> None:
    """Let the office be quiet between two moments, and the leader's SMS wait for its end or not."""
    walls = [moment.time().replace(microsecond=0) for moment in (start, end)]
    desk.query("UPDATE people_agency SET quiet_from = %s, quiet_to = %s RETURNING id", *walls)
    desk.query("UPDATE people_user SET holds_night_sms = %s WHERE username = 'an' RETURNING id", waits)


def given_to(desk: RunningDesk, officer: str, unit: str, *, due_in: timedelta, by: str) -> str:
    """Log a request that falls due so soon, and put it on an officer's desk."""
    ticket = desk.ask_for_help(due_in=due_in, unit=unit)
    assigned = desk.post(f"tickets/{ticket['code']}/assign/", {"unit": unit, "officer": officer}, by=by)
    assert assigned.status == 200, assigned.body
    return str(ticket["code"])


@pytest.fixture(scope="module")
def night(running_desk: RunningDesk) -> Iterator[Night]:
    """Let a reminder, a missed deadline and notices fall into the last seconds of a night."""
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    ends_at = (now + NIGHT).replace(microsecond=0)
    set_night(running_desk, start=now - timedelta(hours=1), end=ends_at, waits=True)
    reminded = given_to(running_desk, "hoa", "QLCN", due_in=GIVEN_BEFORE, by="binh")
    on_duty = given_to(running_desk, "minh", "QLTM", due_in=GIVEN_BEFORE, by="binh")
    missed = str(running_desk.ask_for_help(due_in=SOON, unit="QLCN")["code"])
    running_desk.expect(lambda: all(waiting(running_desk, code) for code in (reminded, missed)), seconds=40)
    yield Night(ends_at, reminded, on_duty, missed)
    set_night(running_desk, start=now, end=now, waits=False)


def waiting(desk: RunningDesk, code: str) -> list[tuple[Any, ...]]:
    """Return what alerts of a request the outbox holds: whom they go to, by what, and from when."""
    return desk.query(
        "SELECT n.destination, n.channel, n.next_attempt_at FROM notifications_notification n"
        " JOIN tickets_ticket t ON n.subject = 'ticket:' || t.id"
        " WHERE t.code = %s AND n.state = 'pending' AND n.cause LIKE 'alert:%%'",
        code,
    )


def kinds(desk: RunningDesk, code: str, *, to: str) -> set[str]:
    """Return of what reminder or notice somebody had a mail."""
    keys = [mail["X-Desk-Key"] for mail in desk.mails(code, to=to)]
    return {word for key in keys for word in ("officer-1440m", "officer-480m", "assigned") if word in key}


def test_it_holds_a_reminder_until_the_night_is_over(running_desk: RunningDesk, night: Night):
    held = {to: at for to, _channel, at in waiting(running_desk, night.reminded)}

    assert held[OFFICER] == night.ends_at
    assert kinds(running_desk, night.reminded, to=OFFICER) == set()


def test_it_mails_a_missed_deadline_at_once_and_keeps_the_leader_s_sms_as_he_chose(
    running_desk: RunningDesk, night: Night
):
    running_desk.expect(lambda: running_desk.mails(night.missed, to=LEADER))

    assert [at for _to, channel, at in waiting(running_desk, night.missed) if channel == "sms"] == [night.ends_at]
    assert running_desk.texts(night.missed) == []


def test_it_holds_nothing_for_who_is_on_duty(running_desk: RunningDesk, night: Night):
    """N1: minh stands on the roster of the demo."""
    running_desk.expect(lambda: kinds(running_desk, night.on_duty, to=ON_DUTY) >= {"officer-480m", "assigned"})


def test_it_shows_a_notice_at_once_and_mails_it_later(running_desk: RunningDesk, night: Night):
    told = running_desk.query(
        "SELECT n.mail_at FROM tickets_notice n JOIN people_user u ON u.id = n.person_id"
        " JOIN tickets_ticket t ON t.id = n.ticket_id WHERE u.username = 'hoa' AND t.code = %s",
        night.reminded,
    )

    assert told == [(night.ends_at,)]
    assert running_desk.mails(night.reminded, to=OFFICER) == []


def test_it_sends_at_its_end_all_that_waited(running_desk: RunningDesk, night: Night):
    """The reminder, the notice and the SMS; the mail of the missed deadline is not sent again."""
    left = night.ends_at - datetime.now(night.ends_at.tzinfo)
    running_desk.expect(lambda: running_desk.texts(night.missed), seconds=left.total_seconds() + 30)
    running_desk.expect(lambda: kinds(running_desk, night.reminded, to=OFFICER) >= {"officer-480m", "assigned"})

    assert len(running_desk.texts(night.missed)) == len(running_desk.mails(night.missed, to=LEADER)) == 1
