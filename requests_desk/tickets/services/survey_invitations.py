"""Ask a requester, once, how they found the answer: on the next working morning, by the way the answer went.

Whoever has no such way may rate it all the same: the link stands on the status page of every request that is open
to be rated.
"""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from notifications.outbox import Draft
from requests_desk.people import identifiers
from requests_desk.people.models import Agency
from requests_desk.tickets import texts
from requests_desk.tickets.models import Reply, Requester, Survey, Ticket
from requests_desk.tickets.services import ledger, outbox, policy_choice, standing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.sms_cap import SmsCaps
from requests_desk.tickets.survey_words import SurveySkipped
from requests_desk.tickets.words import SEALED_KINDS, Ending, ReplyChannel

log = logging.getLogger(__name__)
OPEN_FOR = timedelta(days=30)
# One requester is asked at most once in so long, however many answers they get.
RESPITE = timedelta(days=14)
AT_ONCE = 500
# Who got a letter, or came to the counter, is asked by nothing but the status page.
CHANNELS = {ReplyChannel.EMAIL: "email", ReplyChannel.CALL: "sms"}
NOT_ASKED = frozenset({Ending.SPAM, Ending.WITHDRAWN, Ending.MERGED, Ending.UNREACHABLE})


def plan(ticket: Ticket, reply: Reply, *, at: datetime) -> None:
    """Note that the answer to a ticket the caller holds locked is to be rated; once, however often it is answered."""
    if _is_sealed(ticket):
        return
    channel = CHANNELS.get(ReplyChannel(reply.channel), "")
    planned = Survey(ticket=ticket, channel=channel, ask_at=_next_morning(ticket.agency, at=at))
    Survey.objects.bulk_create([planned], ignore_conflicts=True)


def open_link(pk: int | None, *, digest: str | None, expires_at: datetime | None, at: datetime) -> str:
    """Return the secret of the link that a survey is open under at `at`, "" where none is.

    It is drawn anew each time and kept nowhere; one given out before links were drawn so is not known any more.
    """
    if pk is None or expires_at is None or expires_at <= at:
        return ""
    token = _token(pk)
    return token if identifiers.token_digest(token) == digest else ""


def _token(pk: int) -> str:
    return identifiers.token_for(f"rate:{pk}")


def due(*, at: datetime) -> QuerySet[Survey]:
    """Return the surveys of which it is to be decided now whether to ask."""
    return Survey.objects.filter(ask_at__lte=at)


def ask_due(*, at: datetime) -> None:
    """Ask those whose morning has come; what was put off by an outage is asked in office hours all the same."""
    for pk in due(at=at).order_by("ask_at").values_list("pk", flat=True)[:AT_ONCE]:
        try:
            _ask(pk, at=at)
        except Exception:
            log.exception("cannot ask for survey %s", pk)


@transaction.atomic
def _ask(pk: int, *, at: datetime) -> None:
    rows = Ticket.objects.filter(survey=pk).select_related("agency", "unit", "officer", "requester")
    ticket = rows.select_for_update(of=("self",), skip_locked=True).first()
    survey = due(at=at).filter(pk=pk).first() if ticket else None
    if ticket is None or survey is None:
        return  # somebody writes to it, or another sweep was here: the next one looks again
    opens_at = policy_choice.next_opening(ticket.agency, at)
    if opens_at and opens_at > at:
        survey.ask_at = opens_at
        survey.save(update_fields=["ask_at"])
    elif not survey.answered_at and ticket.ending not in NOT_ASKED and standing.answered_at(ticket) is None:
        survey.delete()  # it was taken up again, or its answer came back: the next answer plans anew
    else:
        _decide(ticket, survey, at=at)


def _decide(ticket: Ticket, survey: Survey, *, at: datetime) -> None:
    survey.ask_at = None
    survey.skipped = _why_not(ticket, survey, at=at)
    if survey.skipped:
        survey.save(update_fields=["ask_at", "skipped"])
        return
    token = _token(survey.pk)
    caps = SmsCaps(at=at)
    draft = _draft(ticket, survey.channel, caps, token=token)
    survey.channel = draft.channel if draft else ""
    survey.invited_at, survey.expires_at, survey.digest = at, at + OPEN_FOR, identifiers.token_digest(token)
    survey.save(update_fields=["channel", "ask_at", "skipped", "invited_at", "expires_at", "digest"])
    asked = {"channel": survey.channel or "status_page"}
    ledger.append([Line(ticket, "survey_invited", asked)], actor=None, at=at)
    outbox.post([draft, *caps.spend(ticket.agency, [draft])] if draft else [], at=at)


def _draft(ticket: Ticket, channel: str, caps: SmsCaps, *, token: str) -> Draft | None:
    if channel == "sms" and caps.is_spent(ticket.agency):
        return None
    return texts.survey(ticket, channel, token=token)


def _why_not(ticket: Ticket, survey: Survey, *, at: datetime) -> str:
    if _is_sealed(ticket) or ticket.ending in NOT_ASKED:
        return SurveySkipped.ENDED_OTHERWISE
    if survey.answered_at:
        return SurveySkipped.ANSWERED
    if not ticket.agency.invites_ratings:
        return SurveySkipped.SWITCHED_OFF
    if not survey.channel:
        return ""  # nothing is sent, so nobody is asked too often
    # Two requests of one requester at one moment pass in turn.
    Requester.objects.select_for_update().get(pk=ticket.requester_id)
    asked = Survey.objects.filter(ticket__requester=ticket.requester_id, invited_at__gt=at - RESPITE)
    return SurveySkipped.ASKED_LATELY if asked.exclude(channel="").exists() else ""


def _is_sealed(ticket: Ticket) -> bool:
    return ticket.sealed or ticket.kind in SEALED_KINDS


def _next_morning(agency: Agency, *, at: datetime) -> datetime:
    zone = ZoneInfo(agency.timezone)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), tzinfo=zone)
    return policy_choice.next_opening(agency, midnight) or at + timedelta(days=1)
