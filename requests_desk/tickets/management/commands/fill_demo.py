"""Fill an empty database with the invented department."""

from __future__ import annotations

import json
import os
from pathlib import Path
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
        path = settings.DESK_DATA / "demo-accounts.json"
        # Written before the commit and named after it: a fill that is killed in between is finished by the next one.
        written = path.with_suffix(".new")
        if not Agency.objects.exists():
            with transaction.atomic():
                _write_private(written, fill(at=timezone.now(), progress=self.stdout.write))
        elif not written.exists():
            raise CommandError("There is a department already; the demonstration starts on empty data only.")
        written.replace(path)
        self.stdout.write(f"The invented department is ready; its accounts are in {path.name}.")


def _write_private(path: Path, accounts: object) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123  a mode from the start
        json.dump(accounts, file, ensure_ascii=False, indent=1)
