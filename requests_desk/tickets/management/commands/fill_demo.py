"""Fill an empty database with the invented department."""

from __future__ import annotations

import json
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from requests_desk.people.models import Agency
from requests_desk.tickets.demo.fill import fill


class Command(BaseCommand):
    help = "Fill an empty database with an invented department, its people and their requests (demonstration only)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, and write the accounts to DESK_DATA/demo-accounts.json, readable by its owner alone."""
        if not settings.DESK_DEMO:
            raise CommandError("This is no demonstration: set DESK_DEMO=1, or open a real department by start_agency.")
        if Agency.objects.exists():
            raise CommandError("There is a department already; the demonstration starts on empty data only.")
        with transaction.atomic():
            accounts = fill(at=timezone.now(), progress=self.stdout.write)
        path = settings.DESK_DATA / "demo-accounts.json"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123  a mode from the start
            json.dump(accounts, file, ensure_ascii=False, indent=1)
        self.stdout.write(f"The invented department is ready; its accounts are in {path.name}.")
