"""The audit finds each kind of gap, and none where the timer and the senders did their work (design §6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications import outbox
from notifications.models import Notification
from requests_desk.tickets.models import Alert, Notice
from requests_desk.tickets.queries import audit
from requests_desk.tickets.services import mails, reminders
from sla.models import Breach, Milestone
from tests.support.cast import MORNING, PROMISE, Desk, later, log_ticket
from tests.support.mail import a_mail, a_mailbox

DUE = MORNING + PROMISE


@pytest.fixture
def told(desk: Desk) -> None:
    """A breach told as it should be, and everything sent."""
    log_ticket(desk, officer=desk.alice)
    reminders.sweep(at=DUE + timedelta(seconds=5))


def gaps(*, at=DUE + timedelta(minutes=2)) -> set[str]:
    return {name for name, count in audit.findings(at=at).items() if count}


def test_it_finds_nothing_where_all_was_told(told: None):
    assert gaps() == set()


def test_it_finds_a_promise_the_timer_passed_over(desk: Desk):
    log_ticket(desk, officer=desk.alice)

    assert gaps(at=DUE + timedelta(minutes=2)) == {"due_without_event"}


def test_it_leaves_the_timer_a_minute(desk: Desk):
    log_ticket(desk, officer=desk.alice)
    Milestone.objects.update(next_look_at=DUE)

    assert gaps(at=DUE + timedelta(seconds=50)) == set()


def test_it_finds_an_alert_without_a_message(told: None):
    Notification.objects.filter(cause__startswith="alert").delete()

    assert gaps() == {"event_without_notification"}


def test_it_finds_a_breach_that_was_told_and_not_recorded(told: None):
    Breach.objects.all().delete()

    assert gaps() == {"breach_without_row"}


def test_it_finds_a_lease_that_nobody_ended(told: None):
    outbox.claim("email", at=later(hours=1), limit=1, lease_seconds=60, owner="gone")

    assert gaps() == {"lease_too_long"}


def test_it_finds_an_sms_sent_without_the_providers_id(told: None):
    Notification.objects.filter(channel="sms").update(
        state="sent", accepted_at=DUE, outcome_at=DUE, settled_at=DUE, next_attempt_at=None
    )

    assert gaps() == {"sent_without_provider_id"}


def test_it_finds_an_outcome_that_nobody_settled(told: None):
    Notification.objects.filter(channel="email").update(
        state="sent", accepted_at=DUE, outcome_at=DUE, settled_at=None, next_attempt_at=None
    )

    assert gaps() == {"outcome_unsettled"}


def test_it_finds_an_alert_that_should_have_climbed(told: None):
    Alert.objects.update(climb_at=DUE)

    assert gaps() == {"alert_not_climbed"}


def test_it_finds_a_notice_whose_mail_is_late(told: None):
    Notice.objects.update(mail_at=DUE)

    assert gaps() == {"notice_not_mailed"}


def test_it_finds_a_mailbox_nobody_reads_and_mail_nobody_takes(desk: Desk):
    box = a_mailbox(desk.agency, host="mail.so.example", user="hotro", secret="support")
    mails.store(box, a_mail(), received_at=DUE, at=DUE)

    assert gaps(at=DUE + timedelta(minutes=5)) >= {"mailbox_silent"}
    assert gaps(at=DUE + timedelta(minutes=11)) >= {"mailbox_silent", "mail_not_taken"}
