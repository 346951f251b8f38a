"""`python -m tests.fuzz [--seconds 60]`: read mails nobody would write until the time is up.

Prints how many were read and every one that broke a rule; ends with 1 if any did.
"""

from __future__ import annotations

import argparse
import collections
import sys
import time
import warnings

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import NonInteractiveExampleWarning

from tests.fuzz.mails import any_mail, judge

BATCH = 500


def main() -> int:
    """Fuzz for a while. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    warnings.simplefilter("ignore", NonInteractiveExampleWarning)
    natures: collections.Counter[str] = collections.Counter()
    failures: list[str] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            _batch(natures)
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}\n{getattr(error, '__notes__', '')}"[:2_000])
    print(f"{sum(natures.values()):,} mails read in {seconds:.0f} s: {dict(natures)}; {len(failures)} broke a rule")
    for failure in sorted(set(failures), key=len)[:10]:
        print(failure)
    return 1 if failures else 0


def _batch(natures: collections.Counter[str]) -> None:
    @settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(any_mail())
    def read_one(raw: bytes) -> None:
        natures[str(judge(raw).nature)] += 1

    read_one()


if __name__ == "__main__":
    sys.exit(main())
