"""Keep every mailbox read and every mail taken in: a thread a mailbox, one more that reads what they stored."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import Error, close_old_connections, connection

from requests_desk.doors.mail import imap, pipeline
from requests_desk.doors.mail.bounded import Reader
from requests_desk.tickets.models import Mailbox
from requests_desk.tickets.services import heartbeat
from requests_desk.tickets.tasks import database_clock

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
ROLL_CALL_SECONDS = 5.0
POLL_SECONDS = 60.0
# Before a firewall on the way forgets the line, and well before the server's own half hour (RFC 2177).
IDLE_SECONDS = 240.0
SLICE_SECONDS = 5.0
LONGEST_PAUSE = 60.0
CONNECTION_SECONDS = 3600.0  # a line is renewed now and then, so that a password or certificate that changed is met
SETTINGS = ("host", "port", "security", "user", "secret", "folder", "done_folder", "take_from_at")


@dataclass
class Keeper:
    """What runs until it is told to stop."""

    stop: threading.Event = field(default_factory=threading.Event)
    woken: threading.Event = field(default_factory=threading.Event)
    threads: dict[tuple[object, ...], tuple[threading.Thread, threading.Event]] = field(default_factory=dict)

    def run(self) -> None:
        """Read mailboxes and take mails in until `stop` is set."""
        # Apart from the mailboxes: a slow server must not keep the mail of another from being read.
        reader_thread = threading.Thread(target=self._take, name="reader", daemon=True)
        reader_thread.start()
        while not self.stop.is_set():
            self._guarded(self._roll_call)
            self.stop.wait(ROLL_CALL_SECONDS)
        for _thread, ended in self.threads.values():
            ended.set()
        self.woken.set()
        reader_thread.join(imap.CONNECT_SECONDS)

    def _guarded(self, work: Callable[[], object]) -> bool:
        """Do a piece of work; a database that is away is waited for."""
        try:
            close_old_connections()
            work()
        except Error as error:
            log.warning("the database does not answer (%s)", type(error).__name__)
            connection.close()
            return False
        return True

    def _roll_call(self) -> None:
        """Start a thread for each mailbox that has none, and end those whose mailbox is gone or set otherwise."""
        heartbeat.beat(heartbeat.MAILBOXES, at=database_clock()())
        wanted = {_settings_of(box): box for box in Mailbox.objects.filter(is_active=True).exclude(host="")}
        for key, (thread, ended) in list(self.threads.items()):
            # The settings are the key: a changed password is another key, so its old thread ends by itself.
            if key not in wanted or not thread.is_alive():
                ended.set()
                del self.threads[key]
        for key, box in wanted.items():
            if key not in self.threads:
                ended = threading.Event()
                thread = threading.Thread(target=self._keep, args=(box, ended), name=box.address, daemon=True)
                self.threads[key] = (thread, ended)
                thread.start()

    def _take(self) -> None:
        with Reader() as reader:
            while not self.stop.is_set():
                # Before looking, not after: what is stored meanwhile wakes it again.
                self.woken.clear()
                calm = self._guarded(lambda: pipeline.take_all(reader, clock=database_clock()))
                self.woken.wait(LOOK_SECONDS if calm else ROLL_CALL_SECONDS)
        connection.close()

    def _keep(self, mailbox: Mailbox, ended: threading.Event) -> None:
        """Read one mailbox until `ended`; after trouble again, ever later up to a minute."""
        pause = 1.0
        while not (ended.is_set() or self.stop.is_set()):
            try:
                close_old_connections()
                self._serve(mailbox, ended)
                pause = 1.0
            except imap.TROUBLE as error:
                said = f"{type(error).__name__}: {error}"
                log.warning("mailbox %s: %s", mailbox.address, said)
                self._guarded(lambda error=error: imap.troubled(mailbox, error, at=database_clock()()))  # type: ignore[misc]
            except Error as error:
                log.warning("mailbox %s waits for the database (%s)", mailbox.address, type(error).__name__)
                connection.close()
            ended.wait(pause)
            # A server that refuses us is not helped by being asked each second, and may lock the account.
            pause = min(2 * pause, LONGEST_PAUSE)
        connection.close()

    def _serve(self, mailbox: Mailbox, ended: threading.Event) -> None:
        end = time.monotonic() + CONNECTION_SECONDS
        with imap.session(mailbox) as session:
            while not (ended.is_set() or self.stop.is_set()) and time.monotonic() < end:
                clock = database_clock()
                session.take_new(clock=clock, wake=self.woken.set)
                imap.heard(mailbox, at=clock())
                self._wait(session, ended)

    def _wait(self, session: imap.Session, ended: threading.Event) -> None:
        if not session.may_idle:
            # Without IDLE a minute: the promise counts from the server's own time, so nobody loses by it.
            ended.wait(POLL_SECONDS)
            return
        until = time.monotonic() + IDLE_SECONDS
        # In slices, so that a request to end is heard; each takes the line out of IDLE and in again.
        while time.monotonic() < until and not (ended.is_set() or self.stop.is_set()):
            if session.wait(SLICE_SECONDS):
                return


def _settings_of(mailbox: Mailbox) -> tuple[object, ...]:
    return (mailbox.pk, *(getattr(mailbox, name) for name in SETTINGS))


def once(*, clock: Callable[[], datetime]) -> tuple[int, int]:
    """Read every mailbox once and take in what waits; return how many were stored and how many taken."""
    stored = 0
    for mailbox in Mailbox.objects.filter(is_active=True).exclude(host=""):
        try:
            with imap.session(mailbox) as session:
                stored += session.take_new(clock=clock)
                imap.heard(mailbox, at=clock())
        except imap.TROUBLE as error:
            log.warning("mailbox %s: %s", mailbox.address, imap.troubled(mailbox, error, at=clock()))
    with Reader() as reader:
        return stored, pipeline.take_all(reader, clock=clock)
