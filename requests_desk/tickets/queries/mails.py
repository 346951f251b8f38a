"""What the desk reads of incoming mail: what waits for a person, one mail, and what came with a request."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.mail_lists import MailState
from requests_desk.tickets.models import Mail, Mailbox

PAGE = 50
WAITING = (MailState.PARKED, MailState.SET_ASIDE)
HEAVY = ("text", "html")


def reachable(user: User) -> QuerySet[Mail]:
    """Return the mails a person may open: those of requests they may read, and with the right those of none (P13)."""
    loose = Q(ticket__isnull=True, agency__in=access.agencies(user, Right.MAIL))
    return Mail.objects.filter(loose | Q(ticket__in=access.visible(user)))


def waiting(user: User) -> QuerySet[Mail]:
    """Return the mails that wait for a person with the right to decide on them, the newest first."""
    agencies = access.agencies(user, Right.MAIL)
    return reachable(user).filter(agency__in=agencies, state__in=WAITING).order_by("-pk")


def page(user: User, *, before: int | None = None, dismissed: bool = False) -> tuple[list[Mail], int | None]:
    """Return a page of what waits, or of what was dismissed, and the id before which the next page lies."""
    rows = waiting(user)
    if dismissed:
        agencies = access.agencies(user, Right.MAIL)
        rows = reachable(user).filter(agency__in=agencies, state=MailState.DISMISSED).order_by("-pk")
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.defer(*HEAVY).select_related("mailbox", "settled_by")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def count_waiting(user: User) -> int:
    """Return how many mails wait for a person like this one. One query, none without the right."""
    return waiting(user).count() if access.agencies(user, Right.MAIL) else 0


def one(user: User, pk: int) -> Mail | None:
    """Return a mail this person may open, or None."""
    return reachable(user).select_related("mailbox", "ticket", "settled_by", "duplicate_of").filter(pk=pk).first()


def silent(user: User) -> list[Mailbox]:
    """Return the mailboxes of a person's agencies that cannot be read now."""
    agencies = access.agencies(user, Right.MAIL)
    return list(Mailbox.objects.filter(agency__in=agencies, is_active=True, trouble_since__isnull=False))
