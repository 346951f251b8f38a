"""Answers as the desk sees them: drafts too, but none whose request is sealed (P13)."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from requests_desk.library.models import Answer, AnswerState
from requests_desk.library.queries import answers
from requests_desk.people.models import Agency, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Field, Publication, Ticket
from requests_desk.tickets.words import ReplyKind

SHOWN = 5
PAGE = 50


def visible(user: User | AnonymousUser) -> QuerySet[Answer]:
    """Return the answers of the agencies a person works in, without those of sealed requests."""
    sealed = Publication.objects.filter(answer=OuterRef("pk"), ticket__sealed=True)
    # Even its draft is hidden: its words are those of a sealed request (P13).
    rows = Answer.objects.filter(agency__in=access.agencies(user)).exclude(Exists(sealed)).defer("asked", "said")
    return rows.select_related("agency", "unit", "author", "count")


def listed(user: User, *, state: str = "", q: str = "", before: int | None = None) -> list[Answer]:
    """Return a page of the answers in a state, or in any, the newest on top, and one more where there is a next."""
    rows = visible(user).filter(state=state) if state in AnswerState.values else visible(user)
    rows = answers.holding(rows, q) if q.strip() else rows
    rows = rows.filter(pk__lt=before) if before else rows
    return list(rows.order_by("-pk")[: PAGE + 1])


def waiting(user: User) -> QuerySet[Answer]:
    """Return the submitted answers a person may publish, or give back."""
    may = Q()
    for m in access.memberships(user):
        if Right.PUBLISH in access.RIGHTS[m.role]:
            own = Q(unit__isnull=True) | Q(unit=m.unit_id) if m.role in access.UNIT_ROLES else Q()
            may |= Q(agency=m.agency_id) & own
    return visible(user).filter(may, state=AnswerState.SUBMITTED) if may else Answer.objects.none()


def offered(agency: Agency, text: str) -> list[Answer]:
    """Return the published answers of an agency that a question seems to ask for, the likeliest first."""
    return answers.like(text, agency, limit=SHOWN)


def fields(agencies: Sequence[Agency] | None = None) -> dict[str, Field]:
    """Return the fields of work by code, to name that of an answer."""
    rows = Field.objects.order_by("name")
    rows = rows.filter(agency__in=agencies) if agencies is not None else rows
    return {field.code: field for field in rows}


def source(answer: Answer, user: User) -> Ticket | None:
    """Return the request an answer was written from, where the person may see it."""
    return access.visible(user).filter(publications__answer=answer.pk).first()


def of_ticket(ticket: Ticket) -> list[Answer]:
    """Return what was written for everybody from a request, the newest on top."""
    return list(Answer.objects.filter(publication__ticket=ticket).order_by("-pk"))


def answered(ticket: Ticket) -> str:
    """Return what the requester was told last, to be written anew for everybody; "" where nothing arrived yet."""
    replies = ticket.replies.filter(kind=ReplyKind.ANSWER, reached_at__isnull=False).order_by("-reached_at")
    reply = replies.first()
    return (reply.text or reply.said) if reply else ""


def may_write(user: User, answer: Answer) -> bool:
    """Tell whether a person may rewrite a draft: its author, its unit, or who may publish it."""
    own = answer.author_id == user.pk
    return (
        own
        or any(
            Right.WRITE_ANSWERS in access.RIGHTS[m.role] and m.unit_id == answer.unit_id
            for m in access.memberships(user)
            if m.agency_id == answer.agency_id
        )
        or may_publish(user, answer)
    )


def may_publish(user: User, answer: Answer) -> bool:
    """Tell whether a person may publish, correct and withdraw an answer: a head of unit only what is of the unit."""
    return any(
        Right.PUBLISH in access.RIGHTS[m.role]
        and (m.role not in access.UNIT_ROLES or answer.unit_id in (None, m.unit_id))
        for m in access.memberships(user)
        if m.agency_id == answer.agency_id
    )
