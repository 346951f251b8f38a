"""The history alone says which questions a request asks and what became of each (P14)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from requests_desk.tickets.replay import Line, Unreadable
from requests_desk.tickets.replay_items import Asked, Place, replay

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SPLIT = ("items_split", {"cycle": 1, "items": [[7, 1, "a"], [8, 2, "b"]]})
SETTLED = ("item_settled", {"item": 8, "result": "answer", "reply": 3, "settled_at": AT.isoformat()})
MOVED = {"items": [[7, 1, 1, 4], [8, 1, 2, 5]]}


def told(*lines: tuple[str, dict[str, Any]]) -> dict[int, Asked]:
    return replay(Line(seq, kind, AT, facts) for seq, (kind, facts) in enumerate(lines, 1))


def test_it_follows_a_question_from_the_split_to_its_answer():
    assert told(SPLIT, SETTLED) == {7: Asked(Place(1, 1)), 8: Asked(Place(1, 2), "answer", 3, AT)}


def test_it_opens_a_question_again():
    assert told(SPLIT, SETTLED, ("item_reopened", {"item": 8}))[8] == Asked(Place(1, 2))


def test_it_replaces_the_questions_of_one_cycle_by_a_mended_split():
    later = ("items_split", {"cycle": 2, "items": [[9, 1, "c"]]})

    assert set(told(SPLIT, later, ("items_changed", {"cycle": 1, "items": [[10, 1, "d"]]}))) == {9, 10}


def test_it_lets_a_merged_request_give_its_questions_and_have_them_back():
    assert told(SPLIT, SETTLED, ("merged", MOVED)) == {}
    assert told(SPLIT, SETTLED, ("merged", MOVED), ("unmerged", MOVED)) == told(SPLIT)


def test_it_lets_a_survivor_take_questions_in_and_give_them_back():
    own = ("items_split", {"cycle": 2, "items": [[1, 1, "x"]]})
    taken = told(own, ("absorbed", MOVED | {"cycle": 2}))

    assert {pk: one.place for pk, one in taken.items()} == {1: (2, 1), 7: (2, 4), 8: (2, 5)}
    assert set(told(own, ("absorbed", MOVED | {"cycle": 2}), ("unmerged", MOVED))) == {1}


def test_it_passes_over_everything_else():
    assert told(("logged", {}), ("merged", {"ticket": 3}), ("absorbed", {}), ("unmerged", {})) == {}


@pytest.mark.parametrize("line", [SETTLED, ("items_split", {}), ("items_split", {"cycle": 1, "items": [[1]]})])
def test_it_says_which_line_it_cannot_follow(line):
    with pytest.raises(Unreadable) as error:
        told(line)

    assert error.value.seq == 1
