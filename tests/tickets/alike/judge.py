"""How well alike texts are told from others: `python -m tests.tickets.alike` prints it."""

from __future__ import annotations

from requests_desk.tickets import likeness
from requests_desk.tickets.queries.alike import OF_ONE
from tests.tickets.alike.pairs import Pair


def score(one: str, other: str) -> float:
    return likeness.compare(likeness.words(one), likeness.words(other)).score


def judged(pairs: list[Pair]) -> tuple[float, float]:
    """Return precision and recall of calling two texts of one requester the same request."""
    called = [(pair.same, score(pair.one, pair.other) >= OF_ONE) for pair in pairs]
    right = sum(same and said for same, said in called)
    return right / sum(said for _same, said in called), right / sum(same for same, _said in called)
