"""Is this reply whole? P5's needs, read from the tables of `rules`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from notifications import channels
from requests_desk.library.queries import documents
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access, blanks, rules, texts
from requests_desk.tickets.models import Attachment, Reply, Ticket
from requests_desk.tickets.services import due, items, ready_texts, refusing, sms_cap
from requests_desk.tickets.services.incoming import FREE_BACKDATING
from requests_desk.tickets.words import MISSED_CALLS, CallOutcome, Reason, ReplyChannel, ReplyKind, ReplyState
from sla import worktime
from sla.policies import Policy

if TYPE_CHECKING:
    from requests_desk.tickets.services.replies import Draft

TEXTS = ("text", "done", "contact", "ground", "receiving_body", "spoke_to", "said", "document_number")
# These may hold blanks of a ready text.
BLANKS_IN = ("text", "done", "said")
LIMITS = {"contact": 200, "ground": 300, "receiving_body": 200, "spoke_to": 200, "document_number": 64}
CHOICES = {"kind": ReplyKind, "channel": ReplyChannel, "reason": Reason, "call_outcome": CallOutcome}


class Refused(refusing.Refused):
    """The reply is not whole. `fields` says of each what to change; nothing was saved or sent."""


def checked(
    ticket: Ticket, draft: Draft, *, by: User, at: datetime, is_plan: bool = False, cycle: int | None = None
) -> Draft:
    """Return the draft cleaned, with the questions it settles. Raises Refused with every problem at once.

    A plan, which waits for approval, needs its text but not yet the proof that it went. `cycle` is that of a reply
    written before, the current one for any other.
    """
    draft, problems = _cleaned(draft)
    draft, unfilled = _filled(ticket, draft, by=by, at=at)
    problems |= unfilled
    draft, wrong = _of_items(ticket, draft, cycle=cycle or ticket.cycle)
    problems |= wrong | _documents(draft)
    if not problems:
        problems |= {name: [_("This is needed.")] for name in _missing(draft, is_plan=is_plan)}
        problems |= _moment(ticket, draft, by=by, at=at)
        problems |= _way(ticket, draft, at=at)
        if draft.kind == ReplyKind.INTERIM and draft.promised_at and "promised_at" not in problems:
            problems |= _promise(ticket, draft.promised_at, by=by, at=at)
    if problems:
        raise Refused(problems)
    return draft


def require_room(draft: Draft, files: Sequence[Attachment]) -> None:
    """Hold a mail's files to what relays take, and to what was scanned. Raises Refused."""
    if draft.channel != ReplyChannel.EMAIL:
        return
    most = settings.ATTACHMENT_MAIL_BYTES
    if sum(file.size for file in files) > most:
        said = _("Together the files are larger than a mail may be: %(most)s.") % {"most": filesizeformat(most)}
        raise Refused({"files": [said]})
    if not all(file.is_open for file in files):
        raise Refused({"files": [_("The virus scanner is away: a file that was not scanned cannot go by mail.")]})


def require_still(ticket: Ticket, draft: Draft, *, at: datetime) -> None:
    """Ask again, as a reply that waited goes, what may have changed since it was written. Raises Refused."""
    problems = _way(ticket, draft, at=at)
    if draft.promised_at and draft.promised_at <= at:
        problems |= {"promised_at": [_("The promised time lies in the past.")]}
    if problems:
        raise Refused(problems)


def promise_cap(ticket: Ticket, *, at: datetime) -> datetime:
    """Return the latest instant an interim sent at `at` may promise: closing of the last working day allowed (P5)."""
    clock = due.reply_clock(ticket)
    policy = Policy.from_json(clock.policy_version.document)
    calendar = worktime.Calendar.from_json(clock.calendar_version.document)
    return worktime.add_working_days(calendar, at, policy.promise_cap_days)


def closing_of(ticket: Ticket, day: date) -> datetime:
    """Return the instant a picked day means: its closing, or its end where the office does not open (P5)."""
    clock = due.reply_clock(ticket)
    calendar = worktime.Calendar.from_json(clock.calendar_version.document)
    end_of_day = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(ticket.agency.timezone))
    return worktime.last_closing(calendar, day) or end_of_day


def _cleaned(draft: Draft) -> tuple[Draft, dict[str, list[str]]]:
    problems: dict[str, list[str]] = {}
    values = {}
    for name in TEXTS:
        try:
            values[name] = identifiers.clean_text(getattr(draft, name), limit=LIMITS.get(name, identifiers.TEXT_LIMIT))
        except identifiers.BadText as error:
            problems[name] = [str(error)]
    for name, words in CHOICES.items():
        value = getattr(draft, name)
        if value not in words.values and (value or name in ("kind", "channel")):
            problems[name] = [_("“%(value)s” is not one of the choices.") % {"value": value}]
    if draft.channel != ReplyChannel.CALL:
        values["call_outcome"] = ""  # what nobody called about must not excuse a reply from what it needs
    return replace(draft, **values), problems  # type: ignore[arg-type]  # texts all


def _filled(ticket: Ticket, draft: Draft, *, by: User, at: datetime) -> tuple[Draft, dict[str, list[str]]]:
    """Return the draft with the blanks of its texts filled in, and where some are left: those never go out."""
    with_blanks = {name: text for name in BLANKS_IN if blanks.left(text := getattr(draft, name))}
    if not with_blanks:
        return draft, {}
    said = {name: getattr(draft, name) for name in draft.__slots__}
    known = ready_texts.known(ticket, said, by=by, at=at)
    texts = {name: blanks.filled(text, known) for name, text in with_blanks.items()}
    left = {name: found for name, text in texts.items() if (found := ready_texts.missing(text))}
    return replace(draft, **texts), left  # type: ignore[arg-type]  # texts all


