"""`python -m tests.faults [--short] [WORDS…]`: break the real desk in every way there is, and judge it by its sinks."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from tests.faults import cells, soak
from tests.faults.cell import APART_S, CELLS, Cell
from tests.faults.house import House, NotHere, a_house
from tests.faults.judge import Verdict, judge, wait

__all__ = ["cells"]  # they fill the table

AFTER_S = 90
HEADS = [
    "fault", "struck", "expected", "after the fault began", "lost", "mail extra", "other Message-ID", "SMS extra",
    "early", "breach rows wrong", "late p50 s", "late p99 s",
]  # fmt: skip


def run_cell(house: House, name: str, cell: Cell, *, number: int) -> Verdict:
    """Seed, break, wait and judge once."""
    house.calm()
    house.expected = house.seed(f"c{number}", count=cell.dues, apart_s=APART_S, poison=cell.poison)
    time.sleep(max(house.expected[0]["due_at"] - time.time(), 0))
    began_at = time.time()
    injected = cell.inject(house)
    broken = [(began_at, time.time())] if cell.is_away else []
    wait(house, seconds=max(house.expected[-1]["due_at"] - time.time(), 0) + AFTER_S)
    verdict = judge(house, name, injected=injected, began_at=began_at, broken=broken)
    house.clear_spoilt()
    return verdict


def run_cells(wanted: dict[str, Cell], *, times: int) -> Iterator[tuple[Verdict, bool]]:
    """Yield the verdict of each cell and whether it holds; those that want a house of another kind get one."""
    rounds = sorted([*wanted.items()] * times, key=lambda one: one[1].is_cramped)
    for is_cramped, some in groupby(enumerate(rounds), key=lambda one: one[1][1].is_cramped):
        try:
            with a_house(is_cramped=is_cramped) as house:
                for number, (name, cell) in some:
                    yield from _tried(house, name, cell, number=number)
        except NotHere as error:
            print(f"NOT RUN a house with a small disk: {error}", flush=True)


def _tried(house: House, name: str, cell: Cell, *, number: int) -> Iterator[tuple[Verdict, bool]]:
    began = time.time()
    try:
        verdict = run_cell(house, name, cell, number=number)
    except NotHere as error:
        print(f"NOT RUN {name}: {error}", flush=True)
        return
    holds = verdict.holds(doubtful_mails=cell.doubtful_mails)
    print(f"{'held  ' if holds else 'BROKEN'} {time.time() - began:4.0f} s  {asdict(verdict)}", flush=True)
    yield verdict, holds


def table(verdicts: list[Verdict]) -> str:
    """Return the verdicts as a table in Markdown."""
    rows = [HEADS, ["---"] + ["---:"] * (len(HEADS) - 1), *([str(v) for v in asdict(one).values()] for one in verdicts)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> int:
    """Run the cells that are asked for. Return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("words", nargs="*", help="only the cells whose name holds one of these")
    parser.add_argument("--short", action="store_true", help="the cells most likely to break, within three minutes")
    parser.add_argument("--soak", action="store_true", help="a fault each minute, drawn at random, for --minutes")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="which faults a soak draws")
    parser.add_argument("--times", type=int, default=1, help="how often to run each cell")
    parser.add_argument("--json", type=Path, help="write the verdicts here, too")
    asked = parser.parse_args()
    wanted = {
        name: cell
        for name, cell in CELLS.items()
        if (cell.is_short or not asked.short) and (not asked.words or any(word in name for word in asked.words))
    }
    found = soak.run(asked.minutes, seed=asked.seed) if asked.soak else run_cells(wanted, times=asked.times)
    verdicts, holding = zip(*found, strict=True)
    print(table(list(verdicts)))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in verdicts], indent=2) + "\n")
    return int(not all(holding))


if __name__ == "__main__":
    sys.exit(main())
