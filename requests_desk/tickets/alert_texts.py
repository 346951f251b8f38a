"""The words of alerts: a reminder or a breach for one person, many in one digest, and a last resort (N5, N10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.outbox import Draft
from requests_desk.tickets import texts
from requests_desk.tickets.models import Alert, Digest, Ticket
from requests_desk.tickets.moments import office_time, time_left
from requests_desk.tickets.services.recipients import Recipient
from requests_desk.tickets.words import Because

_signer = Signer(salt="tickets.acknowledge", sep=".")
CAUSES = {False: "alert:reminder", True: "alert:breach"}


@dataclass(frozen=True, slots=True)
class Telling:
    """One alert on its way: what it is about, by which ways, why to this person, and until when it is held.

    `missing` are the channels that were wanted and do not reach them now (N8).
    """

    alert: Alert
    ticket: Ticket
    ways: tuple[Recipient, ...]
    absent: str
    held: dict[str, datetime]
    missing: tuple[str, ...] = ()


def token(row: Alert | Digest) -> str:
    """Return the key that opens the page to acknowledge an alert, or all alerts of a digest."""
    return _signer.sign(f"{'a' if isinstance(row, Alert) else 'd'}{row.pk}")


def row_of(secret: str) -> Alert | Digest | None:
    """Return what a token was made for, or None where it was not made here."""
    try:
        name = _signer.unsign(secret)
    except BadSignature:
        return None
    model = Alert if name[0] == "a" else Digest
    found: Alert | Digest | None = model._default_manager.filter(pk=int(name[1:])).first()
    return found


def alert(telling: Telling, way: Recipient, *, at: datetime) -> Draft:
    """Return a reminder or the report of a breach for one person by one channel, in the words of when it is sent."""
    row, ticket, held = telling.alert, telling.ticket, telling.held.get(way.channel)
    about = texts.about(ticket)
    with translation.override(way.language):
        if ticket.sealed:  # the alarm address may be read by anybody, the one reported on among them (P13)
            about["requester_name"] = _("(name withheld)")
        left = time_left(row.due_at, held or at)
        because = str(Because(row.because).label) % {"absent": telling.absent} if row.because else ""
    return texts.draft(
        ticket.agency,
        way,
        "breach" if row.is_breach else "reminder",
        subject=ticket.key,
        cause=CAUSES[row.is_breach],
        key=f"{row.key}:{way.channel}",
        not_before=held,
        milestone=row.milestone.name,
        due_at=row.due_at,
        time_left=left,
        ticket_url=texts.page(ticket),
        # Why it is they may say that somebody is excluded (P13); a link would cost an SMS its second segment.
        because="" if ticket.sealed else because,
        ack_url=ack_url(row) if row.needs_ack and way.channel == "email" else "",
        missing=telling.missing,
        **about,
    )


def digest(
    made: Digest, way: Recipient, alerts: Sequence[Alert], *, at: datetime, held: datetime | None, part: int
) -> Draft:
    """Return many alerts in one message: codes, times and units, the one due first on top (N5)."""
    rows = sorted(alerts, key=lambda row: (row.due_at, row.pk))
    breaches = [row for row in rows if row.is_breach]
    with translation.override(way.language):
        lines = [(row, time_left(row.due_at, held or at), texts.page(row.ticket)) for row in rows]
    return texts.draft(
        made.agency,
        way,
        "digest",
        subject=f"digest:{made.pk}",
        cause=CAUSES[bool(breaches)],
        key=f"{made.key}:{way.channel}" + (f":{part}" if part > 1 else ""),
        not_before=held,
        lines=lines,
        count=len(rows),
        breaches=len(breaches),
        first=rows[0],
        at=held or at,
        ack_url=ack_url(made) if way.channel == "email" and any(row.needs_ack for row in rows) else "",
    )


def bare(telling: Telling, way: Recipient, *, at: datetime) -> Draft:
    """Return an alert in words that need no template, for when its own cannot be written: a breach must be told."""
    row, ticket = telling.alert, telling.ticket
    what = "QUA HAN" if row.is_breach else "SAP DEN HAN"
    text = f"{what}: {ticket.code}, {office_time(row.due_at, _zone(ticket.agency.timezone))}."
    return Draft(
        key=f"{row.key}:{way.channel}",
        owner=f"agency:{ticket.agency_id}",
        subject=ticket.key,
        cause=CAUSES[row.is_breach],
        channel=way.channel,
        recipient=way.key,
        destination=way.destination,
        title=text if way.channel == "email" else "",
        text=text,
        language=way.language,
    )


def ack_url(row: Alert | Digest) -> str:
    """Return the address of the page that acknowledges."""
    return f"{settings.PUBLIC_BASE_URL}/ack/{token(row)}/"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)
