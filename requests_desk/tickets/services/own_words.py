"""What a requester does from the page of their own request: adds to it, or takes it back (P7, P15)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.tickets.models import Attachment, Message, Ticket
from requests_desk.tickets.services import closing, cycles, ledger, merging, notices, refusing, standing
from requests_desk.tickets.services.cycles import Taken, Words
from requests_desk.tickets.words import Channel, Ending, NoticeKind, State

# Sent twice by a slow phone is said once.
SAID_TWICE = timedelta(minutes=10)


class Refused(refusing.Refused):
    """This cannot be taken so. `fields` says what to change; nothing was saved."""


def add(ticket: Ticket, text: str, *, files: tuple[Attachment, ...] = (), at: datetime) -> Taken:
    """Keep what the requester adds; after an answer it opens a new cycle or a new request, as any message (P7).

    The same words again within minutes are kept once. Raises refusing.Refused, identifiers.BadText.
    """
    with transaction.atomic():
        survivor = merging.lock_survivor(ticket)
        said = survivor.messages.filter(direction=Message.Direction.IN, author=None, at__gte=at - SAID_TWICE)
        if again := said.filter(text=identifiers.clean_text(text)).exclude(text="").first():
            return Taken(survivor, again, "")
        return cycles.message_received(survivor, Words(text, Channel.QNA, files=files), by=None, at=at)


def withdraw(ticket: Ticket, text: str, *, at: datetime) -> Ticket:
    """End a request at the requester's own words (P15). A breach that was due stays.

    Raises Refused without words, refusing.NotNow once it was answered or has ended.
    """
    text = identifiers.clean_text(text)
    if not text:
        raise Refused({"text": [_("Please say in your own words that you withdraw the request.")]})
    with transaction.atomic():
        ticket = merging.lock_survivor(ticket)
        if ticket.state == State.CLOSED or standing.answered_at(ticket):
            raise refusing.NotNow("answered_or_ended", _("This request was answered or has ended already."))
        said, lines = cycles.said(ticket, Words(text, Channel.QNA), at, by=None)
        ledger.append(lines, actor=None, at=at)
        closing.end(ticket, Ending.WITHDRAWN, note=said.text, by=None, at=at)
        notices.tell(NoticeKind.WITHDRAWN, ticket, by=None, at=at)
    return ticket
