"""`manage.py rebuild_clocks`: do the queue and the timer agree with the clocks (design §3)?"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from requests_desk.tickets.queries import clocks
from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import due


class Command(BaseCommand):
    """Write anew what is stored to be quick; with --check only say what is wrong (exit code 0 right, 1 wrong)."""

    help = "Compute each request's place in the queue from its clocks, and let the timer look at what it forgot."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer a check that changes nothing, and JSON for machines."""
        parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 when something is wrong")
        parser.add_argument("--json", action="store_true", help="print what was found as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every wrong row."""
        found = list(clocks.wrong())
        if not options["check"]:
            due.rebuild({row.ticket_id for row in found}, at=database_now())
        if options["json"]:
            rows = [{"ticket": row.code, "fault": row.fault} for row in found]
            self.stdout.write(json.dumps({"ok": not found, "wrong": rows}))
        else:
            for row in found:
                self.stdout.write(f"{row.code} {row.fault}")
            self.stdout.write(f"wrong: {len(found)}")
        if options["check"] and found:
            sys.exit(1)
