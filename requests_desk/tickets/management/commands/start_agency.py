"""Open the first real department on empty data."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from requests_desk.people.models import Agency, User
from requests_desk.tickets.services.agencies import NewAgency, open_agency

QUESTIONS = {
    "code": "Code of the department, capitals, such as SCT: ",
    "name": "Its full name: ",
    "short_name": "Its short name for SMS, plain letters, at most 12, such as So CT: ",
    "hotline": "Its hotline: ",
    "admin": "User name of the first administrator: ",
    "admin_name": "Full name of the administrator: ",
    "admin_email": "E-mail of the administrator: ",
}
OPTIONAL = {"hotline", "admin_email"}


class Command(BaseCommand):
    help = "Open a department with its office and first administrator; asks for whatever is not given as an option."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take every answer as an option too, so that it can run unattended."""
        for name, question in QUESTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=question.strip(" :"))
        parser.add_argument("--timezone", default="Asia/Ho_Chi_Minh")
        parser.add_argument("--no-input", action="store_true", help="never ask: what is missing is an error")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, make everything in one transaction, and say what comes next."""
        answers = {name: self._answer(name, question, options) for name, question in QUESTIONS.items()}
        if Agency.objects.filter(code=answers["code"]).exists():
            raise CommandError(f"There is a department {answers['code']} already. Choose another code.")
        password = self._password(answers["admin"], ask=not options["no_input"])
        try:
            with transaction.atomic():
                self._open(answers, password, options["timezone"])
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"{answers['name']} is open. Sign in as {answers['admin']} at /accounts/login/.")

    def _open(self, answers: dict[str, str], password: str, timezone_name: str) -> None:
        user = User(username=answers["admin"], full_name=answers["admin_name"], email=answers["admin_email"])
        user.set_password(password)
        user.full_clean()
        validate_password(password, user)
        user.save()
        named = {name: answers[name] for name in ("code", "name", "short_name", "hotline")}
        open_agency(NewAgency(**named, timezone=timezone_name), admin=user, at=timezone.now())

    def _answer(self, name: str, question: str, options: dict[str, Any]) -> str:
        if (given := options[name]) is not None:
            return str(given).strip()
        if options["no_input"]:
            if name in OPTIONAL:
                return ""
            raise CommandError(f"--{name.replace('_', '-')} is missing.")
        return input(question).strip()

    def _password(self, username: str, *, ask: bool) -> str:
        """Take the password from START_PASSWORD or the keyboard: a command line is seen by everybody on the machine."""
        if given := os.environ.get("START_PASSWORD"):
            return given
        if not ask:
            raise CommandError("Set START_PASSWORD in the environment, or run without --no-input.")
        return getpass.getpass(f"Password of {username}: ")
