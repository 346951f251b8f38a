"""What runs in workers: a sweep by the database's clock, and senders whose results meet the promise (§6, N7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.models import Attempt, Breaker, Notification
from notifications.sms_text import segments
from requests_desk.people.models import User
from requests_desk.tickets import tasks
from requests_desk.tickets.models import Delivery, Heartbeat, Ticket
from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import reminders, replies
from sla.models import Breach, Milestone
from tests.support.cast import Desk, a_reply, log_ticket, outbox_row
from tests.support.smtp import RelayServer, free_port


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """Return a request whose acknowledgement waits; in the daytime its officer would have a mail, too."""
    desk.alice.mails_notices = False
    desk.alice.save(update_fields=["mails_notices"])
    return log_ticket(desk, officer=desk.alice, at=database_now() - timedelta(hours=3))


def test_it_meets_the_promise_by_a_mail_the_sender_handed_over(desk, ticket):
    """N7, P3."""
    replies.send(ticket, a_reply(), by=desk.alice, at=database_now())

    assert tasks.deliver("email") == 2  # the acknowledgement, too

    ticket.refresh_from_db()
    assert (ticket.state, ticket.next_due_at) == ("replied", None)
    assert Milestone.objects.get().met_at == Delivery.objects.get().reached_at
    assert not Notification.objects.filter(settled_at__isnull=True).exists()


def test_it_keeps_every_try_as_a_row(desk, ticket):
    """N7."""
    tasks.deliver("email")

    assert list(Attempt.objects.values_list("number", "result")) == [(1, "accepted")]


def test_it_does_not_send_again_what_went_but_could_not_be_settled(desk, ticket, caplog):
    """N7: the domain failed, the mail did not."""
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=database_now())
    Delivery.objects.all().delete()

    tasks.deliver("email")

    row = outbox_row(reply.key)
    assert (row.state, row.settled_at) == ("delivered", None)
    assert tasks.deliver("email") == 0
    assert "could not be settled" in caplog.text


def test_it_settles_by_the_next_sweep_what_could_not_be_settled_at_once(desk, ticket, monkeypatch):
    """N7."""
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=database_now())
    with monkeypatch.context() as patched:
        patched.setattr(replies, "settle", lambda *_args, **_more: 1 / 0)
        tasks.deliver("email")
    assert Milestone.objects.get().is_open

    tasks.run_sweep()

    assert Milestone.objects.get().met_by == reply.key
    assert outbox_row(reply.key).settled_at


def test_it_sends_no_sms_with_the_mail(desk, ticket):
    """§6: a queue and a process each."""
    assert tasks.deliver("sms") == 0
    assert Notification.objects.get().state == "pending"


def test_it_sweeps_by_the_clock_of_the_database_whatever_the_machine_says(desk, time_machine):
    """§6: this machine is a year ahead."""
    log_ticket(desk, officer=desk.alice, at=database_now())
    time_machine.move_to(database_now() + timedelta(days=365))

    tasks.run_sweep()

    assert not Breach.objects.exists()
    assert abs(Heartbeat.objects.get(name="sweep").at - database_now()) < timedelta(minutes=1)


def test_it_dates_a_delivery_by_the_clock_of_the_database(desk, ticket, time_machine):
    """P3."""
    replies.send(ticket, a_reply(), by=desk.alice, at=database_now())
    time_machine.move_to(database_now() + timedelta(days=365))

    tasks.deliver("email")

    assert not Breach.objects.exists()
    assert Milestone.objects.get().met_at < Milestone.objects.get().due_at


def test_it_leaves_a_sign_of_life_of_each_part(desk):
    """N9."""
    tasks.run_sweep()
    tasks.deliver("email")
    tasks.deliver("sms")

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"sweep", "mail", "sms"}


def test_it_leaves_no_sign_of_life_of_a_sweep_that_died(desk, monkeypatch):
    """N9."""
    monkeypatch.setattr(reminders, "sweep", lambda **_more: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tasks.run_sweep()

    assert not Heartbeat.objects.filter(name="sweep").exists()


def test_it_stores_and_settles_what_nothing_hangs_on_by_the_handful(desk, settings, django_assert_max_num_queries):
    """N7: forty acknowledgements in six handfuls, two statements each."""
    for number in range(40):
        log_ticket(desk, at=database_now() - timedelta(hours=3), submission=f"call {number}")
    with RelayServer() as relay:
        settings.EMAIL_URL = relay.url

        with django_assert_max_num_queries(40):
            assert tasks.deliver("email") == 40

    assert len(relay.taken) == 40
    assert not Notification.objects.filter(settled_at__isnull=True).exists()


@pytest.fixture
def no_relay(settings):
    """A relay that is away, and SMS that go."""
    settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"


def test_it_tells_the_administrators_once_that_a_provider_is_away_by_the_other_way(desk, no_relay, caplog):
    """N7."""
    User.objects.filter(pk=desk.root.pk).update(phone="+84912345679")
    for number in range(9):
        log_ticket(desk, at=database_now() - timedelta(hours=3), submission=f"call {number}")

    for _ in range(3):
        tasks.deliver("email")

    (alert,) = Notification.objects.filter(cause="outage")
    assert (alert.channel, alert.recipient) == ("sms", f"user:{desk.root.pk}")
    assert "thu dien tu khong hoat dong" in alert.text
    assert segments(alert.text) == 1


def test_it_asks_an_absent_provider_by_one_message_at_a_time(desk, no_relay):
    """N7."""
    for number in range(9):
        log_ticket(desk, at=database_now() - timedelta(hours=3), submission=f"call {number}")
    tasks.deliver("email")

    assert tasks.deliver("email") == 0

    Breaker.objects.update(probe_at=database_now())
    assert tasks.deliver("email") == 1
    assert Attempt.objects.count() == 4


def test_it_sends_all_that_waited_as_soon_as_the_provider_is_back(desk, no_relay, settings):
    """N7."""
    for number in range(9):
        log_ticket(desk, at=database_now() - timedelta(hours=3), submission=f"call {number}")
    tasks.deliver("email")
    Breaker.objects.update(probe_at=database_now())

    with RelayServer() as relay:
        settings.EMAIL_URL = relay.url
        assert [tasks.deliver("email") for _ in range(2)] == [1, 9]

    assert len(relay.taken) == 10  # nobody has a phone: the alert of the outage waited, too
