"""Make two requests of the same requester one (P8): nothing either of them promised or missed is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Attachment, Event, Message, Reply, Ticket, TicketClock, TicketLink
from requests_desk.tickets.services import (
    calls,
    cooperation,
    due,
    items,
    ledger,
    limits,
    locking,
    refusing,
    sealing,
    signing,
    standing,
)
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import Ending, LinkKind, State
from sla import clocks, moves
from sla.changes import Change
from sla.models import BreachCause, MilestoneName

UNMERGED_WITHIN = timedelta(days=1)


class Refused(refusing.Refused):
    """These two cannot be merged. `fields` says what to change; nothing was saved."""


def merge(survivor: Ticket, absorbed: Ticket, *, reason: str, by: User, at: datetime) -> Ticket:
    """End `absorbed` as merged into `survivor`, which keeps the earliest receipt, both stories and every breach.

    What reached the requester for either meets the survivor's promise, counted from the earlier receipt; a breach
    found so is dated when it was due. Raises Refused with why not, access.Denied without the right to both.
    """
    with transaction.atomic():
        survivor, absorbed = _locked(survivor, absorbed)
        reason = identifiers.clean_text(reason)
        _require(survivor, absorbed, reason, by=by)
        Message.objects.create(ticket=absorbed, direction=Message.Direction.NOTE, text=reason, author=by, at=at)
        TicketLink.objects.create(ticket=absorbed, other=survivor, kind=LinkKind.MERGED_INTO, by=by, at=at)
        # Before the replies move: they speak of questions by the numbers these have until now.
        asked, questions = items.carry_over(survivor, absorbed)
        moved = list(absorbed.replies.filter(cycle=absorbed.cycle).values_list("pk", flat=True))
        # Before the absorbed one ends: an ended limit no longer says that it still binds.
        carried = limits.carry(survivor, absorbed, at=at)
        facts = {
            "ticket": survivor.pk,
            "code": survivor.code,
            "reason_digest": identifiers.text_digest(reason),
            "replies": moved,
            "was_at": survivor.received_at.isoformat(),
            "started_at": due.reply_clock(survivor).started_at.isoformat(),
            "external": survivor.external_deadline is None and absorbed.external_deadline is not None,
            "limits": carried.doubles,
        }
        facts |= {"items": questions} if questions else {}
        parts = cooperation.carry_over(survivor, absorbed)
        facts |= {"parts": parts} if parts else {}
        lines = [*asked, Line(absorbed, "merged", facts), *_end(absorbed, at=at), *carried.lines]
        Reply.objects.filter(pk__in=moved).update(ticket=survivor, cycle=survivor.cycle)
        signing.refresh(absorbed)
        Attachment.objects.filter(reply__in=moved).update(ticket=survivor)
        if facts["external"]:
            _set_external(survivor, absorbed.external_deadline, absorbed.external_number)
        settled = [*items.restate(survivor), *_seal_alike(survivor, absorbed)]
        changes = _take_in(survivor, absorbed, at=at)
        took = {"ticket": absorbed.pk, "code": absorbed.code, "received_at": survivor.received_at.isoformat()}
        took |= {"items": questions, "cycle": survivor.cycle} if questions else {}
        lines += [Line(survivor, "absorbed", took), *settled, *ledger.lines_of(survivor, changes)]
        ledger.append(lines, actor=by, at=at)
        due.refresh(absorbed)
        due.refresh(survivor)
    return survivor


def unmerge(absorbed: Ticket, *, by: User, at: datetime) -> Ticket:
    """Take a merge back within a day: each request has its own replies and its own promise again.

    What was missed meanwhile stays on both. Raises refusing.NotNow when it is too late for it, access.Denied.
    """
    with transaction.atomic():
        survivor, absorbed = _locked(survivor_of(absorbed), absorbed)
        _require_again(survivor, absorbed, by=by, at=at)
        # All that is given back stands in the ledger: no row beside it could be lost or tampered with.
        facts = Event.objects.filter(ticket=absorbed, kind="merged").latest("seq").facts
        kept = _give_back(survivor, absorbed, facts, at=at)
        TicketLink.objects.filter(ticket=absorbed, other=survivor, kind=LinkKind.MERGED_INTO).delete()
        back = _open_again(absorbed, at=at)
        questions = {"items": facts["items"]} if "items" in facts else {}
        lines = [
            Line(survivor, "unmerged", {"ticket": absorbed.pk, "code": absorbed.code} | questions),
            *kept,
            Line(absorbed, "unmerged", {"ticket": survivor.pk, "code": survivor.code} | questions),
            *back,
        ]
        ledger.append(lines, actor=by, at=at)
        due.refresh(absorbed)
        due.refresh(survivor)
    return absorbed


def _give_back(survivor: Ticket, absorbed: Ticket, facts: dict[str, Any], *, at: datetime) -> list[Line]:
    """Return to `absorbed` what the merge took from it, and judge anew what the survivor is left with."""
    moved = Reply.objects.filter(pk__in=facts["replies"], ticket=survivor)
    own = due.clocks_of(survivor)
    changes = [change for reply in moved for change in clocks.void(own, by=reply.key, at=at)]
    Attachment.objects.filter(reply__in=facts["replies"], ticket=survivor).update(ticket=absorbed)
    items.give_back(survivor, absorbed, facts.get("items", []), facts["replies"])
    moved.update(ticket=absorbed, cycle=absorbed.cycle)
    cooperation.carry_back(absorbed, facts.get("parts", []))
    settled = items.restate(survivor)
    changes += standing.unsettle(survivor, own, cycle=survivor.cycle, at=at)
    changes += standing.stand(survivor, cause=BreachCause.NO_REPLY, at=at, may_void=False)
    changes += limits.give_back(facts.get("limits", {}), at=at)
    was_at, started_at = (datetime.fromisoformat(facts[name]) for name in ("was_at", "started_at"))
    changes += _set_receipt(survivor, was_at, started_at, reason="unmerged", at=at)
    if facts["external"]:
        _set_external(survivor, None, "")
    standing.restate(survivor)
    signing.refresh(survivor)
    return [*settled, *ledger.lines_of(survivor, changes)]


def _open_again(absorbed: Ticket, *, at: datetime) -> list[Line]:
    """Let a request that was merged live by itself: its clocks go on where they ended."""
    settled = items.restate(absorbed)
    changes = clocks.resume(due.clocks_of(absorbed), reason=Ending.MERGED, at=at)
    changes += standing.stand(absorbed, cause=BreachCause.NO_REPLY, at=at, may_void=False)
    absorbed.state = State.RECEIVED  # where it stands its replies say
    standing.restate(absorbed)
    signing.refresh(absorbed)
    return [*settled, *ledger.lines_of(absorbed, changes)]


def survivor_of(ticket: Ticket) -> Ticket:
    """Return the request a merged one lives on in, the ticket itself where it was not merged: mail lands there."""
    while link := TicketLink.objects.filter(ticket=ticket, kind=LinkKind.MERGED_INTO).select_related("other").first():
        ticket = link.other
    return ticket


def lock_survivor(ticket: Ticket, *, seen_seq: int | None = None, by: User | None = None) -> Ticket:
    """Return the request a ticket lives on in, locked. Raises locking.ChangedMeanwhile as `locking.lock` does."""
    locked = locking.lock(survivor_of(ticket), seen_seq=seen_seq, by=by)
    # A merge may have ended while we waited for its lock: what is said to it must not open a request of its own (P8).
    while (lives_on := survivor_of(locked)).pk != locked.pk:
        locked = locking.lock(lives_on, seen_seq=None, by=by)
    return locked


def _locked(survivor: Ticket, absorbed: Ticket) -> tuple[Ticket, Ticket]:
    """Lock both in the order of their ids, so that two merges at once never wait for each other."""
    both = Ticket.objects.select_for_update().filter(pk__in=[survivor.pk, absorbed.pk]).order_by("pk")
    rows = {row.pk: row for row in both}
    return rows[survivor.pk], rows[absorbed.pk]


def _require(survivor: Ticket, absorbed: Ticket, reason: str, *, by: User) -> None:
    problem = _problem(survivor, absorbed)
    if problem:
        raise Refused({"into": [problem]})
    if not reason:
        raise Refused({"reason": [_("Please say why they are merged.")]})
    for ticket in (survivor, absorbed):
        if access.Right.MERGE not in access.rights_on(by, ticket):
            raise access.Denied(_("You may not merge these requests."))


def _problem(survivor: Ticket, absorbed: Ticket) -> str:
    """Return the first reason why these two are not merged, "" when there is none."""
    same_requester = survivor.requester_id == absorbed.requester_id
    reasons = (
        (survivor.pk == absorbed.pk, _("A request cannot be merged into itself.")),
        (survivor.agency_id != absorbed.agency_id, _("Requests of different agencies are never merged.")),
        (not same_requester, _("Only requests of the same requester are merged; alike ones keep their own deadline.")),
        (survivor.sealed != absorbed.sealed, _("A sealed request is merged with a sealed one only.")),
        (State.CLOSED in (survivor.state, absorbed.state), _("A closed request cannot be merged.")),
        (
            _came_after_the_answer(survivor, absorbed) or _came_after_the_answer(absorbed, survivor),
            _("One came after the other was answered: take the answered one up again instead."),
        ),
    )
    return next((said for is_so, said in reasons if is_so), "")


def _came_after_the_answer(other: Ticket, answered: Ticket) -> bool:
    answered_at = standing.answered_at(answered)
    return answered_at is not None and other.received_at > answered_at


def _require_again(survivor: Ticket, absorbed: Ticket, *, by: User, at: datetime) -> None:
    link = TicketLink.objects.filter(ticket=absorbed, other=survivor, kind=LinkKind.MERGED_INTO).first()
    if link is None or at - link.at > UNMERGED_WITHIN or survivor.state == State.CLOSED:
        raise refusing.NotNow("merge_stands", _("A merge is taken back within a day, while the other one is open."))
    for ticket in (survivor, absorbed):
        if access.Right.MERGE not in access.rights_on(by, ticket):
            raise access.Denied(_("You may not merge these requests."))


def _end(absorbed: Ticket, *, at: datetime) -> list[Line]:
    cause = calls.why_missed(absorbed, due_at=absorbed.next_due_at or at)
    changes = clocks.end(due.clocks_of(absorbed), reason=Ending.MERGED, cause=cause, missed_by=at, at=at)
    absorbed.state, absorbed.ending, absorbed.closed_at = State.CLOSED, Ending.MERGED, at
    absorbed.save(update_fields=["state", "ending", "closed_at"])
    return ledger.lines_of(absorbed, changes)


def _seal_alike(survivor: Ticket, absorbed: Ticket) -> list[Line]:
    """Hide the survivor of two sealed requests from everybody either is about, and take it off their desks (P13)."""
    if not absorbed.sealed:
        return []
    hidden = sealing.hidden(absorbed)
    return sealing.seal_locked(survivor, units=hidden.units, people=hidden.people)


def _set_external(ticket: Ticket, deadline: datetime | None, number: str) -> None:
    """Write what another body asked by a date; a survivor with one of its own keeps that on its page (P12)."""
    ticket.external_deadline, ticket.external_number = deadline, number
    ticket.save(update_fields=["external_deadline", "external_number"])


def _take_in(survivor: Ticket, absorbed: Ticket, *, at: datetime) -> list[Change]:
    clock = due.reply_clock(survivor)
    # The first reply is judged anew: one of the absorbed request may have come before the survivor's own.
    changes = clocks.resume([clock], met={MilestoneName.FIRST_REPLY}, at=at)
    changes += standing.unsettle(survivor, due.clocks_of(survivor), cycle=survivor.cycle, at=at)
    changes += standing.stand(survivor, cause=BreachCause.NO_REPLY, at=at, may_void=False)
    earliest = min(survivor.received_at, absorbed.received_at)
    changes += _set_receipt(survivor, earliest, min(clock.started_at, earliest), reason="merged", at=at)
    wanted = [moment for moment in (survivor.wanted_by, absorbed.wanted_by) if moment]
    survivor.wanted_by = min(wanted, default=None)
    survivor.save(update_fields=["wanted_by"])
    standing.restate(survivor)
    signing.refresh(survivor)
    return changes


def _set_receipt(
    survivor: Ticket, received_at: datetime, started_at: datetime, *, reason: str, at: datetime
) -> list[Change]:
    survivor.received_at = received_at
    survivor.save(update_fields=["received_at"])
    return [
        change
        for clock in due.clocks_of(survivor)
        if clock.ticket_clock.cycle == survivor.cycle
        and clock.ticket_clock.role != TicketClock.Role.EXTERNAL
        and clock.started_at != started_at
        # Counted from the earlier receipt, and no breach of either goes by it (P8).
        for change in moves.restart(clock, started_at=started_at, reason=reason, at=at, may_void=False)
    ]
