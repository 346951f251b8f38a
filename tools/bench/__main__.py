"""`python -m tools.bench [SCALE]`: each piece of work beside its floor, in a database of its own. A progress line goes
to stderr, the table and `bench.json` are the result."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tools.bench import place, sink
from tools.bench.measure import Row, table


def measured(scale: int, data: Path) -> Iterator[Row]:
    """Yield each row as it is known."""
    from django.utils import timezone

    from requests_desk.people.services import tokens
    from tests.support.cast import log_ticket, open_desk
    from tools.bench import mails, pages, timer

    desk = open_desk()
    token = tokens.issue(desk.lan, name="bench", at=timezone.now())
    log_ticket(desk, at=timezone.now(), submission="model")
    began = time.monotonic()
    place.multiply(scale)
    print(f"  {scale:,} requests in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    yield from pages.rows(desk, token)
    yield from mails.rows(desk)
    yield timer.idle(scale)
    milestones = timer.prepare(desk)
    yield timer.thousand_due(milestones, scale)
    with sink.running() as relay:
        yield from timer.to_the_sink(milestones, relay, data)


def main() -> int:
    """Measure at one scale."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("scale", nargs="?", type=int, default=1_000, help="how many open requests wait")
    parser.add_argument("--json", type=Path, default=Path("bench.json"))
    asked = parser.parse_args()
    rows = []
    with place.scratch() as data:
        for row in measured(asked.scale, data):
            rows.append(row)
            print(f"  {row.work}: {row.ours} {row.unit}", file=sys.stderr, flush=True)
    about = {"scale": asked.scale, "python": platform.python_version(), "rows": [row.as_json() for row in rows]}
    asked.json.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    print(f"{asked.scale:,} requests; milliseconds: median (least–most)\n\n{table(rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
