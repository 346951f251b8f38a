"""Replies that wait to go, as the desk reads them."""

from __future__ import annotations

from datetime import datetime

from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Reply
from requests_desk.tickets.services.departures import ROOM
from requests_desk.tickets.words import ReplyState

LISTED = 8


def scheduled(user: User, *, at: datetime) -> list[Reply]:
    """Return what goes later on, not in the next seconds, of requests a person may reply to, the next first."""
    rows = Reply.objects.filter(state=ReplyState.WAITING, goes_at__gt=at + ROOM)
    mine = rows.filter(ticket__in=access.visible(user, Right.REPLY))
    return list(mine.select_related("ticket", "author").order_by("goes_at", "pk")[:LISTED])
