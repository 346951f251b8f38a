"""What comes in, before it is a ticket: cleaned, checked against P1, and what looks odd about it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.identifiers import Oddity
from requests_desk.people.models import Agency, Unit, User
from requests_desk.tickets.access import RIGHTS, Right, memberships
from requests_desk.tickets.models import Field
from requests_desk.tickets.services import items, policy_choice, refusing
from requests_desk.tickets.words import Channel, Entry, Kind, Priority
from sla import worktime

FREE_BACKDATING = timedelta(minutes=15)
OFFICERS_BACKDATING = timedelta(days=7)
# A caller's clock may run a little ahead of ours: that is now, not the future.
CLOCKS_DIFFER = timedelta(minutes=1)
LIMITS = {
    "name": 200,
    "organisation": 300,
    "tax_code": 20,
    "email": 254,
    "address": 300,
    "received_reason": 500,
    "field": 64,
    "submission": 100,
    "reply_by": 16,
    "external_number": 64,
    "arrival_number": 64,
    "phone": 200,
}
MOST_PHONES = 10
TYPED = ("text", "received_reason", "field", "submission", "reply_by", "external_number", "arrival_number")
# Ten years: beyond it a date is a slip of the keyboard, and no other body plans so far.
LONGEST_LIMIT = timedelta(days=3653)
# Where the arithmetic of deadlines begins.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class Refused(refusing.Refused):
    """The request cannot be taken as it is. `fields` says of each what to change; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, as typed."""

    name: str = ""
    organisation: str = ""
    tax_code: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What came in through a door. `received_at` None means: this very moment.

    `arrived_date` is the day of an arrival stamp that names no hour: it counts from that day's opening (P1).
    `consent` names the text on the use of their data that the requester agreed to.
    `items` None: its questions are told apart as they are numbered; empty: it asks one thing.
    """

    channel: str
    text: str
    asked: Asked = field(default_factory=Asked)
    kind: str = Kind.INFORMATION
    field: str = ""
    priority: str = Priority.NORMAL
    received_at: datetime | None = None
    received_reason: str = ""
    wanted_by: datetime | None = None
    external_deadline: datetime | None = None
    external_number: str = ""
    arrival_number: str = ""
    arrived_date: date | None = None
    entry: str = ""
    reply_by: str = ""
    unit: Unit | None = None
    language: str = "vi"
    consent: str = ""
    submission: str = ""
    items: tuple[str, ...] | None = None


def checked(agency: Agency, request: Request, *, by: User | None, at: datetime) -> Request:
    """Return `request` cleaned. Raises Refused with every problem at once, so that a form is corrected in one go."""
    problems: dict[str, list[str]] = {}
    texts = _clean(
        {name: getattr(request, name) for name in TYPED},
        problems,
    )
    who = _clean(
        {name: getattr(request.asked, name) for name in ("name", "organisation", "tax_code", "email", "address")},
        problems,
    )
    phones = _phones(request.asked.phones, problems)
    if texts.get("text") == "":
        problems["text"] = [_("Please say what is asked.")]
    if request.channel not in Channel.values:
        problems["channel"] = [_("This channel is not known.")]
    if request.kind not in Kind.values:
        problems["kind"] = [_("This kind is not known.")]
    if request.priority not in Priority.values:
        problems["priority"] = [_("This priority is not known.")]
    if request.language not in dict(settings.LANGUAGES):
        problems["language"] = [_("This language is not known.")]
    if request.unit is not None and request.unit.agency_id != agency.pk:
        problems["unit"] = [_("This unit does not belong to the agency.")]
    told_apart = _items(request.items, problems)
    if request.entry and request.entry not in Entry.values:
        problems["entry"] = [_("This way of taking it down is not known.")]
    received_at = request.received_at
    if received_at is None and (far := _far(request.arrived_date, at=at)):
        problems["arrived_date"] = far
    elif received_at is None:
        received_at = _opening(agency, request.arrived_date, at=at)
    if received_at is not None:
        received_at = at if at < received_at <= at + CLOCKS_DIFFER else received_at
        problems |= _backdating(agency, received_at, texts.get("received_reason", ""), by=by, at=at)
    problems |= _external(request.external_deadline, received_at or at)
    if problems:
        raise Refused(problems)
    asked = replace(request.asked, phones=phones, **who)
    return replace(request, asked=asked, received_at=received_at, items=told_apart, **texts)  # type: ignore[arg-type]  # texts all


def submission_of(request: Request) -> str:
    """Return the key of a submission, cleaned, so that it may be looked for. Raises Refused."""
    problems: dict[str, list[str]] = {}
    cleaned = _clean({"submission": request.submission}, problems)
    if problems:
        raise Refused(problems)
    return cleaned["submission"]


