"""The timer: away, doubled, with a clock that lies, with a row that breaks it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.cell import APART_S, cell, programs, span
from tests.faults.cells.processes import WORKERS
from tests.faults.house import House, moved_clock
from tests.faults.judge import wait

MOVED = ("-m", "tests.faults.moved")
BEAT = ("--app=requests_desk", "beat", "--scheduler=celery.beat:Scheduler", "--pidfile=")
WORKER = ("--app=requests_desk", "worker", "--queues=sweep,mail,sms", "--concurrency=2")


@cell("beat away for the span of 200 deadlines", dues=200)
def _no_beat(house: House) -> int:
    with house.frozen("beat"):
        time.sleep(200 * APART_S + 10)
    return 1


@cell("two beats", away=False)
def _two_beats(house: House) -> int:
    with programs(house, "-m", "celery", *BEAT):
        time.sleep(span() + 8)
    return 1


@cell("three beats", away=False)
def _three_beats(house: House) -> int:
    with programs(house, "-m", "celery", *BEAT, many=2):
        time.sleep(span() + 8)
    return 2


@cell("eight sweepers at once", away=False)
def _sweepers(house: House) -> int:
    for _ in range(2):
        with programs(house, "manage.py", "sweep", "--once", many=8, wait=True):
            time.sleep(1)
    return 16


@cell("the workers' clock two hours ahead", away=False)
def _worker_ahead(house: House) -> int:
    with _moved_workers(house, "+2h"):
        wait(house, seconds=house.patience_s)
    return 1


@cell("the workers' clock two hours behind", away=False)
def _worker_behind(house: House) -> int:
    with _moved_workers(house, "-2h"):
        wait(house, seconds=house.patience_s)
    return 1


@cell("beat's clock set two hours back while it runs", away=False, short=True)
def _beat_back(house: House) -> int:
    return _set_beat(house, "-2h")


@cell("beat's clock set two hours ahead while it runs", away=False)
def _beat_ahead(house: House) -> int:
    return _set_beat(house, "+2h")


@cell("a row that always raises: in the sweep and in the sender", away=False, poison=4, short=True)
def _poison(house: House) -> int:
    house.spoil_messages(2)
    return 6


@contextmanager
def _moved_workers(house: House, by: str) -> Iterator[None]:
    """Let only workers with another clock do the work."""
    with moved_clock(by) as (env, _), house.frozen(*WORKERS), programs(house, *MOVED, *WORKER, env=env):
        yield


def _set_beat(house: House, by: str) -> int:
    with moved_clock("+0") as (env, move), house.frozen("beat"), programs(house, *MOVED, *BEAT, env=env):
        time.sleep(2)
        move(by)
        wait(house, seconds=house.patience_s)
    return 1
