"""Tell the questions of a request apart, and keep what became of each: one reply may settle some of them (P5, P15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import splitting
from requests_desk.tickets.models import Item, Message, Reply, Ticket
from requests_desk.tickets.services import ledger, locking, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import FINAL_REPLIES, LinkKind, ReplyState, State

_WAITS = (ReplyState.SUBMITTED, ReplyState.APPROVED, ReplyState.WAITING)


class Refused(refusing.Refused):
    """The questions cannot be told apart so. `fields` says what to change; nothing was saved."""


def checked(texts: Sequence[str]) -> tuple[str, ...]:
    """Return questions as a person told them apart, cleaned. Raises Refused."""
    if len(texts) > splitting.MOST:
        raise Refused({"items": [_("At most %(count)s questions can be told apart.") % {"count": splitting.MOST}]})
    try:
        cleaned = tuple(identifiers.clean_text(text) for text in texts)
    except identifiers.BadText as error:
        raise Refused({"items": [str(error)]}) from error
    if "" in cleaned:
        empty = _("Question %(number)s is empty.") % {"number": cleaned.index("") + 1}
        raise Refused({"items": [empty]})
    return cleaned


def asked(text: str, given: Sequence[str] | None) -> Sequence[str]:
    """Return the questions of a text: as somebody told them apart, or as they are numbered in it."""
    return splitting.questions(text) if given is None else given


def begin(ticket: Ticket, texts: Sequence[str], *, cycle: int) -> list[Line]:
    """Write down the questions of a cycle that begins; return the line that says so, none where it asks one thing."""
    if not texts:
        return []
    return [Line(ticket, "items_split", _facts(cycle, _write(ticket, texts, cycle=cycle)))]


def change(ticket: Ticket, items: Sequence[str], *, by: User, at: datetime, seen_seq: int | None = None) -> Ticket:
    """Tell the questions of the current cycle apart anew; none of them makes it ask one thing. Return the ticket.

    Raises Refused, locking.ChangedMeanwhile, and refusing.NotNow once a final reply went or a merge numbered them.
    """
    with transaction.atomic():
        ticket = locking.lock(ticket, seen_seq=seen_seq, by=by)
        cleaned = checked(items)
        if not may_change(ticket):
            raise refusing.NotNow(
                "items_stand", _("A final reply speaks of these questions, or a merge numbered them: they stay.")
            )
        before = current(ticket)
        if tuple(item.text for item in before) != cleaned:
            # Anew and not renumbered: replies speak of questions by number, and none speaks of these yet.
            Item.objects.filter(ticket=ticket, cycle=ticket.cycle).delete()
            rows = _write(ticket, cleaned, cycle=ticket.cycle)
            ledger.append([Line(ticket, "items_changed", _facts(ticket.cycle, rows))], actor=by, at=at)
    return ticket


def may_change(ticket: Ticket) -> bool:
    """Tell whether the questions may be told apart anew: open, not merged, and no final reply speaks of them yet."""
    if ticket.state in (State.REPLIED, State.CLOSED):
        return False
    has_taken_in = any(link.kind == LinkKind.MERGED_INTO for link in ticket.linked_from.all())
    return not has_taken_in and not _going(ticket)


def current(ticket: Ticket) -> list[Item]:
    """Return the questions of the current cycle in their order, none where it asks one thing."""
    return list(ticket.items.filter(cycle=ticket.cycle).order_by("number"))


def numbers(ticket: Ticket) -> dict[int, set[int]]:
    """Return by cycle the numbers of its questions; a cycle that asks one thing is not there."""
    found: dict[int, set[int]] = defaultdict(set)
    for cycle, number in Item.objects.filter(ticket=ticket).values_list("cycle", "number"):
        found[cycle].add(number)
    return found


def unspoken(ticket: Ticket, items: Sequence[Item]) -> list[int]:
    """Return the numbers a reply speaks of unless told otherwise: the open ones, those left that none on its way does.

    `items` are those of the current cycle.
    """
    numbers = [item.number for item in items if not item.result]
    if not numbers:
        return []
    told = spoken(ticket)
    # All of them where each is spoken of: a second answer to everything is still an answer.
    return [number for number in numbers if number not in told] or numbers


def spoken(ticket: Ticket) -> set[int]:
    """Return the numbers of the current cycle that a final reply speaks of, arrived or still on its way."""
    return {number for reply in _going(ticket) for number in reply.items}


def restate(ticket: Ticket) -> list[Line]:
    """Write what the delivered replies of a ticket make of its questions; return what became other (P4).

    The last one to arrive counts. A question that no standing reply speaks of any more is open again.
    """
    rows = list(Item.objects.filter(ticket=ticket).order_by("cycle", "number"))
    if not rows:
        return []
    settling = {
        (reply.cycle, number): reply
        for reply in ticket.replies.filter(kind__in=FINAL_REPLIES, reached_at__isnull=False).order_by(
            "reached_at", "pk"
        )
        for number in reply.items
    }
    # Only what became other: the ledger tells changes, not states.
    moved = [item for item in rows if _settle(item, settling.get((item.cycle, item.number)))]
    Item.objects.bulk_update(moved, ["result", "settled_by", "settled_at"])
    return [_line(ticket, item) for item in moved]


def carry_over(survivor: Ticket, absorbed: Ticket) -> tuple[list[Line], list[list[int]]]:
    """Number the questions of an absorbed request after the survivor's own; its replies speak of them still (P8).

    Where one of the two asks several things, the other's one is a question too. Return the lines of that, and of each
    question that moved its id, the cycle and number it had and the number it has; `restate` says what became of them.
    """
    if not Item.objects.filter(_of_now(survivor) | _of_now(absorbed)).exists():
        return [], []
    lines = [*_as_question(survivor), *_as_question(absorbed)]
    last = current(survivor)[-1].number
    moved = [[item.pk, item.cycle, item.number, last + item.number] for item in current(absorbed)]
    _renumber(absorbed, {old: new for _pk, _cycle, old, new in moved})
    for pk, _cycle, _old, new in moved:
        _place(pk, ticket=survivor, cycle=survivor.cycle, number=new)
    return lines, moved


def give_back(survivor: Ticket, absorbed: Ticket, moved: Sequence[Sequence[int]], replies: Collection[int]) -> None:
    """Give an unmerged request its questions back as they were numbered; `replies` are those that go with them."""
    if not moved:
        return
    back = {new: old for _pk, _cycle, old, new in moved}
    cycle = Item.objects.get(pk=moved[0][0]).cycle
    # One written since the merge may speak of both requests: each keeps what is its own.
    for reply in Reply.objects.filter(ticket=survivor, cycle=cycle).exclude(items=[]):
        if reply.pk in replies:
            reply.items = [back[number] for number in reply.items if number in back]
        else:
            reply.items = [number for number in reply.items if number not in back]
        reply.save(update_fields=["items"])
    for pk, was_in, old, _new in moved:
        _place(pk, ticket=absorbed, cycle=was_in, number=old)


def _of_now(ticket: Ticket) -> Q:
    return Q(ticket=ticket, cycle=ticket.cycle)


def _going(ticket: Ticket) -> list[Reply]:
    """Return the final replies of the current cycle that arrived, are on their way or wait to be signed or carried."""
    final = [one for one in ticket.replies.all() if one.cycle == ticket.cycle and one.kind in FINAL_REPLIES]
    return [one for one in final if one.state in _WAITS or any(way.failed_at is None for way in one.deliveries.all())]


def _write(ticket: Ticket, texts: Sequence[str], *, cycle: int) -> list[Item]:
    numbered = enumerate(texts, 1)
    return Item.objects.bulk_create(Item(ticket=ticket, cycle=cycle, number=n, text=text) for n, text in numbered)


def _facts(cycle: int, rows: Sequence[Item]) -> dict[str, Any]:
    told = [[item.pk, item.number, identifiers.text_digest(item.text)] for item in rows]
    return {"cycle": cycle, "count": len(rows), "items": told}


def _settle(item: Item, reply: Reply | None) -> bool:
    """Let an item say what settles it, in memory; tell whether that is news."""
    before = (item.result, item.settled_by_id, item.settled_at)
    item.result, item.settled_by = (reply.kind, reply) if reply else ("", None)
    item.settled_at = reply.reached_at if reply else None
    return before != (item.result, item.settled_by_id, item.settled_at)


def _line(ticket: Ticket, item: Item) -> Line:
    facts: dict[str, Any] = {"item": item.pk, "cycle": item.cycle, "number": item.number}
    if item.settled_at is None:
        return Line(ticket, "item_reopened", facts)
    facts |= {"result": str(item.result), "reply": item.settled_by_id, "settled_at": item.settled_at.isoformat()}
    return Line(ticket, "item_settled", facts)


def _as_question(ticket: Ticket) -> list[Line]:
    """Make the one thing a request asks its question 1, of which its final replies speak."""
    if current(ticket):
        return []
    Reply.objects.filter(_of_now(ticket), kind__in=FINAL_REPLIES).update(items=[1])
    return begin(ticket, [_text_of_now(ticket)], cycle=ticket.cycle)


def _text_of_now(ticket: Ticket) -> str:
    began = ticket.cycles.filter(number=ticket.cycle).values("received_at")
    said = ticket.messages.filter(direction=Message.Direction.IN, at__in=began).first()
    return said.text if said and ticket.cycle > 1 else ticket.text


def _renumber(ticket: Ticket, places: dict[int, int]) -> None:
    for reply in Reply.objects.filter(_of_now(ticket)).exclude(items=[]):
        reply.items = [places[number] for number in reply.items if number in places]
        reply.save(update_fields=["items"])


def _place(pk: int, **place: Any) -> None:
    """Put a question elsewhere, open: what settles it there is for `restate` to say."""
    Item.objects.filter(pk=pk).update(**place, result="", settled_by=None, settled_at=None)