def digest(request: Request) -> str:
    """Return a keyed digest of a submission as it was sent: the same key with other content is another request."""
    unit = request.unit.pk if request.unit else None
    # The unit by its number: a row cannot be written as JSON, and its name may change between two sendings.
    carried = [asdict(replace(request, unit=None)), unit]
    return identifiers.text_digest(json.dumps(carried, default=str, sort_keys=True))


def oddities(agency: Agency, request: Request) -> list[Oddity]:
    """Return what to ask the requester again. None of it stops a request."""
    phones = [phone for typed in request.asked.phones for phone in identifiers.read_phones(typed)]
    odd = [phone.oddity for phone in phones] + [
        identifiers.tax_code_oddity(request.asked.tax_code),
        _odd_email(request.asked.email),
    ]
    if request.field and not Field.objects.filter(agency=agency, code=request.field).exists():
        odd.append(
            Oddity(
                "field_unknown",
                "field",
                _("“%(field)s” is not among the fields of this agency.") % {"field": request.field},
            )
        )
    return [oddity for oddity in odd if oddity]


def _odd_email(email: str) -> Oddity | None:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        return Oddity("email", "email", _("The e-mail address is not valid: nothing can be sent to it."))
    return None


def _far(day: date | None, *, at: datetime) -> list[str]:
    """Return what is wrong with a stamp of another age: no calendar reaches there, so it is not even computed."""
    if day is not None and day < EARLIEST.date():
        return [_("The time of receipt lies too far back.")]
    if day is not None and day > at.date() + timedelta(days=2):  # further than any zone is ahead of UTC
        return [_("The time of receipt lies in the future.")]
    return []


def _opening(agency: Agency, day: date | None, *, at: datetime) -> datetime | None:
    """Return the instant a stamp without an hour means (P1): the day's opening, its first minute on a day off.

    Today's opening may still lie ahead: then it is now.
    """
    if day is None:
        return None
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(agency.timezone))
    calendar = worktime.Calendar.from_json(policy_choice.calendar_of(agency))
    opening = worktime.next_open(calendar, midnight)
    meant = opening if opening.astimezone(midnight.tzinfo).date() == day else midnight
    return min(meant, at) if day == at.astimezone(midnight.tzinfo).date() else meant


def _backdating(
    agency: Agency, received_at: datetime, reason: str, *, by: User | None, at: datetime
) -> dict[str, list[str]]:
    """Hold an officer to P1. A door without a person (`by` None) reports the moment it saw, however long ago."""
    back = at - received_at
    if received_at < EARLIEST:
        return {"received_at": [_("The time of receipt lies too far back.")]}
    if back < timedelta(0):
        return {"received_at": [_("The time of receipt lies in the future.")]}
    # Who logs while the caller speaks is minutes late as a matter of course (P1).
    if by is None or back <= FREE_BACKDATING:
        return {}
    if not reason:
        return {"received_reason": [_("Received more than 15 minutes ago: please say why it is logged only now.")]}
    held = {right for m in memberships(by) if m.agency_id == agency.pk for right in RIGHTS[m.role]}
    if back > OFFICERS_BACKDATING and Right.BACKDATE not in held:
        return {"received_at": [_("Received more than seven days ago: only a head of unit or above may log this.")]}
    return {}


def _external(deadline: datetime | None, received_at: datetime) -> dict[str, list[str]]:
    if deadline is None:
        return {}
    if deadline <= received_at:
        return {"external_deadline": [_("The deadline set from outside must lie after the time of receipt.")]}
    if deadline - received_at > LONGEST_LIMIT:
        return {"external_deadline": [_("The deadline set from outside lies too far ahead.")]}
    return {}


def _items(given: tuple[str, ...] | None, problems: dict[str, list[str]]) -> tuple[str, ...] | None:
    try:
        return None if given is None else items.checked(given)
    except items.Refused as error:
        problems.update(error.fields)
        return None


def _phones(typed: tuple[str, ...], problems: dict[str, list[str]]) -> tuple[str, ...]:
    if len(typed) > MOST_PHONES:
        problems["phones"] = [_("At most %(count)s phone numbers can be kept.") % {"count": MOST_PHONES}]
        return ()
    kept = []
    for phone in typed:
        try:
            kept.append(identifiers.clean_text(phone, limit=LIMITS["phone"]))
        except identifiers.BadText as error:
            problems["phones"] = [str(error)]
    return tuple(kept)


def _clean(texts: dict[str, str], problems: dict[str, list[str]]) -> dict[str, str]:
    cleaned = {}
    for name, text in texts.items():
        try:
            cleaned[name] = identifiers.clean_text(text, limit=LIMITS.get(name, identifiers.TEXT_LIMIT))
        except identifiers.BadText as error:
            problems[name] = [str(error)]
    return cleaned
