"""What stands under the bell: nothing about a request its reader may no longer see (P13)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Notice
from requests_desk.tickets.services import asking

PAGE = 50
COUNTED_TO = 100


def unread(user: User) -> int:
    """Return how many notices somebody has not read, counted no further than 100. One query."""
    return unread_of(user)[:COUNTED_TO].count()


def unread_of(user: User) -> QuerySet[Notice]:
    """Return the notices somebody has not read."""
    return _of(user).filter(read_at__isnull=True)


def page(user: User, *, before: int | None = None) -> tuple[list[Notice], int | None]:
    """Return a page of somebody's notices, the newest first, and the id before which the next page lies."""
    rows = _of(user).select_related("ticket__unit", "ticket__requester", "actor", "absent").order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    shown = found[:PAGE]
    return shown, shown[-1].pk if len(found) > PAGE else None


def _of(user: User) -> QuerySet[Notice]:
    about = Q(ticket__in=access.visible(user)) | Q(held__in=asking.waiting(user))
    return Notice.objects.filter(about, person=user)
