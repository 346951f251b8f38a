"""`manage.py mailboxes`: read every mailbox and take its mail in, until told to stop."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from requests_desk.doors.mail import keeper
from requests_desk.tickets.tasks import database_clock


class Command(BaseCommand):
    help = "Read the mailboxes of every agency over IMAP and make requests of their mail, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--once`."""
        parser.add_argument("--once", action="store_true", help="read each mailbox once, take in what waits, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Keep reading; SIGTERM and Ctrl-C end it between two mails."""
        if options["once"]:
            stored, taken = keeper.once(clock=database_clock())
            self.stdout.write(f"{stored} stored, {taken} taken in")
            return
        kept = keeper.Keeper()
        for number in (signal.SIGTERM, signal.SIGINT):
            # Between two mails: what was begun is finished, so that no lease has to run out first.
            signal.signal(number, lambda *_: kept.stop.set())
        kept.run()