def _missing(draft: Draft, *, is_plan: bool) -> list[str]:
    if is_plan and not draft.call_outcome:
        return [name for name in ("text", *rules.REPLY_NEEDS[draft.kind]) if not getattr(draft, name)]
    needs = list(rules.CHANNEL_NEEDS[draft.channel])
    if draft.call_outcome not in MISSED_CALLS:
        needs += rules.REPLY_NEEDS[draft.kind]
        needs += rules.REACHED_CALL_NEEDS if draft.channel == ReplyChannel.CALL else ()
    return [name for name in needs if not getattr(draft, name)]


def _documents(draft: Draft) -> dict[str, list[str]]:
    """Only what everybody may read goes with a reply: a document taken off meanwhile does not."""
    if len(documents.published_of(draft.documents)) == len(set(draft.documents)):
        return {}
    return {"documents": [_("A document you chose is not published, or no longer: please take it away.")]}


def _of_items(ticket: Ticket, draft: Draft, *, cycle: int) -> tuple[Draft, dict[str, list[str]]]:
    """Return the draft with the numbers of the questions it settles, and what is wrong with them (P5)."""
    if draft.kind == ReplyKind.INTERIM:
        said = {"items": [_("An interim reply settles no question: it says when the answer comes.")]}
        return replace(draft, items=()), said if draft.items else {}
    asked = list(ticket.items.filter(cycle=cycle).order_by("number"))
    if draft.items is None:
        return replace(draft, items=tuple(items.unspoken(ticket, asked))), {}
    unknown = sorted(set(draft.items) - {item.number for item in asked})
    if unknown:
        return draft, {"items": [_("This request has no question %(number)s.") % {"number": unknown[0]}]}
    if not draft.items and any(not item.result for item in asked):
        return draft, {"items": [_("Please choose the questions this reply settles.")]}
    return replace(draft, items=tuple(sorted(set(draft.items)))), {}


def _moment(ticket: Ticket, draft: Draft, *, by: User, at: datetime) -> dict[str, list[str]]:
    """A call or hand-over happened after the request came, is not to come, and is written down soon (P1, P3)."""
    happened_at = draft.happened_at
    if happened_at is None:
        return {}
    if happened_at > at:
        return {"happened_at": [_("This moment lies in the future.")]}
    if happened_at < due.reply_clock(ticket).started_at:
        return {"happened_at": [_("This moment lies before the request was received.")]}
    if at - happened_at > FREE_BACKDATING and access.Right.BACKDATE not in access.rights_on(by, ticket):
        return {"happened_at": [_("More than 15 minutes ago: only a head of unit or above may log this afterwards.")]}
    return {}


def _way(ticket: Ticket, draft: Draft, *, at: datetime) -> dict[str, list[str]]:
    """A reply by a channel that nothing serves is refused with what to do (N8)."""
    if draft.channel == ReplyChannel.SMS:
        return {"channel": [said]} if (said := _no_sms(ticket, draft, at=at)) else {}
    if draft.channel != ReplyChannel.EMAIL:
        return {}
    if channels.availability("email") == "unavailable":
        return {
            "channel": [
                _("E-mail is not set up here. Reply by phone, letter or at the counter, or ask the administrator.")
            ]
        }
    if not channels.get("email").accepts(ticket.requester.email):
        return {"channel": [_("The requester has no usable e-mail address. Reply by phone, letter or at the counter.")]}
    return {}


def _no_sms(ticket: Ticket, draft: Draft, *, at: datetime) -> str:
    """Return why no SMS goes, "" where one does: it tells of an interim reply that stands on the status page (P3)."""
    if draft.kind != ReplyKind.INTERIM:
        return _("Only a notice of progress goes by SMS. Reply by mail, phone, letter or at the counter.")
    if channels.availability("sms") == "unavailable":
        return _("SMS is not set up here. Reply by mail, phone, letter or at the counter, or ask the administrator.")
    if not texts.mobile_of(ticket.requester):
        return _("The requester has no mobile number. Reply by mail, phone, letter or at the counter.")
    if sms_cap.SmsCaps(at=at).is_spent(ticket.agency):
        return _("The SMS of this month are used up. Reply by mail, phone, letter or at the counter.")
    return ""


def _promise(ticket: Ticket, promised_at: datetime, *, by: User, at: datetime) -> dict[str, list[str]]:
    if promised_at <= at:
        return {"promised_at": [_("The promised time lies in the past.")]}
    cap = promise_cap(ticket, at=at)
    if promised_at > cap:
        local = cap.astimezone(ZoneInfo(ticket.agency.timezone))
        return {
            "promised_at": [_("Too late: at the latest %(cap)s may be promised.") % {"cap": f"{local:%H:%M %d/%m/%Y}"}]
        }
    clock = due.reply_clock(ticket)
    free = Policy.from_json(clock.policy_version.document).interims_before_leader
    # One that waits to go, or is still on its way, counts: three sent in a row are three.
    standing = Q(state=ReplyState.WAITING) | Q(deliveries__isnull=False, deliveries__failed_at__isnull=True)
    interims = Reply.objects.filter(standing, ticket=ticket, cycle=ticket.cycle, kind=ReplyKind.INTERIM)
    earlier = interims.distinct().count()
    if earlier >= free and access.Right.THIRD_INTERIM not in access.rights_on(by, ticket):
        return {
            "kind": [
                _("This would be interim reply number %(number)s: it needs the leadership.") % {"number": earlier + 1}
            ]
        }
    return {}
