"""Stop counting while the requester is asked something, on a request's page (P9)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.views.verb import Seen, Verb
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket, TicketClock
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.services import pauses
from requests_desk.tickets.words import State
from sla import pinned


def _pause(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    ends_at = pauses.pause(ticket, by=by, at=at, seen_seq=data["seen_seq"])
    return _("Counting stopped; it goes on by itself at %(moment)s.") % {"moment": office_time(ends_at)}


def _go_on(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    pauses.end(ticket, by=by, at=at, seen_seq=data["seen_seq"])
    return _("Counting goes on.")


def _may_wait(ticket: Ticket, rights: Collection[Right]) -> bool:
    return _is_allowed(ticket, rights) and not _stands_still(ticket, rights)


def _stands_still(ticket: Ticket, rights: Collection[Right]) -> bool:
    return _is_allowed(ticket, rights) and pauses.until(ticket, at=timezone.now()) is not None


def _is_allowed(ticket: Ticket, rights: Collection[Right]) -> bool:
    """Only what was asked something can wait for an answer, and only where the rules know a pause."""
    if ticket.state != State.INTERIM_SENT:
        return False
    now = (TicketClock.Role.REPLY, ticket.cycle)
    timed = next(one for one in ticket.ticket_clocks.all() if (one.role, one.cycle) == now)
    return pinned.policy(timed.clock.policy_version_id).pause_days > 0


PAUSE = Verb(
    right=Right.REPLY,
    title=_("Wait for the requester"),
    hint=_("Stops counting after a question that reached them, until they answer and no longer than the rules allow."),
    button=_("Stop counting"),
    form=lambda ticket, data: Seen(ticket, data, prefix_id="pause"),
    act=_pause,
    fits=_may_wait,
)
RESUME = Verb(
    right=Right.REPLY,
    title=_("Wait no longer"),
    hint=_("The deadline counts on from now, as it does by itself once they answer."),
    button=_("Count on"),
    form=lambda ticket, data: Seen(ticket, data, prefix_id="resume"),
    act=_go_on,
    fits=_stands_still,
)
