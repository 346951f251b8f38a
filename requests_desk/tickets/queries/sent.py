"""Sent messages as a person may see them: none about a request they may not (P13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from notifications import queries as outbox
from notifications.models import Notification
from notifications.sms_text import segments
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket

PAGE = 50
PROOF = ("attempts", "accepted_at", "delivered_at", "failed_at")


# What opens something is its reader's alone: whoever may look here could act in their name with it.
_SECRETS = re.compile(r"(/(?:ack|s|survey|status/confirm)/)[\w:.-]+")
_ONE_TIME = re.compile(r"(?<![\d-])\d{6}(?!\d)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of messages is narrowed to; empty means no matter. `to` is a whole address or number."""

    code: str = ""
    to: str = ""
    channel: str = ""
    state: str = ""


EVERYTHING = Wanted()


def page(
    user: User, wanted: Wanted = EVERYTHING, *, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of what the agency sent, the newest first, and the id before which the next page lies."""
    agencies = access.agencies(user, Right.SENT_MESSAGES)
    about = access.visible(user, Right.SENT_MESSAGES).filter(code=wanted.code.strip().upper()).first()
    # A code one may not see and one that is not there answer alike (P13).
    if wanted.code and about is None:
        return [], None
    numbers = [found.number for found in identifiers.read_phones(wanted.to) if found.number]
    rows = outbox.latest(
        f"agency:{agencies[0].pk}",
        limit=PAGE + 1,
        before=before,
        channel=wanted.channel,
        states=[wanted.state] if wanted.state else [],
        subject=about.key if about else "",
        destination=numbers[0] if numbers else wanted.to.strip(),
    )
    shown = rows[:PAGE]
    tickets = _tickets(user, shown)
    # After the page was cut: one may come out short, and nothing behind it is lost (P13).
    listed = [_listed(row, tickets) for row in shown if row.subject in tickets]
    return listed, shown[-1].pk if len(rows) > PAGE else None


def one(user: User, pk: int) -> dict[str, Any] | None:
    """Return one message with its attempts, or nothing where there is none this person may see."""
    row = Notification.objects.filter(pk=pk).prefetch_related("tries").first()
    tickets = _tickets(user, [row]) if row else {}
    if row is None or row.subject not in tickets:
        return None
    tries = [{"at": t.ended_at or t.started_at, "state": t.result, "detail": t.detail} for t in row.tries.all()]
    more = {
        "html": _veiled(row, row.html),
        "segments": segments(row.text) if row.channel == "sms" else None,
        "tries": tries,
    }
    return _listed(row, tickets) | more


def _tickets(user: User, rows: list[Notification]) -> dict[str, Ticket]:
    pks = [int(row.subject.partition(":")[2]) for row in rows if row.subject.startswith("ticket:")]
    return {ticket.key: ticket for ticket in access.visible(user, Right.SENT_MESSAGES).filter(pk__in=pks)}


def _listed(row: Notification, tickets: dict[str, Ticket]) -> dict[str, Any]:
    names = ("pk", "channel", "destination", "title", "text", "state", "created_at", "cause", "reason", *PROOF)
    return {name: getattr(row, name) for name in names} | {
        "text": _veiled(row, row.text),
        "url": f"/desk/sent/{row.pk}/",
        "code": tickets[row.subject].code,
        "may_go_again": row.state == Notification.State.FAILED and bool(row.text),
        "subject_url": tickets[row.subject].url,
    }


def _veiled(row: Notification, text: str) -> str:
    if settings.DESK_DEMO:  # nothing is sent there: this page is the only mailbox its visitors have
        return text
    text = _SECRETS.sub(r"\1…", text)
    return _ONE_TIME.sub("••••••", text) if row.cause == "one_time_code" else text
