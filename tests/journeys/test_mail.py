"""A mail makes the round: SMTP, IMAP, request, acknowledgement, the business's answer to it, the same request."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SignIn
from tests.support import dovecot, mx
from tests.support.mx import Exchanger
from tests.support.running_desk import RunningDesk

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.browser, pytest.mark.processes]
BUSINESS = "ketoan@vanphatson.example"
ADDRESS = "hotro@phuson.example"


@pytest.fixture(scope="module")
def exchanger() -> Iterator[Exchanger]:
    with dovecot.running() as server, mx.running(server) as running:
        yield running


@pytest.fixture
def mailbox(running_desk: RunningDesk, exchanger: Exchanger, sign_in: SignIn) -> None:
    """Let an administrator set up the mailbox on screen; its password lies in a file that the form only names."""
    secrets = running_desk.run.data / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "mailbox-support").write_text(dovecot.PASSWORD)
    page = sign_in("quantri")
    page.goto("/settings/mailboxes/")
    if page.get_by_text(ADDRESS).count():
        return
    page.goto("/settings/mailboxes/new/")
    words = {"address": ADDRESS, "host": "127.0.0.1", "port": str(exchanger.dovecot.port), "user": "hotro"}
    for name, value in (words | {"secret": "support"}).items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=security]", "none")
    for name in ("gets_answers", "has_plus"):
        page.check(f"[name={name}]")
    page.locator("main form [type=submit]").first.click()
    expect(page.get_by_text(ADDRESS).first).to_be_visible()
    running_desk.expect(lambda: running_desk.query("SELECT 1 FROM tickets_mailbox WHERE heard_at IS NOT NULL"))


def a_question(subject: str, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Chị Bình <{BUSINESS}>", ADDRESS, subject
    mail["Message-ID"] = f"<{time.time_ns()}@vanphatson.example>"
    for name, value in headers.items():
        del mail[name]
        mail[name] = value
    return mail


def code_of(desk: RunningDesk, message_id: str) -> str:
    sql = "SELECT t.code FROM tickets_mail m JOIN tickets_ticket t ON t.id = m.ticket_id WHERE m.message_id = %s"
    rows = desk.query(sql, message_id)
    return str(rows[0][0]) if rows else ""


@pytest.mark.usefixtures("mailbox")
def test_it_brings_an_answer_to_the_request_it_began_with(running_desk: RunningDesk, exchanger: Exchanger):
    question = a_question("Hỏi về gia hạn giấy phép")
    question.set_content("Kính gửi Quý Sở, hồ sơ gồm những gì?")
    began = time.monotonic()
    exchanger.send(question.as_bytes(), sender=BUSINESS, to=ADDRESS)
    running_desk.expect(lambda: code_of(running_desk, question["Message-ID"]))
    asked = time.monotonic() - began
    code = code_of(running_desk, question["Message-ID"])
    running_desk.expect(lambda: running_desk.mails(code, to=BUSINESS))
    acknowledged = time.monotonic() - began

    (receipt,) = running_desk.mails(code, to=BUSINESS)
    to = parseaddr(receipt["Reply-To"])[1]
    answer = a_question(f"Re: {receipt['Subject']}", **{"To": to, "In-Reply-To": receipt["Message-ID"]})
    answer.set_content("Bổ sung: giấy phép hết hạn ngày 20/12.")
    again = time.monotonic()
    exchanger.send(answer.as_bytes(), sender=BUSINESS, to=to)
    running_desk.expect(lambda: code_of(running_desk, answer["Message-ID"]))
    answered = time.monotonic() - again

    log.info("request %.2f s, acknowledgement %.2f s, answer on the request %.2f s", asked, acknowledged, answered)
    assert code_of(running_desk, answer["Message-ID"]) == code
    assert "gia hạn" not in str(receipt["Subject"]) and "hồ sơ" not in receipt.as_string()
    assert receipt["In-Reply-To"] == question["Message-ID"]


@pytest.mark.usefixtures("mailbox")
def test_it_shows_an_officer_what_waits(running_desk: RunningDesk, exchanger: Exchanger, sign_in: SignIn):
    away = a_question("Automatic reply: vắng mặt", **{"Auto-Submitted": "auto-replied"})
    away.set_content("Tôi vắng mặt.")
    exchanger.send(away.as_bytes(), sender=BUSINESS, to=ADDRESS)
    sql = "SELECT 1 FROM tickets_mail WHERE state = 'parked' AND message_id = %s"
    running_desk.expect(lambda: running_desk.query(sql, away["Message-ID"]))
    page = sign_in("lan")

    page.goto("/desk/mail/")
    page.locator("tbody tr").first.locator("a").first.click()
    page.fill("[name=reason]", "Thư báo vắng")
    page.locator("[name=dismiss]").click()

    expect(page).to_have_url(running_desk.url + "/desk/mail/")
    assert not running_desk.query(sql, away["Message-ID"])
    assert running_desk.mails("", to=BUSINESS) == running_desk.mails("SCT", to=BUSINESS)
