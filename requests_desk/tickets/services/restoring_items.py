"""Put what became of each question back as the history has it: its words alone stand nowhere but in its row (P14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from requests_desk.tickets import replay, replay_items
from requests_desk.tickets.models import Event, Item, Ticket
from requests_desk.tickets.replay_items import Asked, Place, Questions


def told(tickets: Collection[int]) -> dict[int, Questions | None]:
    """Return by ticket what its history makes of its questions; None where the history cannot be followed."""
    lines: dict[int, list[replay.Line]] = defaultdict(list)
    events = Event.objects.filter(ticket__in=tickets, kind__in=replay_items.KINDS).order_by("ticket", "seq")
    for pk, *line in events.values_list("ticket", "seq", "kind", "at", "facts").iterator():
        lines[pk].append(replay.Line(*line))
    return {pk: _replayed(lines[pk]) for pk in tickets}


def stored(tickets: Collection[int]) -> dict[int, Questions]:
    """Return by ticket its questions as the table has them."""
    found: dict[int, Questions] = {pk: {} for pk in tickets}
    names = ("ticket", "pk", "cycle", "number", "result", "settled_by", "settled_at")
    for ticket, pk, cycle, number, *settled in Item.objects.filter(ticket__in=tickets).values_list(*names):
        found[ticket][pk] = Asked(Place(cycle, number), *settled)
    return found


def restore(ticket: Ticket) -> bool:
    """Write what the history says of each question; False, and nothing done, where one is lost or was never told of."""
    questions = told([ticket.pk])[ticket.pk]
    if questions is None or set(questions) != set(stored([ticket.pk])[ticket.pk]):
        return False
    rows = [
        Item(
            pk=pk,
            cycle=one.place.cycle,
            number=one.place.number,
            result=one.result,
            settled_by_id=one.reply,
            settled_at=one.settled_at,
        )
        for pk, one in questions.items()
    ]
    Item.objects.bulk_update(rows, ["cycle", "number", "result", "settled_by", "settled_at"])
    return True


def _replayed(lines: list[replay.Line]) -> Questions | None:
    try:
        return replay_items.replay(lines)
    except replay.Unreadable:
        return None
