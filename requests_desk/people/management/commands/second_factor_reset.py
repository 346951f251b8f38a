"""`manage.py second_factor_reset USER`: for the day the only administrator has lost phone and codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from requests_desk.people.models import User
from requests_desk.people.services import signing_in


class Command(BaseCommand):
    """Take away the second step of one person and sign them out everywhere."""

    help = "Let a person set up their second step anew: the old one opens nothing, every session of theirs ends."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose it is."""
        parser.add_argument("user", metavar="USER", help="the name they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset it and say so."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            # Who stands at a shell may know every name; a web page would not say so.
            raise CommandError(f"nobody here signs in as “{options['user']}”")
        signing_in.reset_second_factor(user, by=None, at=timezone.now())
        self.stdout.write(f"{user.username} sets up a new second step at the next log-in.")
