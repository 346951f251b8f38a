"""`manage.py api_token USER`: a personal token for the API, printed once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from requests_desk.people.models import User
from requests_desk.people.services import tokens
from requests_desk.people.services.signing_in import has_second_factor


class Command(BaseCommand):
    """Issue a token that acts as its owner; only its digest is kept."""

    help = "Print a new personal API token of a person. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose it is, what it is called and how long it lives."""
        parser.add_argument("user", metavar="USER", help="the name they sign in with")
        parser.add_argument("--name", default="manage.py", help="what the token is for, as its owner will read it")
        parser.add_argument("--days", type=int, default=tokens.LIFETIME.days, help="how long it lives")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token alone, so that a script can take it."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None or not user.is_active:
            raise CommandError(f"nobody here signs in as “{options['user']}”")
        if settings.REQUIRE_SECOND_FACTOR and user.has_usable_password() and not has_second_factor(user):
            # A password must never become a token where it opens nothing else (design §9).
            raise CommandError(f"{user.username} has to set up the second step first, at /accounts/2fa/")
        if options["days"] < 1:
            raise CommandError("--days: at least 1")
        lifetime = timedelta(days=options["days"])
        self.stdout.write(tokens.issue(user, name=options["name"][:100], at=timezone.now(), lifetime=lifetime))
