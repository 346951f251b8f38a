"""`manage.py rehearse`: what a policy and its ladder would do with a request that nobody answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from requests_desk.people.models import Agency
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.services import rehearsal
from requests_desk.tickets.services.rehearsal import Invented, Moment, Rehearsal, Told
from requests_desk.tickets.templatetags.desk import word
from sla.catalogue import NothingInForce


class Command(BaseCommand):
    """Run an invented request through the real services in simulated time; nothing is stored or sent."""

    help = "Rehearse a policy: each alert with its moment, its rung, its person, its channel and its text."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the policy, the moment of receipt and who would hold the request."""
        parser.add_argument("--policy", metavar="KEY", required=True, help="a policy in force, such as first-reply")
        parser.add_argument("--agency", metavar="CODE", help="needed only where there are several")
        parser.add_argument("--received", metavar="ISO", help="such as 2026-11-27T16:45+07:00; now unless told")
        parser.add_argument("--unit", metavar="CODE", help="the unit that would hold it")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--lang", choices=["vi", "en"], default="vi", help="Vietnamese unless told")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the rehearsal. Raise CommandError (exit code 2) for what cannot be rehearsed."""
        agency = _agency(options["agency"])
        with override(options["lang"]), timezone.override(ZoneInfo(agency.timezone)):
            unit = agency.units.filter(code=options["unit"]).first()
            if options["unit"] and unit is None:
                raise CommandError(f"--unit: {agency.code} has no unit {options['unit']}", returncode=2)
            invented = Invented(_received(options["received"]), unit=unit)
            try:
                run = rehearsal.rehearse(agency, invented, policy_key=options["policy"])
            except NothingInForce as error:
                raise CommandError(f"--policy: {agency.code} has no {error}", returncode=2) from error
            self.stdout.write(_json(run) if options["json"] else "\n".join(_lines(run)))


def _agency(code: str | None) -> Agency:
    found = list(Agency.objects.filter(code=code) if code else Agency.objects.all()[:2])
    if len(found) != 1:
        known = ", ".join(Agency.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        raise CommandError(f"--agency: name one of {known}", returncode=2)
    return found[0]


def _received(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--received: “{text}” is no time; write 2026-11-27T16:45+07:00", returncode=2) from error
    if at.utcoffset() is None:
        raise CommandError("--received: add the zone, such as +07:00", returncode=2)
    return at


def _json(run: Rehearsal) -> str:
    return json.dumps(asdict(run), default=lambda at: timezone.localtime(at).isoformat(), ensure_ascii=False, indent=2)


def _lines(run: Rehearsal) -> list[str]:
    lines = [
        _("Received: %(at)s") % {"at": office_time(run.received_at)},
        _("Due: %(at)s") % {"at": office_time(run.due_at)},
    ]
    for moment in run.moments:
        lines += ["", office_time(moment.at), *_moment(moment)]
    return lines


def _moment(moment: Moment) -> list[str]:
    lines = [line for one in moment.told for line in _told(one)]
    nobody = _("nobody can be told")
    return lines + [f"  {word(rung.partition('-')[0], 'rung')}: {nobody}" for rung in moment.unheard]


def _told(one: Told) -> list[str]:
    rungs = ", ".join(word(rung.partition("-")[0], "rung") for rung in one.rungs)
    head = " · ".join(filter(None, [word(one.cause, "cause"), rungs, one.person, word(one.channel, "way")]))
    return [f"  {head} <{one.destination}>", f"    {one.title or one.text}"]
