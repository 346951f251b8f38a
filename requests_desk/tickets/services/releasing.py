"""Let the replies go that waited: to be taken back for some seconds, or for the office to open."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.services import approval, departures, ledger, notices, replies, reply_checks
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import NoticeKind, ReplyState, State

log = logging.getLogger(__name__)


def let_go(*, at: datetime) -> int:
    """Hand over to the outbox every reply whose moment has come, each by itself. Return how many went.

    One that cannot go any more returns to its author; one that breaks stays and holds up no other.
    """
    went = 0
    # By number and each in its own transaction: a reply that breaks must not hold back the others until they are late.
    for pk in list(departures.due(at=at).values_list("pk", flat=True)):
        try:
            went += _let_one_go(pk, at=at)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("could not let reply %s go", pk)
    return went


@transaction.atomic
def _let_one_go(pk: int, *, at: datetime) -> bool:
    ticket = _locked_ticket_of(pk)
    reply = Reply.objects.select_related("author", "signed_by").get(pk=pk)
    if reply.state != ReplyState.WAITING:  # taken back, or gone by another hand
        return False
    reply.ticket = ticket
    if why := _why_not(ticket, reply, at=at):
        _return(ticket, reply, why, at=at)
        return False
    ledger.append([Line(ticket, "reply_sent", _facts(reply))], actor=None, at=at)
    _tell_author(ticket, reply, at=at)
    replies.carry(ticket, reply, by=reply.author, at=at)
    return True


def _tell_author(ticket: Ticket, reply: Reply, *, at: datetime) -> None:
    """Tell who wrote it that it was signed, which might have been taken back until now."""
    signed_at, goes_at = reply.signed_at, reply.goes_at
    if signed_at and goes_at and departures.is_moment(goes_at, since=signed_at):
        notices.tell(NoticeKind.APPROVED, ticket, reply=reply, by=reply.signed_by, at=at)


def _locked_ticket_of(pk: int) -> Ticket:
    """Return the ticket of a reply, locked: a merge may move the reply while we wait for it (P8)."""
    rows = Reply.objects.filter(pk=pk).values_list("ticket_id", flat=True)
    ticket = Ticket.objects.select_for_update().get(pk=rows.get())
    while (moved_to := rows.get()) != ticket.pk:
        ticket = Ticket.objects.select_for_update().get(pk=moved_to)
    return ticket


def _why_not(ticket: Ticket, reply: Reply, *, at: datetime) -> str:
    """Return why a reply that waited cannot go any more, "" where it can."""
    if ticket.state == State.CLOSED:
        return _("The request was closed before the reply went.")
    try:
        reply_checks.require_still(ticket, approval.draft_of(reply), at=at)
    except reply_checks.Refused as refused:
        return str(refused)
    return ""


def _return(ticket: Ticket, reply: Reply, why: str, *, at: datetime) -> None:
    reply.state, reply.goes_at, reply.return_reason = ReplyState.RETURNED, None, why
    reply.save(update_fields=["state", "goes_at", "return_reason"])
    ledger.append([Line(ticket, "reply_returned", _facts(reply))], actor=None, at=at)
    notices.tell(NoticeKind.RETURNED, ticket, reply=reply, by=None, at=at)


def _facts(reply: Reply) -> dict[str, object]:
    return {"reply": reply.pk, "kind": reply.kind, "channel": reply.channel}
