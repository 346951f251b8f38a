"""Ten seconds and 256 MB a mail: what hurts its reader hurts nobody else, and the next one gets in."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

import pytest

from requests_desk.doors.mail import pipeline
from requests_desk.doors.mail.bounded import Reader, ReaderDied
from requests_desk.tickets.models import Mail, Ticket
from requests_desk.tickets.services import mails
from tests.support.cast import MORNING, later
from tests.support.mail import a_mail, a_mailbox

MB = 1024 * 1024
HEAD = b"From: a@x.example\r\nContent-Type: "


@pytest.fixture(scope="module")
def child() -> Iterator[Reader]:
    with Reader() as running:
        yield running


def deep(levels: int) -> bytes:
    opened = b"".join(b'multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\nContent-Type: ' % (n, n) for n in range(levels))
    return HEAD + opened + b"text/plain\r\n\r\nat the bottom\r\n"


def heavy(size: int) -> bytes:
    coded = base64.encodebytes(b"\x07" * (size * 3 // 4)).replace(b"\n", b"\r\n")
    about = b"application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return HEAD + b"multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nXem kem\r\n--q\r\nContent-Type: " + about + coded


BAD = {
    "300 deep": deep(300),
    "40 MB of a file": heavy(40 * MB),
    "40 MB of words": HEAD + b"text/plain\r\n\r\n" + b"m\xe1\xbb\x99t hai ba\n" * (40 * MB // 14),
    "40 MB of html": HEAD + b"text/html\r\n\r\n" + b"<div><b>x " * (4 * MB),
    "40 MB of headers": b"X-Y: z\r\n" * (5 * MB) + b"\r\nhi",
    "one header of 40 MB": b"Subject: " + b"=?utf-8?q?x?= " * (3 * MB) + b"\r\n\r\nhi",
    "a million parts": HEAD + b"multipart/mixed; boundary=q\r\n\r\n" + b"--q\r\n\r\nx\r\n" * MB,
    "a boundary at each level of 20 MB": deep(38)[:-40] + b"z" * (20 * MB),
    "NUL bytes": HEAD + b"text/plain\r\n\r\n" + b"\x00" * MB,
    "5,000 recipients": b"From: a@x.example\r\nTo: " + b",\r\n ".join([b"u@x.example"] * 5_000) + b"\r\n\r\nhi",
    "open brackets": b"From: " + b"(" * MB + b"\r\n\r\nhi",
    "open quotes": b'From: "' + b"\\" * MB + b"\r\n\r\nhi",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BAD)
def test_it_reads_what_is_built_to_hurt_within_its_bounds(child, name):
    began = time.monotonic()

    child.read(BAD[name])

    assert time.monotonic() - began < 10


def test_it_goes_on_after_a_mail_that_took_too_long(child):
    with Reader(seconds=0.0) as hasty, pytest.raises(ReaderDied, match="timeout"):
        hasty.read(a_mail())

    assert child.read(a_mail("Câu sau.")).text == "Câu sau."


def test_it_says_that_memory_ran_out_and_starts_another(child, monkeypatch):
    monkeypatch.setattr("requests_desk.doors.mail.bounded.CHILD_OPTIONS", ["--memory", "1"])
    with Reader() as tight, pytest.raises(ReaderDied, match="memory"):
        tight.read(heavy(4 * MB))


def test_it_notices_a_child_that_died(child):
    child.read(a_mail())
    assert child.child
    child.child.kill()
    child.child.wait()

    assert child.read(a_mail("Câu sau.")).text == "Câu sau."


# --- along the stages -----------------------------------------------------------------------------------------------


class Poisoned(Reader):
    """A reader that one mail kills."""

    def read(self, raw: bytes, **more: object):  # type: ignore[no-untyped-def, override]
        if b"POISON" in raw:
            raise ReaderDied("crash")
        return super().read(raw)


def test_it_sets_a_poison_mail_aside_at_its_second_crash_and_takes_the_next(desk):
    box = a_mailbox(desk.agency)
    bad, _ = mails.store(box, a_mail("POISON"), received_at=MORNING, at=MORNING)
    good, _ = mails.store(box, a_mail("Câu sau."), received_at=MORNING, at=MORNING)

    with Poisoned() as poisoned:
        for minute in range(3):
            pipeline.take_all(poisoned, clock=lambda minute=minute: later(minutes=minute))

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.reason, bad.next_look_at) == ("set_aside", "crash", None)
    assert good.state == "done"


def test_it_sets_aside_what_kills_the_whole_worker_twice(desk):
    """Nobody was left to write anything down: the claims alone tell."""
    mail, _ = mails.store(a_mailbox(desk.agency), a_mail(), received_at=MORNING, at=MORNING)

    for minute in (0, 2):
        assert mails.claim(at=later(minutes=minute)) == mail
    assert mails.claim(at=later(minutes=4)) is None

    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("set_aside", "crash")


def test_it_parks_what_is_larger_than_any_mail_that_is_read(desk, monkeypatch):
    monkeypatch.setattr(mails, "LARGEST", 1_000)

    mail, _ = mails.store(a_mailbox(desk.agency), a_mail("x" * 2_000), received_at=MORNING, at=MORNING)

    assert (mail.state, mail.reason) == ("parked", "too_large")
    assert Mail.objects.count() == 1 and not Ticket.objects.exists()
    assert len(mails.raw_of(mail)) > 2_000
