"""`manage.py rebuild_clocks`: do clocks, queue and timer agree with the history (P14, design §3)?"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from requests_desk.tickets.queries import clocks, rebuilt
from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import due, restoring


class Command(BaseCommand):
    """Write anew what is wrong; with --check only say so. Exit code 1 where something is wrong still, else 0."""

    help = "Rebuild each clock from the history, the queue from the clocks, and let the timer look at what it forgot."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer a check that changes nothing, and JSON for machines."""
        parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 when something is wrong")
        parser.add_argument("--json", action="store_true", help="print what was found as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every wrong row; how far it is goes to standard error."""
        is_check = options["check"]
        differing = list(rebuilt.differing(on_progress=lambda tickets: self.stderr.write(f"{tickets} requests read")))
        lost = differing if is_check else self._restore(differing)
        misplaced = list(clocks.wrong())
        if not is_check:
            due.rebuild({row.ticket_id for row in misplaced}, at=database_now())
        self._say([*differing, *misplaced], as_json=options["json"])
        if lost or (is_check and misplaced):
            sys.exit(1)

    def _restore(self, differing: list[clocks.Wrong]) -> list[clocks.Wrong]:
        """Return what could not be restored."""
        at = database_now()
        lost = [row for row in differing if not restoring.restore(row.ticket_id, at=at)]
        restoring.keep_numbers_ahead()
        return lost

    def _say(self, found: list[clocks.Wrong], *, as_json: bool) -> None:
        if as_json:
            rows = [{"ticket": row.code, "fault": row.fault} for row in found]
            self.stdout.write(json.dumps({"ok": not found, "wrong": rows}))
            return
        for row in found:
            self.stdout.write(f"{row.code} {row.fault}")
        self.stdout.write(f"wrong: {len(found)}")
