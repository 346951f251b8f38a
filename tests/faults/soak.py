"""Minutes on end with promises coming due all the time and, in each minute, one fault drawn at random."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from tests.faults.cell import CELLS
from tests.faults.house import House, a_house
from tests.faults.judge import Verdict, judge, wait

APART_S = 2.0
AFTER_S = 120
PATIENCE_S = 20  # promises come due all the time: nothing is ever all told
# Those that need a minute for themselves, people of their own, or another house are left to their cells.
DRAWN = (
    "kill -9 of the mail child after the relay took it, before our commit",
    "kill -9 of the SMS child after Twilio took it, before our commit",
    "kill -9 of each whole worker",
    "rolling SIGTERM of workers and web under load",
    "Valkey killed and flushed",
    "Valkey takes the call and does not answer for 20 s",
    "Valkey read-only for 15 s",
    "PostgreSQL killed",
    "PostgreSQL does not answer for 20 s",
    "three beats",
    "eight sweepers at once",
    "the workers' clock two hours ahead",
    "beat's clock set two hours back while it runs",
    "the relay refuses connections for 15 s",
    "SMTP 421 ten times",
    "the relay hangs up after it took the text, five times",
    "Twilio 500 six times",
    "Twilio takes it and hangs up, six times",
)


def run(minutes: int, *, seed: int) -> Iterator[tuple[Verdict, bool]]:
    """Yield the one verdict of a soak, and whether it holds."""
    drawn = random.Random(seed)
    with a_house() as house:
        house.patience_s = PATIENCE_S
        house.expected = house.seed("soak", count=int(minutes * 60 / APART_S), apart_s=APART_S)
        time.sleep(max(house.expected[0]["due_at"] - time.time(), 0))
        began_at, broken, struck, doubtful = time.time(), [], 0, 0
        for minute in range(minutes):
            name = drawn.choice(DRAWN)
            start = time.time()
            times = CELLS[name].inject(house)
            print(f"  minute {minute + 1}: {name}, {times} times, {time.time() - start:.0f} s", flush=True)
            struck, doubtful = struck + times, doubtful + CELLS[name].doubtful_mails
            if CELLS[name].is_away:
                broken.append((start, time.time()))
            house.calm()
            time.sleep(max(began_at + 60 * (minute + 1) - time.time(), 0))
        verdict = _verdict(house, minutes, seed, struck=struck, began_at=began_at, broken=broken)
    yield verdict, verdict.holds(doubtful_mails=doubtful)


def _verdict(
    house: House, minutes: int, seed: int, *, struck: int, began_at: float, broken: list[tuple[float, float]]
) -> Verdict:
    wait(house, seconds=AFTER_S)
    name = f"{minutes} minutes, a fault in each (seed {seed})"
    return judge(house, name, injected=struck, began_at=began_at, broken=broken)
