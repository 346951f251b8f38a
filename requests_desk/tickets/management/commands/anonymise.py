"""`manage.py anonymise [--dry-run] [--limit N]`: forget the requests whose term is over, or count them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import override

from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import forgetting


class Command(BaseCommand):
    help = "Forget the words of requests whose term is over, by the rules under Settings → Retention. Figures stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the wish to see first, and how many at most."""
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
        parser.add_argument("--limit", type=int, help="forget at most so many, and go on the next time")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line a batch; stopped, it goes on where it was when run again."""
        at = database_now()
        with override(settings.LANGUAGE_CODE):
            plan = forgetting.planned(at=at)
            for agency, kind, count in plan:
                self.stdout.write(f"{agency}: {kind}: {count}")
            total = sum(count for _agency, _kind, count in plan)
            if options["dry_run"]:
                self.stdout.write(f"would forget {total} requests; nothing was changed")
                return
            done = 0
            for done in forgetting.anonymise(at=at, limit=options["limit"]):
                self.stdout.write(f"{done} of {total}")
                self.stdout.flush()
            strays = forgetting.anonymise_strays(at=at)
        self.stdout.write(f"forgot {done} requests, and {strays} rows of what became none")
