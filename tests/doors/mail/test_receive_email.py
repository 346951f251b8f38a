"""`manage.py receive_email`: what a mail server's pipe gets back, and when its mail counts as received (§9, P1)."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from requests_desk.tickets.models import Mail
from tests.support.cast import later
from tests.support.mail import OURS, a_mail, a_mailbox

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def mailbox(desk):
    return a_mailbox(desk.agency)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mail"
    path.write_bytes(a_mail())
    return path


def piped(monkeypatch: pytest.MonkeyPatch, raw: bytes, *options: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    call_command("receive_email", *options)


def test_it_stores_what_is_piped(mailbox, monkeypatch):
    piped(monkeypatch, a_mail())

    assert Mail.objects.get().state == "stored"


def test_it_stores_a_file_without_the_line_of_an_mbox(mailbox, file):
    file.write_bytes(b"From duan@vps.example Mon Nov 23 08:00:00 2026\n" + file.read_bytes())

    call_command("receive_email", str(file), "--mailbox", OURS)

    assert bytes(Mail.objects.get().content.raw).startswith(b"Return-Path")


def test_it_gives_a_mail_to_the_mailbox_it_was_sent_to(mailbox, desk, monkeypatch):
    second = a_mailbox(desk.agency, "phongkd@so.example")

    piped(monkeypatch, a_mail(To="phongkd+sct-2026-000001.x@so.example"))

    assert Mail.objects.get().mailbox == second


@pytest.mark.parametrize(
    ("stamp", "received_at"),
    [
        ("from x.example by mx.so.example with ESMTP id 1; Mon, 23 Nov 2026 07:30:00 +0700", later(minutes=-30)),
        ("from x.example by mx.evil.example; Mon, 02 Mar 2020 07:30:00 +0700", None),
        ("by mx.so.example; no date", None),
        ("by mx.so.example; Mon, 23 Nov 2126 07:30:00 +0700", None),
    ],
)
def test_it_counts_from_the_stamp_of_our_own_host(mailbox, monkeypatch, stamp, received_at):
    """P1: the `Date:` header is only shown."""
    monkeypatch.setattr("requests_desk.doors.management.commands.receive_email.database_now", lambda: later(hours=1))

    piped(monkeypatch, f"Received: {stamp}\r\n".encode() + a_mail(Date="Mon, 01 Jan 2001 00:00:00 +0000"))

    assert Mail.objects.get().received_at == (received_at or later(hours=1))


@pytest.mark.parametrize(
    ("raw", "options", "code"),
    [
        (b"", (), 65),
        (b" \r\n", (), 65),
        (a_mail(), ("--mailbox", "nobody@so.example"), 75),
        (a_mail(), ("no-file",), 75),
    ],
)
def test_it_says_whether_to_try_again(mailbox, monkeypatch, raw, options, code):
    with pytest.raises(CommandError) as error:
        piped(monkeypatch, raw, *options)

    assert error.value.returncode == code
    assert not Mail.objects.exists()


def test_it_keeps_nothing_while_no_mailbox_is_set_up(desk, monkeypatch):
    with pytest.raises(CommandError) as error:
        piped(monkeypatch, a_mail())

    assert error.value.returncode == 75


@pytest.mark.processes
def test_it_asks_to_try_again_while_the_database_is_away(file):
    command = [sys.executable, "manage.py", "receive_email", str(file)]
    env = {
        "DATABASE_URL": "postgres://desk@127.0.0.1:1/desk",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "x" * 50,
        "DESK_DATA": str(file.parent),
    }

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)

    assert done.returncode == 75, done.stderr
