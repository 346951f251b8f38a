"""Make requests of the rows of an old register: what was closed is history, what is open gets its true clock (P1, P6).

Nothing is sent for the past: no acknowledgement, and no missed deadline for what ended before it came here. An open
one counts from when it was received; where that promise is past, the next sweep records it, dated when it was due, and
tells it once, marked late.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Agency, Unit, User
from requests_desk.tickets.models import Message, Register, RegisterRow, Ticket
from requests_desk.tickets.register import values
from requests_desk.tickets.register.values import Entry
from requests_desk.tickets.services import due, intake, ledger
from requests_desk.tickets.services.incoming import Asked, Request, checked
from requests_desk.tickets.services.incoming import Refused as NotTaken
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import RowState, State
from sla import clocks

TAKEN_AT_ONCE = 20
IMPORTED = "imported"


def take_some(register: Register, office: values.Office, *, at: datetime) -> int:
    """Take over some rows that were found right, each in its own transaction. Return how many were looked at."""
    waiting = register.rows.filter(state=RowState.RIGHT).order_by("number").values_list("pk", flat=True)
    pks = list(waiting[:TAKEN_AT_ONCE])
    for pk in pks:
        try:
            with transaction.atomic():
                _take(register, pk, office, at=at)
        except IntegrityError:
            # Another worker, or another file with the same row, was there first.
            RegisterRow.objects.filter(pk=pk, state=RowState.RIGHT).update(state=RowState.KNOWN)
    return len(pks)


def _take(register: Register, pk: int, office: values.Office, *, at: datetime) -> None:
    row = RegisterRow.objects.select_for_update(skip_locked=True).filter(pk=pk, state=RowState.RIGHT).first()
    if row is None:
        return
    entry = values.read(row.cells, register.mapping, office)
    if not isinstance(entry, Entry):
        row.state, row.errors = RowState.WRONG, values.faults(row.cells, register.mapping, office)
    else:
        request = _request(register, row, entry)
        try:
            with transaction.atomic():
                row.ticket = _ticket(register, row, entry, request, at=at)
            row.state = RowState.TAKEN
        except NotTaken:
            row.state, row.errors = RowState.WRONG, values.told(lambda: _refused(register.agency, request, at=at))
    row.save(update_fields=["state", "errors", "ticket"])


def _refused(agency: Agency, request: Request, *, at: datetime) -> values.Errors:
    try:
        checked(agency, request, by=None, at=at)
    except NotTaken as error:
        return {"text": str(error)}
    return {}


def _request(register: Register, row: RegisterRow, entry: Entry) -> Request:
    plain = entry.plain
    return Request(
        channel=entry.channel,
        text=entry.text,
        asked=Asked(
            name=plain["name"],
            organisation=plain["organisation"],
            tax_code=plain["tax_code"],
            phones=(plain["phone"],) if plain["phone"] else (),
            email=plain["email"],
            address=plain["address"],
        ),
        kind=entry.kind,
        field=entry.field,
        received_at=entry.received_at,
        received_reason=_("Taken over from %(file)s, row %(row)s") % {"file": register.name[-100:], "row": row.number},
        unit=Unit.objects.get(pk=entry.unit) if entry.unit else None,
        items=() if entry.ending else None,
    )


def _ticket(register: Register, row: RegisterRow, entry: Entry, request: Request, *, at: datetime) -> Ticket:
    plain, by = entry.plain, register.by
    ticket, lines = intake.take_over(register.agency, request, old_number=plain["old_number"], by=by, at=at)
    lines.insert(1, Line(ticket, "imported", {"register": register.pk, "row": row.number}))
    if plain["answer"]:
        lines.append(_answer(ticket, entry, by=by, at=at))
    if entry.ending:
        lines += _close(ticket, entry, at=at)
    ledger.append(lines, actor=by, at=at)
    if not entry.ending:  # what had ended owes nothing, and stands where a new row stands
        due.refresh(ticket)
    return ticket


def _answer(ticket: Ticket, entry: Entry, *, by: User, at: datetime) -> Line:
    """Keep what the register says was answered: a note, for nothing here saw it arrive (P3)."""
    text = _("Answered according to the earlier register: %(text)s") % {"text": entry.plain["answer"]}
    message = Message.objects.create(
        ticket=ticket, direction=Message.Direction.NOTE, text=text, author=by, at=entry.closed_at or at
    )
    return Line(ticket, "noted", {"message": message.pk, "text_digest": identifiers.text_digest(text)})


def _close(ticket: Ticket, entry: Entry, *, at: datetime) -> list[Line]:
    """End what had ended: its promise was none of ours, so that nothing of it was kept or missed here (P6)."""
    changes = clocks.end(due.clocks_of(ticket), reason=IMPORTED, missed_by=ticket.received_at, at=at)
    ticket.state, ticket.ending, ticket.closed_at = State.CLOSED, entry.ending, entry.closed_at
    ticket.save(update_fields=["state", "ending", "closed_at"])
    facts = {"ending": entry.ending, "note_digest": "", "imported": True}
    return [*ledger.lines_of(ticket, changes), Line(ticket, "closed", facts)]
