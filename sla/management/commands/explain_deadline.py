"""`manage.py explain_deadline`: when something received is due, and why, line by line (P11)."""

from __future__ import annotations

import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext, override

from sla import catalogue, wording
from sla.errors import WorktimeError, gettext_noop
from sla.explain import Explanation, explain
from sla.policies import Policy
from sla.worktime import Calendar, Rule

LANGUAGES: Final = ("vi", "en")
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
_DURATION: Final = re.compile(r"(?=[0-9])(?:([0-9]{1,7})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?")


class BadInput(WorktimeError):
    """A value of the command line that cannot be used, and what to write instead."""


class Command(BaseCommand):
    """Print the due time and its lines; with a calendar's file and no policy no database is read."""

    help = "Explain a deadline: when it is due, and each line of the count."
    requires_system_checks = []  # a calendar file alone must do, with no store in reach

    def add_arguments(self, parser: CommandParser) -> None:
        """Take every value as text: `handle` says in the reader's language what is wrong with it."""
        parser.called_from_command_line = False  # argparse's usage lines: one line is promised instead
        parser.add_argument("--received", metavar="ISO", help="such as 2026-11-27T16:45+07:00")
        parser.add_argument("--policy", metavar="KEY", help="a policy in force, as KEY or OWNER/KEY")
        parser.add_argument("--calendar", metavar="FILE", help="a calendar as JSON")
        parser.add_argument("--working", metavar="DURATION", help="working time: 90m, 8h, 1h30m")
        parser.add_argument("--consecutive", metavar="DURATION", help="time on the clock: 48h")
        parser.add_argument("--skip-days-off", metavar="DURATION", help="time on the clock, days off left out: 48h")
        parser.add_argument("--working-days", metavar="N", help="working days after the day of receipt")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--lang", default=LANGUAGES[0], metavar="vi|en", help="Vietnamese unless told")

    def run_from_argv(self, argv: list[str]) -> None:
        """Run, and answer bad input with one line on stderr and exit code 2."""
        try:
            self.execute(**self._parsed(argv))
        except CommandError as problem:
            self.stderr.write(" ".join(str(problem).split()))  # one line, whatever was typed
            sys.exit(2)

    def _parsed(self, argv: list[str]) -> dict[str, Any]:
        try:
            return vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
        except CommandError as problem:
            with override("en" if "en" in argv or "--lang=en" in argv else LANGUAGES[0]):
                refused = gettext("These options cannot be read: %(detail)s")
                raise CommandError(refused % {"detail": str(problem).removeprefix("Error: ")}) from problem

    def handle(self, *args: Any, **options: Any) -> None:
        """Explain one deadline. Raise CommandError (exit code 2) for bad input, in the language asked for."""
        known = options["lang"] in LANGUAGES
        with override(options["lang"] if known else LANGUAGES[0]):
            try:
                if not known:
                    raise BadInput(gettext_noop("--lang “%(lang)s” is not known; use vi or en"), lang=options["lang"])
                explanation = _explanation(options)
            except WorktimeError as problem:
                raise CommandError(wording.error(problem), returncode=2) from problem
            self.stdout.write(_told(explanation, as_json=options["json"]))


def _told(explanation: Explanation, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(wording.as_json(explanation), ensure_ascii=False, indent=2)
    return "\n".join(wording.sentences(explanation))


def _explanation(options: dict[str, Any]) -> Explanation:
    received_at = _received(options["received"])
    if options["policy"] is not None:
        rule, amount, calendar = _policy(options)
    elif options["calendar"] is not None:
        rule, amount = _budget(options)
        calendar = _calendar(Path(options["calendar"]))
    else:
        raise BadInput(gettext_noop("--calendar is missing; name a JSON file, or a policy with --policy"))
    return explain(calendar, received_at, rule, amount)


def _policy(options: dict[str, Any]) -> tuple[Rule, int, Calendar]:
    if any(options[rule] is not None for rule in RULES):
        raise BadInput(gettext_noop("--policy brings its own rule; leave the other one out"))
    owner, key = _named_policy(options["policy"])
    policy = Policy.from_json(catalogue.current_policy(owner, key).document)
    return *policy.counting, _calendar_of(owner, options["calendar"])


def _named_policy(name: str) -> tuple[str, str]:
    """Return the owner and key of the one policy called `key` or `owner/key`."""
    # A short name that two owners use is refused, not guessed: their deadlines may differ.
    known = catalogue.policy_names()
    found = [(owner, key) for owner, key in known if name in (key, f"{owner}/{key}")]
    if len(found) != 1:
        choices = ", ".join(f"{owner}/{key}" for owner, key in found or known) or "–"
        raise BadInput(
            gettext_noop("“%(name)s” names no one policy; choose of: %(choices)s"), name=name, choices=choices
        )
    return found[0]


def _calendar_of(owner: str, path: str | None) -> Calendar:
    if path is not None:
        return _calendar(Path(path))
    keys = catalogue.calendar_keys(owner)
    if len(keys) != 1:
        template = gettext_noop("%(owner)s has %(count)d calendars; name one as a file with --calendar")
        raise BadInput(template, owner=owner, count=len(keys))
    return Calendar.from_json(catalogue.current_calendar(owner, keys[0]).document)


def _budget(options: dict[str, Any]) -> tuple[Rule, int]:
    chosen = [rule for rule in RULES if options[rule] is not None]
    if len(chosen) != 1:
        raise BadInput(gettext_noop("choose one of --working, --consecutive, --skip-days-off and --working-days"))
    rule: Rule = chosen[0]
    return rule, _days(options[rule]) if rule == "working_days" else _seconds(options[rule])


def _seconds(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if not found:
        raise BadInput(gettext_noop("“%(text)s” is not a length of time; write 90m, 8h or 1h30m"), text=text)
    hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise BadInput(gettext_noop("“%(text)s” is not a number of days; write 5"), text=text)
    return int(text)


def _received(text: str | None) -> datetime:
    if text is None:
        raise BadInput(gettext_noop("--received is missing; write it as 2026-11-27T16:45+07:00"))
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        template = gettext_noop("“%(text)s” is not a time; write it as 2026-11-27T16:45+07:00")
        raise BadInput(template, text=text) from error


def _calendar(path: Path) -> Calendar:
    try:
        # Spreadsheet programs and editors on Windows put a byte order mark first.
        return Calendar.from_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        template = gettext_noop("%(path)s cannot be read as a text file; check its name and its encoding (UTF-8)")
        raise BadInput(template, path=path) from error
