"""`manage.py sweep --once`: one sweep now, in this process."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from requests_desk.tickets.tasks import run_sweep


class Command(BaseCommand):
    """Do by hand what beat asks the workers for; beside them it is harmless."""

    help = "Fire what is due now. Beat does this by itself every SWEEP_SECONDS."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the word: there is no other way to sweep from here."""
        parser.add_argument("--once", action="store_true", required=True, help="one sweep, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many milestones were looked at."""
        self.stdout.write(f"milestones looked at: {run_sweep()}")
