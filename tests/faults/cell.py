"""What a fault is, and the table of them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults.house import House

DUES, APART_S = 24, 0.25
HANDFUL = 8  # as many mails as a sender begins together may be in doubt when it is killed
MOST = 3 * HANDFUL  # three such kills

Injection = Callable[[House], int]


@dataclass(frozen=True)
class Cell:
    """One fault: how it is injected and how many mails it may leave in doubt.

    `is_away` tells that something the desk needs is gone meanwhile: lateness counts from its return. `poison` is how
    many of the promises cannot be kept, whatever is tried; `is_cramped` wants a house with a small disk.
    """

    inject: Injection
    doubtful_mails: int = 0
    dues: int = DUES
    is_short: bool = False
    is_away: bool = True
    poison: int = 0
    is_cramped: bool = False


CELLS: dict[str, Cell] = {}


def cell(
    name: str,
    *,
    doubtful: int = 0,
    dues: int = DUES,
    short: bool = False,
    away: bool = True,
    poison: int = 0,
    cramped: bool = False,
) -> Callable[[Injection], Injection]:
    """Put an injection into the table; it returns how often it struck."""

    def put(inject: Injection) -> Injection:
        CELLS[name] = Cell(inject, doubtful, dues, short, away, poison, cramped)
        return inject

    return put


@cell("nothing: the normal run", away=False)
def _nothing(house: House) -> int:
    return 0


def span(dues: int = DUES) -> float:
    """Return the seconds in which so many promises come due."""
    return dues * APART_S


def until_used(house: House) -> int:
    """Wait until every step of the sinks was used; return how many were."""
    steps = (house.relay.at_mail, house.relay.at_rcpt, house.relay.at_data, house.twilio.next_answers)
    planned, deadline = sum(map(len, steps)), time.monotonic() + 120
    while any(steps) and time.monotonic() < deadline:
        time.sleep(0.2)
    return planned - sum(map(len, steps))


@contextmanager
def programs(
    house: House, *command: str, many: int = 1, wait: bool = False, env: dict[str, str] | None = None
) -> Iterator[None]:
    """Keep more programs of this desk beside those it has; with `wait` until they end by themselves."""
    own = [house.program(*command, env=env) for _ in range(many)]
    try:
        yield
    finally:
        for program in own:
            if not wait:
                program.terminate()
            program.wait(300)
