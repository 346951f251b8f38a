"""`python -m tests.faults.moved …`: run Celery where libfaketime moves the wall's clock and leaves the monotonic one.

That library cannot do both and let Python sleep by `clock_nanosleep`, so sleep waits by `select` instead.
"""

from __future__ import annotations

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


if __name__ == "__main__":
    time.sleep = _sleep  # type: ignore[assignment]
    from celery.__main__ import main

    main()
