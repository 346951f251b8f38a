"""Journey 4: the promise is missed; the leadership is told by mail and SMS, and a late answer erases nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from notifications.sms_text import segments
from tests.support.running_desk import SOON, RunningDesk

pytestmark = pytest.mark.processes
LEADER = "an@phuson.example"


@pytest.fixture(scope="module")
def ticket(running_desk: RunningDesk) -> dict[str, Any]:
    """Log a request and let its 48 hours pass."""
    ticket = running_desk.ask_for_help(due_in=SOON, unit="QLTM")
    running_desk.expect(lambda: running_desk.texts(ticket["code"]) and running_desk.mails(ticket["code"], to=LEADER))
    return ticket


@pytest.fixture(scope="module")
def answered_late(running_desk: RunningDesk, ticket: dict[str, Any]) -> dict[str, Any]:
    """Answer the request by mail after its breach, and wait until the mail was accepted."""
    path = f"tickets/{ticket['code']}/"
    reply = {"kind": "answer", "channel": "email", "text": "Hồ sơ gồm ba giấy tờ."}
    sent = running_desk.post(f"{path}replies/", reply, by="minh")
    assert sent.status == 201, sent.body
    running_desk.expect(lambda: running_desk.get(path).body["state"] == "replied")
    return dict(running_desk.get(path).body)


def test_it_tells_the_leader_once_by_mail_and_once_by_sms(running_desk: RunningDesk, ticket: dict[str, Any]):
    breaches = [mail for mail in running_desk.mails(ticket["code"], to=LEADER) if "quá hạn" in mail["Subject"]]

    assert len(breaches) == len(running_desk.texts(ticket["code"])) == 1


def test_it_says_no_more_by_sms_than_fits_and_than_anybody_may_read(running_desk: RunningDesk, ticket: dict[str, Any]):
    (text,) = running_desk.texts(ticket["code"])

    assert segments(text["body"]) == 1
    assert "giay to" not in text["body"] and "Tran Thi B" not in text["body"]


def test_it_records_the_breach_as_of_the_moment_it_was_due(running_desk: RunningDesk, ticket: dict[str, Any]):
    (breach,) = running_desk.get(f"tickets/{ticket['code']}/breaches/").body

    assert breach["due_at"] == ticket["due_at"]
    late = datetime.fromisoformat(breach["recorded_at"]) - datetime.fromisoformat(breach["due_at"])
    assert 0 <= late.total_seconds() < 10


def test_it_keeps_the_breach_after_a_late_answer(running_desk: RunningDesk, answered_late: dict[str, Any]):
    (breach,) = running_desk.get(f"tickets/{answered_late['code']}/breaches/").body

    (milestone,) = answered_late["milestones"]
    assert breach["void_reason"] == ""
    assert datetime.fromisoformat(milestone["met_at"]) > datetime.fromisoformat(milestone["due_at"])


def test_it_counts_the_answer_as_late(running_desk: RunningDesk, answered_late: dict[str, Any]):
    rows = running_desk.get(f"tickets/?q={answered_late['code']}").body["results"]

    assert [(row["state"], row["breach_count"]) for row in rows] == [("replied", 1)]


def test_it_admits_to_the_public_that_it_was_late(
    running_desk: RunningDesk, ticket: dict[str, Any], answered_late: dict[str, Any]
):
    shown = running_desk.page(urlsplit(ticket["status_url"]).path)

    assert "trả lời chậm" in shown.body
    assert "Hồ sơ gồm ba giấy tờ." in shown.body
