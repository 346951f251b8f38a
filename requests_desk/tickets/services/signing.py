"""Who must agree before a reply goes (P5): what the pinned policy asks for its kind, and who may give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Apology, Reply, Ticket
from requests_desk.tickets.services import due
from requests_desk.tickets.words import MISSED_CALLS, ApologyState, Desk, ReplyChannel, ReplyState
from sla.policies import Policy

if TYPE_CHECKING:
    from requests_desk.tickets.services.replies import Draft

# Whose desk a reply lies on, and the right that signs there.
SIGNS: dict[str, Right] = {Desk.UNIT_HEAD: Right.SIGN_UNIT, Desk.LEADER: Right.SIGN}


def desk_of(ticket: Ticket, kind: str) -> str:
    """Return whose desk a reply of this kind passes over before it goes, "" where it goes at once."""
    policy = Policy.from_json(due.reply_clock(ticket).policy_version.document)
    approver = policy.approval.get(kind, "none")
    if approver == "unit":  # the head, where the unit itself says so
        return Desk.UNIT_HEAD if ticket.unit and ticket.unit.approves_answers else ""
    return "" if approver == "none" else Desk(approver)


def may_sign(by: User, ticket: Ticket, desk: str) -> bool:
    """Tell whether a person may sign what lies on this desk; whoever may, may sign their own."""
    return not desk or SIGNS[desk] in access.rights_on(by, ticket)


def waits_for(ticket: Ticket, draft: Draft, *, by: User) -> str:
    """Return whose desk a reply of `by` must pass first, "" where it may go; a call nobody took passes none."""
    if draft.channel == ReplyChannel.CALL and draft.call_outcome in MISSED_CALLS:
        return ""
    desk = desk_of(ticket, draft.kind)
    return "" if may_sign(by, ticket, desk) else desk


def highest(ticket: Ticket) -> str:
    """Return the highest desk that replies, or an apology, of a ticket lie on now, "" when none waits."""
    desks = {desk_of(ticket, kind) for kind in _waiting(ticket)}
    # An apology speaks for the department, so it always lies with the leadership.
    if Apology.objects.filter(ticket=ticket, state=ApologyState.SUBMITTED).exists():
        desks.add(Desk.LEADER)
    return str(Desk.LEADER if Desk.LEADER in desks else Desk.UNIT_HEAD if desks - {""} else "")


def refresh(ticket: Ticket) -> None:
    """Write on the ticket whose desk its replies lie on."""
    ticket.waiting_for = highest(ticket)
    ticket.save(update_fields=["waiting_for"])


def _waiting(ticket: Ticket) -> list[str]:
    rows = Reply.objects.filter(ticket=ticket, state=ReplyState.SUBMITTED).values_list("kind", flat=True)
    return list(rows.distinct())
