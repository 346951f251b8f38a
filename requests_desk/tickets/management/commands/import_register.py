"""`manage.py import_register FILE`: take over an old register; told again with the same file, it goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import override

from requests_desk.people.models import Agency, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Register
from requests_desk.tickets.queries import registers
from requests_desk.tickets.register import columns
from requests_desk.tickets.services import importing, refusing
from requests_desk.tickets.words import Channel, RegisterStep

FOREVER = timedelta(days=7)


class Command(BaseCommand):
    """Read, map, try and take over the rows of a spreadsheet, printing how far it is."""

    help = "Take over an old register (XLSX, CSV). The same file again goes on where it stopped; no row comes twice."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, who takes it over, which column says what, and how far to go."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", metavar="USER", required=True, help="an administrator's user name")
        parser.add_argument("--agency", metavar="CODE", help="needed only where the user works in several")
        parser.add_argument("--map", metavar="TARGET=HEADING", action="append", default=[], help="put a column right")
        parser.add_argument(
            "--channel", choices=Channel.values, default=Channel.HOTLINE, help="where the file names none"
        )
        parser.add_argument("--encoding", default="", help="of a CSV; found by itself unless told")
        parser.add_argument("--dry-run", action="store_true", help="try every row and write nothing")
        parser.add_argument("--to-mend", type=Path, metavar="FILE.xlsx", help="write the rows that are wrong here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raise CommandError: 2 for what cannot be read or mapped, 1 while rows are left to mend."""
        by = User.objects.filter(username=options["by"], is_active=True).first()
        agency = _agency(by, options["agency"])
        with override("vi"):
            try:
                register = self._read(agency, by, options)
                if register.step in (RegisterStep.READ, RegisterStep.CHECKED):
                    mapping = register.mapping | _mapping(register, options["map"])
                    importing.map_columns(register, mapping, channel=options["channel"], at=timezone.now())
                self._work(register)
                if not options["dry_run"] and registers.stand(register).register.step != RegisterStep.DONE:
                    self._work(importing.begin(register, at=timezone.now()))
            except (refusing.Refused, OSError) as error:
                raise CommandError(str(error), returncode=2) from error
            self._tell(register, options["to_mend"])

    def _read(self, agency: Agency, by: User | None, options: dict[str, Any]) -> Register:
        assert by is not None  # noqa: S101  asked with the agency
        path = options["file"]
        with path.open("rb") as file:
            register, is_new = importing.read(
                agency, file, path.name, encoding=options["encoding"], by=by, at=timezone.now()
            )
        self.stdout.write(f"{path.name}: {register.rows.count()} rows" + ("" if is_new else ", read before"))
        for target, place in register.mapping.items():
            self.stdout.write(f"  {target} = {register.headings[place]}")
        return register

    def _work(self, register: Register) -> None:
        register.refresh_from_db()
        done = 0

        def progress(rows: int) -> None:
            nonlocal done
            if (done + rows) // 1000 > done // 1000:
                self.stdout.write(f"  {register.step}: {done + rows} rows")
                self.stdout.flush()
            done += rows

        importing.work(register, clock=timezone.now, until=timezone.now() + FOREVER, progress=progress)
        register.refresh_from_db()

    def _tell(self, register: Register, to_mend: Path | None) -> None:
        counts = registers.stand(register).counts
        self.stdout.write(", ".join(f"{state}: {count}" for state, count in counts.items() if count))
        if to_mend and counts["wrong"]:
            to_mend.write_bytes(importing.wrong_rows(register))
        if counts["wrong"]:
            raise CommandError(f"{counts['wrong']} rows are to be mended", returncode=1)


def _agency(by: User | None, code: str | None) -> Agency:
    found = [one for one in access.agencies(by, Right.SETTINGS) if code in (None, one.code)] if by else []
    if len(found) != 1:
        raise CommandError("--by: name an administrator, and --agency where they have several", returncode=2)
    return found[0]


def _mapping(register: Register, told: list[str]) -> dict[str, int]:
    mapping = {}
    for one in told:
        target, _equals, heading = one.partition("=")
        if target not in columns.LABELS or heading not in register.headings:
            raise CommandError(f"--map {one}: not a target or not a heading of the file", returncode=2)
        mapping[target] = register.headings.index(heading)
    return mapping
