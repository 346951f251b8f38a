"""A real dovecot: what comes is stored before it is marked, once, whatever the line or the server does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from requests_desk.doors.mail import imap, keeper, pipeline
from requests_desk.doors.mail.bounded import Reader
from requests_desk.tickets.models import Mail, Mailbox, Ticket
from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import mails
from tests.support import cast, dovecot
from tests.support.dovecot import Dovecot
from tests.support.mail import a_mail, a_mailbox
from tests.support.smtp import free_port

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
USER = "hotro"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as running:
        yield running


@pytest.fixture
def mailbox(server: Dovecot, settings: Any, transactional_db: None) -> Iterator[Mailbox]:
    settings.DESK_DEMO = True
    settings.MAILBOXES = f"support={dovecot.PASSWORD}"
    desk = cast.open_desk()
    user = f"{USER}{time.time_ns()}"
    where = {"host": "127.0.0.1", "port": server.port, "security": "none", "user": user, "secret": "support"}
    yield a_mailbox(desk.agency, take_from_at=LONG_AGO, **where)


def read(mailbox: Mailbox) -> int:
    """Read a mailbox once; return how many mails were new."""
    with imap.session(mailbox) as session:
        return session.take_new(clock=database_now)


def take_in() -> int:
    with Reader() as child:
        return pipeline.take_all(child, clock=database_now)


def test_it_stores_what_came_at_the_time_the_server_got_it(server, mailbox):
    server.put(mailbox.user, a_mail(), at=datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC).timestamp())

    assert read(mailbox) == 1
    assert Mail.objects.get().received_at == datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)


def test_it_marks_a_mail_and_leaves_it(server, mailbox):
    server.put(mailbox.user, a_mail())

    read(mailbox)

    (message,) = server.messages(mailbox.user)
    assert message.name.endswith("S")
    assert read(mailbox) == 0


def test_it_moves_a_mail_where_a_folder_is_named(server, mailbox):
    Mailbox.objects.update(done_folder="Da nhan")
    mailbox.refresh_from_db()
    server.put(mailbox.user, a_mail())

    read(mailbox)

    assert server.messages(mailbox.user) == []
    assert len(server.messages(mailbox.user, "Da nhan")) == 1


def test_it_marks_nothing_before_it_is_stored(server, mailbox, monkeypatch):
    server.put(mailbox.user, a_mail())
    monkeypatch.setattr(mails, "store", broken)

    with pytest.raises(RuntimeError):
        read(mailbox)

    (message,) = server.messages(mailbox.user)
    assert "S" not in message.name.rpartition(",")[2]


def broken(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError


def test_it_moves_what_a_crash_left_between_store_and_move(server, mailbox, monkeypatch):
    Mailbox.objects.update(done_folder="Xong")
    mailbox.refresh_from_db()
    server.put(mailbox.user, a_mail())
    with monkeypatch.context() as patched:
        patched.setattr(imap.Session, "_mark", broken)
        with pytest.raises(RuntimeError):
            read(mailbox)

    assert read(mailbox) == 0
    assert len(server.messages(mailbox.user, "Xong")) == Mail.objects.count() == 1


def test_it_knows_its_mails_again_under_another_uid_validity(server, mailbox):
    for number in range(3):
        server.put(mailbox.user, a_mail(f"Câu {number}"))
    read(mailbox)
    before = Mailbox.objects.get().uid_validity
    server.renumber(mailbox.user)
    time.sleep(1.1)  # dovecot takes the second for the new number
    server.put(mailbox.user, a_mail("Câu mới"))

    assert read(mailbox) == 1

    assert Mailbox.objects.get().uid_validity != before
    assert Mail.objects.count() == 4


def test_it_leaves_what_was_there_before_the_desk(server, mailbox):
    server.put(mailbox.user, a_mail(), at=datetime(2019, 1, 1, tzinfo=UTC).timestamp())
    server.put(mailbox.user, a_mail())

    assert read(mailbox) == 1


def test_it_makes_one_request_of_a_mail_delivered_twice(server, mailbox):
    raws = [a_mail(f"Câu {number}") for number in range(5)]
    for raw in raws:
        server.put(mailbox.user, raw)
        server.put(mailbox.user, b"Received: from elsewhere\r\n" + raw)

    read(mailbox)
    take_in()

    assert (Mail.objects.count(), Ticket.objects.count()) == (10, 5)


def test_it_reads_over_tls_and_asks_for_the_certificate(server, mailbox, monkeypatch):
    Mailbox.objects.update(security="tls", port=server.tls_port, host="localhost")
    mailbox.refresh_from_db()
    server.put(mailbox.user, a_mail())

    with pytest.raises(imap.TROUBLE, match="certificate"):
        read(mailbox)

    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    assert read(mailbox) == 1


def test_it_reads_over_starttls(server, mailbox, monkeypatch):
    Mailbox.objects.update(security="starttls", host="localhost")
    mailbox.refresh_from_db()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    server.put(mailbox.user, a_mail())

    assert read(mailbox) == 1


def test_it_reads_nothing_in_the_clear_elsewhere(mailbox):
    mailbox.host = "mail.so.example"

    with pytest.raises(imap.Unsafe):
        read(mailbox)


@pytest.mark.parametrize("change", [{"secret": "unknown"}, {"port": free_port()}, {"folder": "Không có"}])
def test_it_tells_what_is_wrong_and_goes_on(server, mailbox, change):
    Mailbox.objects.update(**change)

    assert keeper.once(clock=database_now) == (0, 0)

    box = Mailbox.objects.get()
    assert box.trouble and box.trouble_since and dovecot.PASSWORD not in box.trouble


# --- kept reading ---------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[keeper.Keeper]:
    """Keep reading in a thread, its lines renewed every second."""
    monkeypatch.setattr(keeper, "IDLE_SECONDS", 3.0)
    monkeypatch.setattr(keeper, "SLICE_SECONDS", 1.0)
    monkeypatch.setattr(keeper, "ROLL_CALL_SECONDS", 1.0)
    running = keeper.Keeper()

    def run() -> None:
        try:
            running.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield running
    running.stop.set()
    for one in [*(held for held, _ended in running.threads.values()), thread]:
        one.join(20)
    assert not thread.is_alive()


def expect(happened: Callable[[], Any], *, seconds: float = 20) -> float:
    """Wait until something has happened; return after how long."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds
        time.sleep(0.05)
    return time.monotonic() - began


