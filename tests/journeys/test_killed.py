"""Any process may be killed at any moment: the desk comes back by itself, and no alert is lost or told twice."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from tests.support.running_desk import SOON, RunningDesk

pytestmark = pytest.mark.processes
LEADER = "an@phuson.example"
PARTS = ("web", "worker-sweep", "worker-mail", "worker-sms", "worker-chores", "mailboxes", "beat", "valkey", "postgres")
# One falls due after each kill, while its victim is on its way back.
APART_SECONDS = 1.0


@pytest.fixture(autouse=True)
def all_well(running_desk: RunningDesk) -> None:
    """Begin each test with every part at work."""
    running_desk.expect(running_desk.is_ready)


def kill(desk: RunningDesk, part: str) -> None:
    """Kill the process at the head of a part, without a warning."""
    os.kill(desk.process(part), signal.SIGKILL)


def breach_mails(desk: RunningDesk, code: str) -> list[EmailMessage]:
    return [mail for mail in desk.mails(code, to=LEADER) if "quá hạn" in mail["Subject"]]


def breach_rows(desk: RunningDesk, code: str) -> dict[str, dict[str, Any]]:
    """Return by channel what the desk knows of telling the leader."""
    rows = desk.get(f"tickets/{code}/notifications/").body
    return {row["channel"]: row for row in rows if "leadership" in row["key"]}


def is_told(desk: RunningDesk, code: str) -> bool:
    return bool(breach_mails(desk, code) and desk.texts(code))


def test_it_tells_every_breach_once_whatever_is_killed(running_desk: RunningDesk):
    dues = [SOON + timedelta(seconds=APART_SECONDS * number) for number in range(len(PARTS))]
    codes = [running_desk.ask_for_help(due_in=due, unit="QLTM")["code"] for due in dues]

    for part in PARTS:
        kill(running_desk, part)
        time.sleep(APART_SECONDS)

    running_desk.expect(lambda: all(is_told(running_desk, code) for code in codes), seconds=40)
    running_desk.expect(running_desk.is_ready)
    for code in codes:
        assert len(running_desk.texts(code)) == 1
        assert len({mail["Message-ID"] for mail in breach_mails(running_desk, code)}) == 1
        assert len(running_desk.get(f"tickets/{code}/breaches/").body) == 1


def test_it_takes_up_what_its_senders_left_in_the_middle(running_desk: RunningDesk):
    code = running_desk.ask_for_help(due_in=SOON, unit="QLTM")["code"]
    time.sleep(SOON.total_seconds() - 1)  # the acknowledgement is out by now
    running_desk.relay.at_data.extend(["slow"] * 20)
    running_desk.twilio.next_answers.append("hang")

    running_desk.expect(lambda: is_told(running_desk, code))
    kill(running_desk, "worker-mail")
    kill(running_desk, "worker-sms")
    running_desk.relay.at_data.clear()

    running_desk.expect(lambda: {row["state"] for row in breach_rows(running_desk, code).values()} == {"sent"})
    assert len({mail["Message-ID"] for mail in breach_mails(running_desk, code)}) == 1
    assert len(running_desk.texts(code)) == 1
