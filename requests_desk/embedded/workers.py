"""The workers and the beat, forked from one process that has read the application once: half the memory.

Started by the supervisor as `python -m requests_desk.embedded.workers`; in production each is a container of its own.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django

from requests_desk.celery import app
from requests_desk.embedded.children import Child
from requests_desk.embedded.services import Supervisor

QUEUES = ("sweep", "mail", "sms", "chores")
# What Celery would import after the fork, once for each child.
LATE = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.app.log",
    "kombu.transport.redis",
)


def keep_worker(queue: str) -> int:
    """Consume one queue until asked to stop. Return the exit code."""
    # Celery names its processes after the command line, so that `ps` tells the queues apart.
    sys.argv = ["celery", "worker", f"--queues={queue}"]
    worker = app.Worker(
        queues=[queue],
        hostname=f"{queue}@desk",
        concurrency=1,
        pool_cls="prefork",
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def keep_beat() -> None:
    """Send what the schedule says, everything once at the start, until asked to stop.

    The schedule lives in memory: a beat that starts late or twice changes nothing, and no file can spoil.
    """
    sys.argv = ["celery", "beat"]
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry.get("options", {}))
    app.Beat(scheduler="celery.beat:Scheduler", loglevel="WARNING", quiet=True).run()


def keep_mailboxes() -> None:
    """Read every mailbox and take its mail in until asked to stop."""
    from requests_desk.doors.mail.keeper import Keeper

    keeper = Keeper()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: keeper.stop.set())
    keeper.run()


def read_application() -> None:
    """Import everything the children need, and keep it shared between them."""
    django.setup()
    app.loader.import_default_modules()
    app.finalize()
    for name in LATE:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def main() -> int:
    """Read the application, keep its workers until asked to stop. Return the exit code."""
    logs = Path(os.environ["DESK_DATA"]) / "logs"
    began = float(os.environ.get("DESK_BEGAN") or time.time())

    def say(line: str) -> None:
        print(f"{time.time() - began:6.1f} s  {line}", flush=True)  # noqa: T201

    parts: dict[str, Callable[[], object]] = {"beat": keep_beat, "mailboxes": keep_mailboxes}
    parts |= {f"worker-{queue}": partial(keep_worker, queue) for queue in QUEUES}
    with Supervisor(say=say) as supervisor:
        read_application()
        for name, body in parts.items():
            child = Child(name, [], logs / f"{name}.log", body=body, death_signal=signal.SIGKILL, patience_seconds=10.0)
            if not supervisor.stopping.is_set():
                supervisor.start(child)
        supervisor.watch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
