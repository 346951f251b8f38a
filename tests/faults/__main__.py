"""`python -m tests.faults [--short] [WORDS…]`: break the real desk in every way there is, and judge it by its sinks."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.faults.cells import APART_S, CELLS, Cell
from tests.faults.house import House, a_house
from tests.faults.judge import Verdict, judge, wait

AFTER_S = 90


def run_cell(house: House, name: str, cell: Cell, *, number: int) -> Verdict:
    """Seed, break, wait and judge once."""
    house.calm()
    expected = house.seed(f"c{number}", count=cell.dues, apart_s=APART_S)
    time.sleep(max(expected[0]["due_at"] - time.time(), 0))
    began_at = time.time()
    injected = cell.inject(house)
    well_at = time.time() if injected else 0.0
    wait(house, expected, seconds=max(expected[-1]["due_at"] - time.time(), 0) + AFTER_S, refused=frozenset())
    return judge(house, name, expected, injected=injected, began_at=began_at, well_at=well_at, refused=frozenset())


def table(verdicts: list[Verdict]) -> str:
    """Return the verdicts as a table in Markdown."""
    heads = [
        "fault",
        "struck",
        "expected",
        "after the fault began",
        "lost",
        "mail extra",
        "other Message-ID",
        "SMS extra",
        "early",
    ]
    heads += ["breach rows wrong", "late p50 s", "late p99 s"]
    rows = [heads, ["---"] + ["---:"] * (len(heads) - 1), *([str(v) for v in asdict(one).values()] for one in verdicts)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> int:
    """Run the cells that are asked for. Return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("words", nargs="*", help="only the cells whose name holds one of these")
    parser.add_argument("--short", action="store_true", help="the cells most likely to break, within three minutes")
    parser.add_argument("--times", type=int, default=1, help="how often to run each cell")
    parser.add_argument("--json", type=Path, help="write the verdicts here, too")
    asked = parser.parse_args()
    wanted = {
        name: cell
        for name, cell in CELLS.items()
        if (cell.is_short or not asked.short) and (not asked.words or any(word in name for word in asked.words))
    }
    verdicts, broken = [], 0
    with a_house() as house:
        for number, (name, cell) in enumerate([*wanted.items()] * asked.times):
            began = time.time()
            verdict = run_cell(house, name, cell, number=number)
            holds = verdict.holds(doubtful_mails=cell.doubtful_mails)
            broken += not holds
            verdicts.append(verdict)
            print(f"{'held  ' if holds else 'BROKEN'} {time.time() - began:4.0f} s  {asdict(verdict)}", flush=True)
    print(table(verdicts))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(one) for one in verdicts], indent=2) + "\n")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
