"""`manage.py receive_email [FILE|-] [--mailbox ADDRESS]`: the end of a mail server's pipe (design §9)."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from requests_desk.doors.mail import reading
from requests_desk.doors.mail.headers import Headers, mailboxes
from requests_desk.doors.mail.mime import headers_at
from requests_desk.tickets.models import Mailbox
from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import mails

NEVER = 65  # EX_DATAERR: the mail server need not try again
AGAIN = 75  # EX_TEMPFAIL: it keeps the mail and does
ENVELOPE = re.compile(rb"\AFrom [^\r\n]*\r?\n")


class Command(BaseCommand):
    help = "Store one raw mail from a file or standard input. Ends with 0 stored or parked, 75 try again, 65 never."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and the mailbox it came to."""
        parser.add_argument("file", nargs="?", default="-", help="a file with the raw mail; - is standard input")
        parser.add_argument("--mailbox", default="", help="the address it was sent to; else its headers say")

    def handle(self, *args: Any, **options: Any) -> None:
        """Store it and end; the process that reads mailboxes takes it in from there."""
        raw = ENVELOPE.sub(b"", _read(options["file"]))  # the line an mbox has before each mail
        if not raw.strip():
            raise CommandError("the mail is empty", returncode=NEVER)
        top, _start = headers_at(raw, 0, len(raw))
        try:
            mailbox = _mailbox(options["mailbox"].strip().lower(), top)
            at = database_now()
            mails.store(mailbox, raw, received_at=received_at(top, mailbox, at=at), at=at)
        except Error as error:
            raise CommandError(f"the database does not answer ({type(error).__name__})", returncode=AGAIN) from error


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"the mail could not be read ({error.strerror})", returncode=AGAIN) from error


def _mailbox(asked: str, top: Headers) -> Mailbox:
    """Return the mailbox asked for, else the first one the mail was sent to, else the only one there is."""
    if asked:
        if found := Mailbox.objects.filter(address__iexact=asked, is_active=True).first():
            return found
        # A slip of the settings, not of the mail: the mail server keeps it until somebody mends that.
        raise CommandError(f"no mailbox {asked} is set up", returncode=AGAIN)
    known = {box.address.lower(): box for box in Mailbox.objects.filter(is_active=True).order_by("pk")}
    for address in (one.address for name in reading.TO for value in top.every(name) for one in mailboxes(value)):
        local, _at, host = address.rpartition("@")
        if found := known.get(f"{local.partition('+')[0]}@{host}"):
            return found
    if not known:
        raise CommandError("no mailbox is set up: add one under /settings/mailboxes/", returncode=AGAIN)
    # To whomever it was addressed, it reached us: nothing that arrives is lost.
    return next(iter(known.values()))


def received_at(top: Headers, mailbox: Mailbox, *, at: datetime) -> datetime:
    """Return the topmost Received stamp where one of our own hosts wrote it, else `at` (P1)."""
    stamp = top.raw("received")[:2_000].decode("ascii", "replace")
    by = re.search(r"\bby\s+([\w.-]+)", stamp, re.I)
    # Anybody may write a Received line, and by a false time would move the deadline (P1).
    if by is None or by[1].lower() not in mailbox.servers:
        return at
    try:
        moment = parsedate_to_datetime(stamp.rpartition(";")[2].strip())
    except ValueError:
        return at
    # A server whose clock is ahead must not give us time that has not passed.
    return min(moment, at) if moment.tzinfo else at
