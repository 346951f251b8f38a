"""Take over an old register: read, mapped, tried without a trace, then row by row, each once whatever happens."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import IO
from zoneinfo import ZoneInfo

from celery import current_app
from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from requests_desk.people.identifiers import folded
from requests_desk.people.models import Agency, User
from requests_desk.tickets.models import Field, Register, RegisterRow
from requests_desk.tickets.register import columns, files, values
from requests_desk.tickets.services import policy_choice, refusing, taking_over
from requests_desk.tickets.words import Channel, RegisterStep, RowState
from sla import catalogue, versions, worktime

log = logging.getLogger(__name__)
READ_AT_ONCE, CHECKED_AT_ONCE = 500, 200
Progress = Callable[[int], None]


class Refused(refusing.Refused):
    """The register cannot be taken over so. `fields` says what to change; nothing was saved."""


def read(
    agency: Agency, file: IO[bytes], name: str, *, encoding: str = "", by: User, at: datetime
) -> tuple[Register, bool]:
    """Keep every row of a file, and suggest which column says what. Return the register, and whether it is new.

    The same file again is the register it was before, with all that was done. Raises Refused.
    """
    digest = _digest(file)
    # By its bytes: loaded twice, a register must not become two.
    if known := Register.objects.filter(agency=agency, digest=digest).first():
        return known, False
    try:
        table = files.read(file, name, encoding=encoding)
        with transaction.atomic():
            register = Register.objects.create(
                agency=agency,
                name=name[-200:],
                digest=digest,
                encoding=table.encoding[:16],
                headings=table.headings,
                mapping=columns.suggest(table.headings),
                by=by,
                at=at,
            )
            _keep_rows(register, table.rows)
    except files.Unreadable as error:
        raise Refused({"file": [str(error)]}) from error
    return register, True


def _digest(file: IO[bytes]) -> str:
    sealed = hashlib.sha256()
    file.seek(0)
    while block := file.read(1024 * 1024):
        sealed.update(block)
    return sealed.hexdigest()


def _keep_rows(register: Register, rows: Iterator[tuple[int, list[str]]]) -> None:
    count = 0
    for some in _some(rows, READ_AT_ONCE):
        RegisterRow.objects.bulk_create(
            RegisterRow(register=register, agency_id=register.agency_id, number=number, cells=cells)
            for number, cells in some
        )
        count += len(some)
    if not count:
        raise files.Unreadable(_("The file holds no row below its headings."))


def map_columns(register: Register, mapping: Mapping[str, int], *, channel: str, at: datetime) -> Register:
    """Say which column says what, and let every row not yet taken over be tried again. Raises Refused."""
    with transaction.atomic():
        register = Register.objects.select_for_update().get(pk=register.pk)
        if missing := columns.missing(mapping):
            raise Refused({target: [_("One column must say this.")] for target in missing})
        if len(set(mapping.values())) < len(mapping):
            raise Refused({"mapping": [_("One column cannot say two things.")]})
        if not set(mapping.values()) <= set(range(len(register.headings))) or channel not in Channel.values:
            raise Refused({"mapping": [_("This column is not in the file.")]})
        register.mapping, register.channel = dict(mapping), channel
        register.step, register.alive_at = RegisterStep.CHECKING, at
        register.save(update_fields=["mapping", "channel", "step", "alive_at"])
        # What became a request stays one, whatever the columns are called now.
        waiting = register.rows.exclude(state=RowState.TAKEN)
        waiting.update(state=RowState.NEW, errors={}, fingerprint="", is_open=False)
    return register


def begin(register: Register, *, at: datetime) -> Register:
    """Let the rows that were found right be taken over. Raises Refused before all of them were tried."""
    with transaction.atomic():
        register = Register.objects.select_for_update().get(pk=register.pk)
        if register.step not in (RegisterStep.CHECKED, RegisterStep.TAKING):
            raise Refused({"mapping": [_("Try it first: see what would be taken over.")]})
        register.step, register.alive_at = RegisterStep.TAKING, at
        register.save(update_fields=["step", "alive_at"])
    return register


def work(register: Register, *, clock: Callable[[], datetime], until: datetime, progress: Progress = print) -> bool:
    """Go on with what a register waits for until `until`; True when nothing is left to do.

    A crash costs the row at hand; two workers at once share the rows.
    """
    office = office_of(register.agency, channel=register.channel, at=clock())
    while clock() < until:
        # A sign of life in every round: upkeep takes a silent one for dead and sends another worker.
        Register.objects.filter(pk=register.pk).update(alive_at=clock())
        step = Register.objects.values_list("step", flat=True).get(pk=register.pk)
        if step == RegisterStep.CHECKING:
            done = check_some(register, office)
            follows = RegisterStep.CHECKED
        elif step == RegisterStep.TAKING:
            done = taking_over.take_some(register, office, at=clock())
            follows = RegisterStep.DONE
        else:
            return True
        if not done:
            # Only from the step it was in: somebody may have mapped the columns anew meanwhile.
            Register.objects.filter(pk=register.pk, step=step).update(step=follows)
        progress(done)
    return False


def wake(register: Register) -> None:
    """Let a worker go on with a register, once what was written is committed; upkeep finds what the broker loses."""
    transaction.on_commit(lambda: _send(register.pk))


def _send(pk: int) -> None:
    try:
        current_app.send_task("tickets.import_register", args=[pk])
    except (OperationalError, OSError) as error:
        log.warning("could not wake a worker for register %s (%s)", pk, type(error).__name__)


def check_some(register: Register, office: values.Office) -> int:
    """Try some rows that were not tried yet, and write down of each what is wrong. Return how many."""
    mapping = Register.objects.values_list("mapping", flat=True).get(pk=register.pk)
    with transaction.atomic():
        waiting = register.rows.select_for_update(skip_locked=True).filter(state=RowState.NEW).order_by("number")
        rows = list(waiting[:CHECKED_AT_ONCE])
        seen: set[str] = set()
        for row in rows:
            _check(row, mapping, office)
        prints = [row.fingerprint for row in rows if row.fingerprint]
        own = RegisterRow.objects.filter(agency=register.agency_id, fingerprint__in=prints)
        # Over all registers of the agency: two files may hold the same rows.
        known = set(own.filter(state__in=[RowState.TAKEN, RowState.RIGHT]).values_list("fingerprint", flat=True))
        for row in rows:
            if row.state == RowState.RIGHT and row.fingerprint in known | seen:
                row.state = RowState.KNOWN
            seen.add(row.fingerprint)
        RegisterRow.objects.bulk_update(rows, ["state", "errors", "fingerprint", "is_open"])
    return len(rows)


def _check(row: RegisterRow, mapping: Mapping[str, int], office: values.Office) -> None:
    cells, entry = row.cells, values.read(row.cells, mapping, office)
    if not isinstance(entry, values.Entry):
        row.state, row.errors = RowState.WRONG, values.faults(cells, mapping, office)
        return
    row.state, row.is_open = RowState.RIGHT, not entry.ending
    said = {target: cells[place] for target, place in sorted(mapping.items()) if place < len(cells) and cells[place]}
    row.fingerprint = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def office_of(agency: Agency, *, channel: str, at: datetime) -> values.Office:
    """Return what the rows of a register are read against: the agency's fields, units, hours and wall."""
    zone = ZoneInfo(agency.timezone)
    newest = catalogue.current_calendar(policy_choice.owner(agency), policy_choice.CALENDAR)
    calendar = versions.calendar(newest.pk)

    def opening(day: date) -> datetime:
        midnight = datetime.combine(day, time(), zone)
        try:
            opens = worktime.next_open(calendar, midnight)
        except worktime.NeverOpen:
            return midnight
        return opens if opens.astimezone(zone).date() == day else midnight

    def closing(day: date) -> datetime:
        return worktime.last_closing(calendar, day) or datetime.combine(day, time(23, 59), zone)

    return values.Office(
        fields={
            folded(spelt): field.code
            for field in Field.objects.filter(agency=agency)
            for spelt in (field.code, field.name, field.name_en)
            if spelt
        },
        units={
            folded(spelt): unit.pk
            for unit in agency.units.all()
            for spelt in (unit.code, unit.name, unit.name_en)
            if spelt
        },
        opening=opening,
        closing=closing,
        moment=lambda wall: wall.replace(tzinfo=zone),
        at=at,
        channel=channel,
    )


def wrong_rows(register: Register) -> bytes:
    """Return the rows that are wrong as a spreadsheet to mend and load again; the last column says what to change."""
    rows = register.rows.filter(state=RowState.WRONG).order_by("number").iterator(chunk_size=READ_AT_ONCE)
    width = len(register.headings)
    told = ([*row.cells, *[""] * (width - len(row.cells)), said(row)] for row in rows)
    return files.write([*register.headings, _("To mend")], told)


def said(row: RegisterRow) -> str:
    """Return what is wrong with a row, in one line."""
    return "; ".join(f"{columns.LABELS[target]}: {values.say(kept).rstrip('.')}" for target, kept in row.errors.items())


def _some(rows: Iterator[tuple[int, list[str]]], size: int) -> Iterator[list[tuple[int, list[str]]]]:
    some: list[tuple[int, list[str]]] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
