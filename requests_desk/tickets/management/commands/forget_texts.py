"""`manage.py forget_texts [--days N] [--dry-run]`: forget what old messages said, or count it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from requests_desk.tickets.queries.health import database_now
from requests_desk.tickets.services import forgetting


class Command(BaseCommand):
    """Do by hand, and whole, what beat does by and by."""

    help = "Empty the words of messages older than KEEP_TEXTS_DAYS, and drop notices read before. Their proof stays."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take another number of days, and the wish to see first."""
        parser.add_argument("--days", type=int, default=settings.KEEP_TEXTS_DAYS, help="keep those of so many days")
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many."""
        if options["days"] < 1:
            raise CommandError("Texts are kept for good: give --days to forget some.")
        before = database_now() - timedelta(days=options["days"])
        found = forgetting.count(before=before) if options["dry_run"] else forgetting.forget_all(before=before)
        verb = "would forget" if options["dry_run"] else "forgot"
        self.stdout.write(f"{verb} {found.texts} texts and {found.notices} notices from before {before:%Y-%m-%d}")
