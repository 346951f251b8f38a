"""`manage.py timer_status`: is the desk at work, as `/readyz` tells it."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from notifications import breaker
from requests_desk.people.models import Agency
from requests_desk.tickets.queries import audit, health, promises


class Command(BaseCommand):
    """Print each check and what an administrator should see to; the exit code is 0 when all checks are well, else 1."""

    help = "Tell whether database, broker, workers and timer are at work."
    requires_system_checks = []  # it must answer just when something is wrong

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer JSON for machines."""
        parser.add_argument("--json", action="store_true", help="what /readyz answers, with warnings and the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        report = health.readiness() | {"warnings": []}
        if report["checks"]["database"]["ok"]:
            report["warnings"] = [promises.warning(one) for one in _unconfirmed()]
            report |= {"audit": audit.findings(at=health.database_now()), "providers_away": _away()}
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2))
        else:
            for name, check in report["checks"].items():
                self.stdout.write(f"{'ok  ' if check['ok'] else 'FAIL'} {name}")
            timer = report["checks"]["timer"]
            age = "never" if timer["age_s"] is None else f"{timer['age_s']:.0f} s ago"
            self.stdout.write(f"last sweep: {age}")
            for line in report["warnings"]:
                self.stdout.write(f"warn {line}")
            for name, count in report.get("audit", {}).items():
                if count:
                    self.stdout.write(f"GAP  {name}: {count}")
            for channel, since in report.get("providers_away", {}).items():
                self.stdout.write(f"AWAY {channel}: since {since}")
        if report["status"] != "ok":
            sys.exit(1)


def _unconfirmed() -> list[promises.Unconfirmed]:
    return promises.unconfirmed(Agency.objects.order_by("code"), at=timezone.now())


def _away() -> dict[str, str]:
    return {channel: since.isoformat() for channel, since in breaker.open_since().items()}
