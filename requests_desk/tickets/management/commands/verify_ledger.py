"""`manage.py verify_ledger`: does every chain of the ledger hold (P14)?"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from requests_desk.tickets.queries import ledger


class Command(BaseCommand):
    """Name the first broken link; the exit code is 0 when all chains hold, else 1."""

    help = "Read the whole ledger and prove that no line was changed, added or removed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer JSON for machines."""
        parser.add_argument("--json", action="store_true", help="print the verdict as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the verdict; how far it is goes to standard error."""
        verdict = ledger.verify(on_progress=lambda events: self.stderr.write(f"{events} lines read"))
        if options["json"]:
            self.stdout.write(json.dumps(verdict.as_json()))
        elif verdict.first is None:
            self.stdout.write(f"right: {verdict.tickets} chains, {verdict.events} lines")
        else:
            link = verdict.first
            self.stdout.write(
                f"WRONG: {link.ticket}, line {link.seq} is {link.fault};"
                f" {verdict.broken} of {verdict.tickets} chains are broken"
            )
        if not verdict.ok:
            sys.exit(1)
