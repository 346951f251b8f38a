"""Keep what a requester says of the answer they got; a report of harassment goes sealed to the leadership (P13)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Survey, Ticket
from requests_desk.tickets.services import cycles, intake, ledger, locking, refusing, requesters
from requests_desk.tickets.services.cycles import Words
from requests_desk.tickets.services.incoming import Request
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.services.sealing import Hidden
from requests_desk.tickets.survey_words import Attitude, Satisfaction, Substance, SurveyWay, Timeliness
from requests_desk.tickets.words import FINAL_REPLIES, SEALED_KINDS, Channel, Kind

LISTS = {"overall": Satisfaction, "timeliness": Timeliness, "substance": Substance, "attitude": Attitude}
KEPT = ("overall", "timeliness", "substance", "attitude", "comment")
CHANNELS = {SurveyWay.ONLINE: Channel.QNA, SurveyWay.PAPER: Channel.LETTER, SurveyWay.PHONE: Channel.HOTLINE}


class Refused(refusing.Refused):
    """The answer cannot be kept so. `fields` says what to change; nothing was saved."""


class Closed(LookupError):
    """Nothing is open under this link: it was never given out, or its time is over, and nobody is told which."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was ticked and written; only `overall` must be there. `harassment` holds words for the leadership alone."""

    overall: str
    timeliness: str = ""
    substance: str = ""
    attitude: str = ""
    harassed: bool = False
    harassment: str = ""
    comment: str = ""


def by_token(token: str, *, at: datetime) -> Survey:
    """Return the survey that a link opens. Raises Closed, after the same one query whatever is wrong with it."""
    rows = Survey.objects.select_related("ticket__agency", "ticket__requester", "ticket__unit")
    found = rows.filter(digest=identifiers.token_digest(token), expires_at__gt=at).first()
    if found is None:
        raise Closed
    return found


def answer(token: str, answers: Answers, *, at: datetime) -> Survey:
    """Keep what the holder of a link says. Sent again, the newest takes the place of what stood; it is counted once.

    Raises Closed, Refused with what to change, identifiers.BadText.
    """
    answers = _checked(answers)
    with transaction.atomic():
        survey = by_token(token, at=at)
        ticket = locking.lock(survey.ticket, seen_seq=None, by=None)
        return _keep(ticket, answers, SurveyWay.ONLINE, link=token, by=None, at=at)


def report_token(survey: Survey, link: str) -> str:
    """Return the secret link of the report that the holder of a survey's link made, "" where they made none."""
    token = _report_token(link)
    links = survey.report.status_links if survey.report else None
    is_theirs = links and links.filter(digest=identifiers.token_digest(token), revoked_at=None).exists()
    return token if is_theirs else ""


def enter(ticket: Ticket, answers: Answers, *, way: str, by: User, at: datetime) -> Survey:
    """Keep what was answered on paper or by phone, marked so, with who entered it.

    Raises access.Denied to whoever handled the request, refusing.NotNow before an answer or after the requester's own,
    Refused, identifiers.BadText.
    """
    if way not in (SurveyWay.PAPER, SurveyWay.PHONE):
        raise Refused({"way": [_("Please choose.")]})
    answers = _checked(answers)
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=None, by=by)
        require_enterable(ticket, by=by)
        return _keep(ticket, answers, SurveyWay(way), link="", by=by, at=at)


def require_enterable(ticket: Ticket, *, by: User) -> None:
    """Raise access.Denied or refusing.NotNow where somebody may not enter an answer for a ticket now."""
    handled = set(ticket.replies.values_list("author", flat=True)) | {ticket.officer_id}
    if Right.SURVEY not in access.rights_on(by, ticket) or by.pk in handled:
        raise access.Denied(_("Whoever handled a request does not enter what its requester says of that."))
    if ticket.sealed or ticket.kind in SEALED_KINDS:
        raise refusing.NotNow("sealed", _("A sealed request is not rated."))
    if not ticket.replies.filter(kind__in=FINAL_REPLIES, reached_at__isnull=False).exists():
        raise refusing.NotNow("not_answered_yet", _("No final reply reached the requester before this."))
    if Survey.objects.filter(ticket=ticket, way=SurveyWay.ONLINE).exists():
        raise refusing.NotNow("answered_online", _("The requester has answered online; that stands."))


def _checked(answers: Answers) -> Answers:
    wrong = {
        name: [_("Please choose.")]
        for name, known in LISTS.items()
        if getattr(answers, name) not in known.values and (name == "overall" or getattr(answers, name))
    }
    if wrong:
        raise Refused(wrong)
    words = {name: identifiers.clean_text(getattr(answers, name)) for name in ("harassment", "comment")}
    return Answers(**{**asdict(answers), **words})


def _keep(ticket: Ticket, answers: Answers, way: SurveyWay, *, link: str, by: User | None, at: datetime) -> Survey:
    survey, _is_new = Survey.objects.select_for_update(of=("self",)).get_or_create(ticket=ticket)
    if answers.harassed or answers.harassment:
        survey.report = _report(ticket, survey.report, answers.harassment, way, link=link, by=by, at=at)
        survey.save(update_fields=["report"])
    said = {name: getattr(answers, name) for name in KEPT}
    if survey.answered_at and survey.way == way and said == {name: getattr(survey, name) for name in KEPT}:
        return survey  # the very same once more
    for name, value in said.items():
        setattr(survey, name, value)
    survey.answered_at, survey.way, survey.entered_by, survey.unit = at, way, by, ticket.unit
    survey.save(update_fields=["answered_at", "way", "entered_by", "unit", *KEPT])
    digest = identifiers.text_digest(json.dumps(said, sort_keys=True))
    facts = {"survey": survey.pk, "way": str(way), "answers_digest": digest}
    ledger.append([Line(ticket, "survey_answered", facts)], actor=by, at=at)
    return survey


def _report(
    ticket: Ticket, earlier: Ticket | None, words: str, way: SurveyWay, *, link: str, by: User | None, at: datetime
) -> Ticket:
    """Make a sealed request of what was reported, hidden from who handled the ticket; said again, add it there.

    Nothing in the history of the ticket tells of it, and it names the ticket in its text alone: those who handled
    that read the one and must not guess the other (P13).
    """
    if earlier is not None:
        if words and words not in earlier.text and not earlier.messages.filter(text=words).exists():
            cycles.message_received(earlier, Words(words, CHANNELS[way]), by=by, at=at)
        return earlier
    with translation.override(settings.LANGUAGE_CODE):
        said = _("Answer to the survey about request %(code)s: there was trouble-making or harassment.")
    request = Request(
        channel=CHANNELS[way],
        text="\n\n".join(filter(None, [said % {"code": ticket.code}, words])),
        asked=requesters.asked(ticket.requester),
        kind=Kind.HARASSMENT,
        language=ticket.language,
        items=(),
    )
    token = _report_token(link) if link else ""
    hidden = Hidden([ticket.unit] if ticket.unit else [], _handled_by(ticket))
    return intake.log(ticket.agency, request, by=by, at=at, token=token, hidden=hidden).ticket


def _report_token(link: str) -> str:
    return identifiers.token_for(f"survey:{link}")


def _handled_by(ticket: Ticket) -> list[User]:
    return list(User.objects.filter(pk__in={ticket.officer_id, *ticket.replies.values_list("author", flat=True)}))
