"""What became of the questions of one ticket, told by its history alone: pure, beside the clocks of `replay` (P14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from requests_desk.tickets.replay import Facts, Line, Unreadable


class Place(NamedTuple):
    """Where a question stands."""

    cycle: int
    number: int


@dataclass(slots=True)
class Asked:
    """A question: its place and, once settled, how, by which reply and when that arrived."""

    place: Place
    result: str = ""
    reply: int | None = None
    settled_at: datetime | None = None


Questions = dict[int, Asked]


def replay(lines: Iterable[Line]) -> Questions:
    """Return by id the questions that these lines, in order, come to. Raises Unreadable."""
    questions: Questions = {}
    for line in lines:
        try:
            if line.kind in _STEPS:
                _STEPS[line.kind](questions, line.facts)
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(line.seq) from error
    return questions


def _split(questions: Questions, facts: Facts) -> None:
    cycle = facts["cycle"]
    # Told apart anew, a round has new questions; those of other rounds stay.
    for pk in [pk for pk, one in questions.items() if one.place.cycle == cycle]:
        del questions[pk]
    questions |= {pk: Asked(Place(cycle, number)) for pk, number, _digest in facts["items"]}


def _settled(questions: Questions, facts: Facts) -> None:
    one = questions[facts["item"]]
    one.result, one.reply = facts["result"], facts["reply"]
    one.settled_at = datetime.fromisoformat(facts["settled_at"])


def _reopened(questions: Questions, facts: Facts) -> None:
    one = questions[facts["item"]]
    one.result, one.reply, one.settled_at = "", None, None


def _gave(questions: Questions, facts: Facts) -> None:
    for pk, _cycle, _old, _new in facts.get("items", ()):
        del questions[pk]


def _split_off(questions: Questions, facts: Facts) -> None:
    for pk in facts["items"]:
        del questions[pk]


def _took(questions: Questions, facts: Facts) -> None:
    for pk, _cycle, _old, new in facts.get("items", ()):
        # Open again on the survivor: which reply settles it there its own history says next.
        questions[pk] = Asked(Place(facts["cycle"], new))


def _unmerged(questions: Questions, facts: Facts) -> None:
    """One of the two gives the questions back, the other has them again: which, its own story says."""
    for pk, cycle, old, _new in facts.get("items", ()):
        if pk in questions:
            del questions[pk]
        else:
            questions[pk] = Asked(Place(cycle, old))


_STEPS: dict[str, Callable[[Questions, Facts], None]] = {
    "items_split": _split,
    "items_changed": _split,
    "item_settled": _settled,
    "item_reopened": _reopened,
    "merged": _gave,
    "absorbed": _took,
    "unmerged": _unmerged,
    "split_off": _split_off,
}
KINDS = frozenset(_STEPS)
