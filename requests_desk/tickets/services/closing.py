"""End a request: each ending needs what P15 says, in every face alike."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access, rules
from requests_desk.tickets.models import Message, Ticket
from requests_desk.tickets.services import calls, due, ledger, locking
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import Ending, ReplyKind, State
from sla import clocks


class ReplyMissing(Exception):
    """The ending needs a delivered reply, or words, that are not there. `needs` names them, `detail` tells a person.

    `items` says by the question's number which kinds of reply would do.
    """

    code = "reply_missing"

    def __init__(self, needs: list[str], detail: str, items: dict[int, list[str]] | None = None) -> None:
        super().__init__(detail)
        self.needs, self.detail, self.items = needs, detail, items or {}


class Missing(NamedTuple):
    """What an ending still needs delivered: one reply of each kind in `kinds`, and by the question what would do."""

    kinds: list[str]
    items: dict[int, list[str]]


class AlreadyClosed(Exception):
    """The request has ended before."""


def close(
    ticket: Ticket, ending: str, *, note: str = "", by: User, at: datetime, seen_seq: int | None = None
) -> Ticket:
    """End a ticket. Raises ReplyMissing with what it still needs, Denied, AlreadyClosed, ChangedMeanwhile.

    `note` holds the requester's own words when withdrawn, the reason when invalid.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        if ticket.state == State.CLOSED:
            raise AlreadyClosed
        note = identifiers.clean_text(note)
        _require(ticket, ending, note=note, by=by, at=at)
        if note:
            Message.objects.create(ticket=ticket, direction=Message.Direction.NOTE, text=note, author=by, at=at)
        end(ticket, ending, note=note, by=by, at=at)
    return ticket


def end(ticket: Ticket, ending: str, *, note: str, by: User | None, at: datetime) -> None:
    """End a ticket that its caller holds locked and has seen to be fit for this ending."""
    cause = calls.why_missed(ticket, due_at=ticket.next_due_at or at)
    # No ending saves a deadline that has passed: what is missed by now stays missed (P15).
    changes = clocks.end(due.clocks_of(ticket), reason=ending, cause=cause, missed_by=at, at=at)
    ticket.state, ticket.ending, ticket.closed_at = State.CLOSED, ending, at
    ticket.save(update_fields=["state", "ending", "closed_at"])
    facts = {"ending": ending, "note_digest": identifiers.text_digest(note) if note else ""}
    ledger.append([Line(ticket, "closed", facts), *ledger.lines_of(ticket, changes)], actor=by, at=at)
    due.refresh(ticket)


def propose_spam(ticket: Ticket, *, reason: str, by: User, at: datetime, seen_seq: int | None = None) -> Ticket:
    """Say that a request is invalid, for a second person to decide (P15). Raises ReplyMissing without a reason."""
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        if ticket.state == State.CLOSED:
            raise AlreadyClosed
        reason = identifiers.clean_text(reason)
        if not reason:
            raise ReplyMissing(["reason"], _("Please say why it is invalid."))
        Message.objects.create(ticket=ticket, direction=Message.Direction.NOTE, text=reason, author=by, at=at)
        facts = {"reason_digest": identifiers.text_digest(reason)}
        ledger.append([Line(ticket, "spam_proposed", facts)], actor=by, at=at)
    return ticket


def missing(ticket: Ticket, ending: str) -> Missing | None:
    """Return what an ending still needs delivered in this cycle, None when nothing is missing."""
    rule = rules.ENDINGS[ending]
    settled = dict(ticket.items.filter(cycle=ticket.cycle).order_by("number").values_list("number", "result"))
    # Where questions are told apart, only what settles each counts: one answer does not stand for the rest.
    reached = set(settled.values()) or set(
        ticket.replies.filter(cycle=ticket.cycle, reached_at__isnull=False).values_list("kind", flat=True)
    )
    unsettled = {
        number: [str(kind) for kind in rule.each] for number, result in settled.items() if result not in rule.each
    }
    kinds = [str(group[0]) for group in rule.replies if not reached & set(group)]
    if not rule.each or not (kinds or unsettled):
        return None
    return Missing(kinds or [str(rule.each[0])], unsettled)


def _require(ticket: Ticket, ending: str, *, note: str, by: User, at: datetime) -> None:
    rule = rules.ENDINGS.get(ending)
    if rule is None or not rule.by_hand:
        raise ReplyMissing(["ending"], _("This ending cannot be chosen here."))
    # A complaint has its own law and its own body: answering it here would settle nothing (P12).
    if ticket.kind in rules.HANDED_OVER and ending in rules.ANSWERED_HERE:
        said = _("A %(kind)s is handed over to who settles it: transfer it instead.")
        raise ReplyMissing([ReplyKind.TRANSFER.value], said % {"kind": ticket.get_kind_display()})
    if lacking := missing(ticket, ending):
        raise ReplyMissing(lacking.kinds, _what_is_missing(lacking), lacking.items)
    if not note and {"words", "reason"} & set(rule.needs):
        raise ReplyMissing(list(rule.needs), _("Please write down the requester's own words, or the reason."))
    if ending == Ending.SPAM:
        _second_person(ticket, by=by, at=at)
    if ending == Ending.UNREACHABLE:
        if access.Right.CLOSE_UNREACHABLE not in access.rights_on(by, ticket):
            raise access.Denied(_("Only a head of unit or above may end a request this way."))
        if not calls.has_tried_enough(ticket, until=at):
            raise ReplyMissing(
                ["three_calls"], _("Three unanswered calls, two hours apart in office time, come first.")
            )


def _what_is_missing(lacking: Missing) -> str:
    """Say which kinds of reply are missing, and which question lacks what."""
    said = [_("This ending needs a delivered reply first: %(kinds)s.") % {"kinds": _kinds(lacking.kinds)}]
    lacks = _("Question %(number)s is not settled by: %(kinds)s.")
    said += [lacks % {"number": number, "kinds": _kinds(kinds)} for number, kinds in lacking.items.items()]
    return " ".join(said)


def _kinds(kinds: list[str]) -> str:
    return ", ".join(str(ReplyKind(kind).label) for kind in kinds)


def _second_person(ticket: Ticket, *, by: User, at: datetime) -> None:
    """Once half its time is gone, a second person must agree that a request is invalid (P15)."""
    began_at = due.reply_clock(ticket).started_at
    # By then calling it invalid would be the easy way out of a deadline (P15).
    half_gone = ticket.next_due_at is not None and at - began_at > (ticket.next_due_at - began_at) / 2
    if not half_gone:
        return
    proposed = set(ticket.events.filter(kind="spam_proposed", actor__isnull=False).values_list("actor", flat=True))
    # Whoever holds, logged or proposed it has spoken already: the second is somebody else.
    first = {ticket.officer_id, ticket.logged_by_id, *proposed} - {None}
    if not first - {by.pk} or (by.pk in (ticket.officer_id, ticket.logged_by_id) and not proposed - {by.pk}):
        raise ReplyMissing(
            ["second_person"],
            _("Half the time is gone: one person proposes that it is invalid, and another one ends it."),
        )
