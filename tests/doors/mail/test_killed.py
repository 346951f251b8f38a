"""Workers killed between any two stages, and several at once: each mail becomes one request, and none is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from notifications.models import Notification
from requests_desk.doors.mail import pipeline
from requests_desk.doors.mail.bounded import Reader
from requests_desk.tickets.models import Mail, Mailbox, Ticket
from requests_desk.tickets.queries import ledger
from requests_desk.tickets.services import mails
from tests.support import cast
from tests.support.files import PDF
from tests.support.mail import a_mail, a_mailbox, with_file

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[3]
# Where a worker dies: what it is about to do when it does.
STAGES = {
    "before reading": "requests_desk.tickets.services.mails.raw_of",
    "after reading": "requests_desk.tickets.services.mails.keep_parsed",
    "before becoming a request": "requests_desk.tickets.services.mail_intake.take_in",
    "with its files kept": "requests_desk.tickets.services.intake.log",
    "with its request made": "requests_desk.tickets.services.mail_intake._done",
}
WORKER = """
import os, signal, sys, django
from importlib import import_module
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[3]
settings.DESK_DEMO = True
django.setup()
from django.utils import timezone
name, dies = sys.argv[1], sys.argv[2] == "dies"
module, _, attribute = name.rpartition(".")
if dies:
    setattr(import_module(module), attribute, lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL))
from requests_desk.doors.mail import pipeline
from requests_desk.doors.mail.bounded import Reader
with Reader() as reader:
    pipeline.take_all(reader, clock=timezone.now)
"""


@pytest.fixture
def mailbox(settings) -> Mailbox:
    settings.DESK_DEMO = True
    return a_mailbox(cast.open_desk().agency)


def worker(stage: str, *, dies: bool) -> int:
    """Run a worker in a process of its own on the test's database; return its exit code."""
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", WORKER, STAGES[stage], "dies" if dies else "lives", name]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


@pytest.mark.parametrize("stage", STAGES)
def test_it_makes_one_request_of_a_mail_whose_worker_was_killed(mailbox, stage):
    mail, _ = mails.store(mailbox, with_file("don.pdf", PDF), received_at=timezone.now(), at=timezone.now())

    assert worker(stage, dies=True) == -signal.SIGKILL
    Mail.objects.filter(next_look_at__isnull=False).update(next_look_at=timezone.now())  # its lease ran out
    assert worker(stage, dies=False) == 0

    mail.refresh_from_db()
    assert (mail.state, Ticket.objects.count(), mail.ticket.files.count()) == ("done", 1, 1)
    assert Notification.objects.filter(cause="acknowledgement").count() == 1
    assert ledger.verify(on_progress=lambda _events: None).first is None


def at_once(work: Callable[[], object], *, workers: int) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def test_it_shares_mails_among_workers_each_copy_of_one_a_single_request(mailbox):
    for number in range(15):
        raw = a_mail(f"Câu hỏi số {number}")
        mails.store(mailbox, raw, received_at=timezone.now(), at=timezone.now())
        mails.store(mailbox, b"Received: again\r\n" + raw, received_at=timezone.now(), at=timezone.now())

    def take() -> None:
        with Reader() as reader:
            pipeline.take_all(reader, clock=timezone.now)

    at_once(take, workers=3)

    assert not Mail.objects.exclude(state="done").exists()
    assert (Mail.objects.count(), Ticket.objects.count()) == (30, 15)
    assert Mail.objects.filter(reason="duplicate").count() == 15


def test_it_stores_the_same_mail_once_by_two_fetchers(mailbox):
    raw = a_mail()

    at_once(lambda: mails.store(mailbox, raw, received_at=timezone.now(), at=timezone.now()), workers=4)

    assert Mail.objects.count() == 1