def test_it_hears_of_a_mail_at_once_by_idle(server, kept, mailbox):
    expect(lambda: Mailbox.objects.get().heard_at)
    server.put(mailbox.user, a_mail())

    assert expect(lambda: Ticket.objects.count() == 1) < 10


def test_it_comes_back_after_a_cut_line(server, kept, mailbox):
    expect(lambda: Mailbox.objects.get().heard_at)
    server.drop_everybody()
    server.put(mailbox.user, a_mail())

    expect(lambda: Ticket.objects.count() == 1)


def test_it_renews_idle(server, kept, mailbox):
    expect(lambda: Mailbox.objects.get().heard_at)
    time.sleep(4)
    server.put(mailbox.user, a_mail())

    expect(lambda: Ticket.objects.count() == 1)


def test_it_polls_where_the_server_does_not_speak_by_itself(server, mailbox, monkeypatch, request):
    monkeypatch.setattr(imap.Session, "may_idle", False)
    monkeypatch.setattr(keeper, "POLL_SECONDS", 0.5)
    request.getfixturevalue("kept")
    expect(lambda: Mailbox.objects.get().heard_at)
    server.put(mailbox.user, a_mail())

    expect(lambda: Ticket.objects.count() == 1)


def test_it_takes_up_a_mailbox_added_meanwhile_and_lets_go_of_one_switched_off(server, kept, mailbox):
    expect(lambda: Mailbox.objects.get().heard_at)
    Mailbox.objects.update(is_active=False)

    expect(lambda: not kept.threads)


def test_it_keeps_two_keepers_of_one_mailbox_to_one_request_each(server, mailbox):
    for number in range(20):
        server.put(mailbox.user, a_mail(f"Câu {number}"))

    def both() -> None:
        try:
            keeper.once(clock=database_now)
        finally:
            connection.close()

    threads = [threading.Thread(target=both) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    take_in()
    assert (Mail.objects.count(), Ticket.objects.count()) == (20, 20)
