"""Sweepers in processes of their own, let go at one moment on one real PostgreSQL (N2, N4, N5, §6)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from notifications.models import Notification
from requests_desk.people.models import Agency
from requests_desk.tickets.models import Alert, Event, Notice, Ticket
from requests_desk.tickets.services import cycles, reminders
from requests_desk.tickets.services.cycles import Words
from tests.support.cast import MORNING, PROMISE, Desk, later, log_ticket

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
DUE = MORNING + PROMISE
HOUR = timedelta(hours=1)
SWEEPERS = 6
PATIENCE = 120.0
# It opens its own connection, says that it is there, and sweeps once it hears a line.
SWEEPER = """
import sys, django
from datetime import datetime
django.setup()
from django.conf import settings
from django.db import connection
settings.DESK_DEMO = True
from requests_desk.tickets.services import reminders
connection.settings_dict["NAME"] = sys.argv[1]
connection.ensure_connection()
print("there", flush=True)
sys.stdin.readline()
reminders.sweep(at=datetime.fromisoformat(sys.argv[2]))
"""


def sweep_in_processes(*, at: datetime) -> None:
    """Let several processes sweep at once, and wait until all ended well."""
    command = [sys.executable, "-c", SWEEPER, str(connection.settings_dict["NAME"]), at.isoformat()]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ExitStack() as stack:
        running = [stack.enter_context(subprocess.Popen(command, cwd=ROOT, **pipes)) for _number in range(SWEEPERS)]
        assert [process.stdout.readline() for process in running] == ["there\n"] * SWEEPERS
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [process.wait(PATIENCE) for process in running] == [0] * SWEEPERS


def messages(cause: str, tickets: Sequence[Ticket], who: str) -> Counter[tuple[str, str]]:
    """Return how many messages to somebody name each request, by channel."""
    rows = Notification.objects.filter(cause=cause, destination=who)
    return Counter((row.channel, ticket.code) for row in rows for ticket in tickets if ticket.code in row.text)


@pytest.fixture
def desk(tireless: Desk) -> Desk:
    Agency.objects.update(quiet_from=time(0), quiet_to=time(0))
    return tireless


@pytest.mark.parametrize("count", [4, 40])
def test_it_climbs_once_and_tells_each_person_once_however_many_processes_sweep(desk: Desk, count: int):
    """Four go one by one, forty as digests: each process may make one, and each request stands in one of them."""
    tickets = [log_ticket(desk, officer=desk.alice) for _number in range(count)]
    reminders.sweep(at=DUE - 8 * HOUR)

    sweep_in_processes(at=DUE - 7 * HOUR)
    reminders.sweep(at=DUE - 7 * HOUR)  # what was busy just then

    climbed = Alert.objects.filter(rung__contains=">")
    assert Counter(climbed.values_list("ticket", "rung", "recipient")) == {
        (ticket.pk, "unit_head-480m>chief", f"user:{desk.chief.pk}"): 1 for ticket in tickets
    }
    assert messages("alert:reminder", tickets, "chief@so.example") == {("email", t.code): 1 for t in tickets}
    assert Event.objects.filter(kind="alert_climbed").count() == count
    assert not Alert.objects.filter(climb_at__lte=DUE - 7 * HOUR).exists()


def test_it_writes_the_mail_of_a_night_once_however_many_processes_sweep(desk: Desk):
    Agency.objects.update(quiet_from=time(21), quiet_to=time(6))
    tickets = [log_ticket(desk, officer=desk.alice) for _number in range(12)]
    Notification.objects.all().delete()
    for ticket in tickets:
        cycles.message_received(ticket, Words("Thêm."), by=None, at=later(hours=15))

    sweep_in_processes(at=later(hours=22))

    (mail,) = Notification.objects.filter(cause="notice")
    assert all(mail.text.count(ticket.code + ":") == 1 for ticket in tickets)
    assert not Notice.objects.filter(mail_at__isnull=False).exists()
