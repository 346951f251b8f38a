"""The mail of everyday notices: what happened to which request, without a word of its requester (N10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation

from notifications.outbox import Draft
from requests_desk.tickets import texts
from requests_desk.tickets.models import Notice
from requests_desk.tickets.moments import time_left
from requests_desk.tickets.services.recipients import Recipient

CAUSE = "notice"


def mail(notices: Sequence[Notice], way: Recipient, *, at: datetime) -> Draft:
    """Return one mail for all of `notices`, which are one person's in one agency and in their order."""
    first, last = notices[0], notices[-1]
    alone = first is last
    with translation.override(way.language):
        lines = [_line(notice, at=at) for notice in notices]
    return texts.draft(
        first.agency,
        way,
        "notices",
        subject=first.ticket.key if alone and first.ticket else f"notices:{way.key}",
        cause=CAUSE,
        key=f"notice:{first.key}:email" if alone else f"notices:{first.pk}-{last.pk}:{way.key}:email",
        lines=lines,
        first=first,
        count=len(lines),
        at=at,
        notices_url=f"{settings.PUBLIC_BASE_URL}/desk/notices/",
    )


def _line(notice: Notice, *, at: datetime) -> dict[str, object]:
    ticket = notice.ticket
    due_at = ticket.next_due_at if ticket else None
    return {
        "notice": notice,
        "ticket": ticket,
        "left": time_left(due_at, at) if due_at else "",
        "url": texts.page(ticket) if ticket else f"{settings.PUBLIC_BASE_URL}/desk/held/",
    }
