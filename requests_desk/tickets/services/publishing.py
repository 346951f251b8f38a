"""Make of a request's answer one for everybody; what is sealed never becomes one (P13)."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from requests_desk.library.models import Answer
from requests_desk.library.personal_data import Known
from requests_desk.library.services import answers
from requests_desk.library.services.answers import Texts
from requests_desk.people.models import Agency, User
from requests_desk.tickets.models import Publication, Reply, Reuse, Ticket
from requests_desk.tickets.services import refusing
from requests_desk.tickets.words import MISSED_CALLS

_LINK = re.compile(r"/answers/(\d{1,18})[-/]")


@transaction.atomic
def begin(ticket: Ticket, texts: Texts, *, by: User, at: datetime) -> Answer:
    """Keep a draft written from a request. Raises answers.Refused, refusing.NotNow where the request is sealed."""
    # Under the lock: a request being sealed this moment must not be published behind it (P13).
    require_open(Ticket.objects.select_for_update().get(pk=ticket.pk))
    answer = answers.write(ticket.agency, texts, by=by, at=at)
    Publication.objects.create(ticket=ticket, answer=answer)
    return answer


@transaction.atomic
def submit(answer: Answer, *, looked: str, by: User, at: datetime) -> Answer:
    """Lay an answer before whoever may publish it. Raises as the library does, refusing.NotNow where it is sealed."""
    return answers.submit(answer, known=_open_and_known(answer), looked=looked, by=by, at=at)


@transaction.atomic
def publish(answer: Answer, *, looked: str, by: User, at: datetime, seen: int | None = None) -> Answer:
    """Let everybody read an answer. Raises as the library does, refusing.NotNow where its request is sealed."""
    return answers.publish(answer, known=_open_and_known(answer), looked=looked, by=by, at=at, seen=seen)


@transaction.atomic
def correct(
    answer: Answer, texts: Texts, note: str, *, looked: str, by: User, at: datetime, seen: int | None = None
) -> Answer:
    """Put a published answer right. Raises as the library does."""
    known = _open_and_known(answer)
    return answers.correct(answer, texts, note, known=known, looked=looked, by=by, at=at, seen=seen)


def withdraw(answer: Answer, reason: str, *, by: User, at: datetime) -> Answer:
    """Take an answer down. Raises as the library does."""
    return answers.withdraw(answer, reason, known=known_of(answer), by=by, at=at)


def take_down(ticket: Ticket, *, by: User | None, at: datetime) -> None:
    """Take down whatever was published from a request that is being sealed, and its drafts with it."""
    standing = Publication.objects.filter(ticket=ticket, answer__withdrawn_at__isnull=True)
    for publication in standing.select_related("answer"):
        answers.withdraw(publication.answer, _("Taken down by the department."), by=by, at=at)


def count_reuse(reply: Reply) -> None:
    """Count the published answers whose address stands in a reply that goes: once each, however often it is sent."""
    if reply.call_outcome in MISSED_CALLS:
        return
    said = f"{reply.text}\n{reply.said}\n{reply.done}"
    named = {int(pk) for pk in _LINK.findall(said)}
    known = Answer.objects.filter(pk__in=named, agency=reply.ticket.agency_id) if named else Answer.objects.none()
    new = [pk for pk in known.values_list("pk", flat=True) if Reuse.objects.get_or_create(reply=reply, answer_id=pk)[1]]
    answers.count_reuse(new)


def text_to_insert(answer: Answer, *, language: str = "vi") -> str:
    """Return what a reply gets of a published answer: its text, and where everybody reads it (P3)."""
    with translation.override(language):
        address = _("See also: %(address)s") % {"address": f"{settings.PUBLIC_BASE_URL}{answer.path}"}
    return f"{answer.answer}\n\n{address}"


def known_of(answer: Answer) -> Known:
    """Return what is on file of who asked, for the answers that came of a request, and what is the office's own."""
    publication = Publication.objects.select_related("ticket__requester", "ticket__agency").filter(answer=answer.pk)
    found = publication.first()
    return known_of_ticket(found.ticket) if found else own_of(answer.agency)


def known_of_ticket(ticket: Ticket) -> Known:
    """Return what is on file of who made a request, and what is the office's own."""
    requester = ticket.requester
    numbers = [phone.typed for phone in requester.phones.all()] + [requester.tax_code]
    names = tuple(text for text in (requester.organisation, requester.name, requester.address) if text)
    return own_of(ticket.agency)._replace(names=names, numbers=tuple(text for text in numbers if text))


def own_of(agency: Agency) -> Known:
    """Return what is the office's own and may stand: its hotline and addresses."""
    return Known(own=tuple(text for text in (agency.hotline, agency.email, agency.reply_address) if text))


def require_open(ticket: Ticket) -> None:
    """Make sure that a request may be published at all. Raises refusing.NotNow."""
    if ticket.sealed:
        raise refusing.NotNow("sealed", _("A sealed request is never published."))


def _open_and_known(answer: Answer) -> Known:
    publication = Publication.objects.select_related("ticket").filter(answer=answer.pk).first()
    if publication:
        require_open(publication.ticket)
    return known_of(answer)
