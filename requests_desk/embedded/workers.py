"""The workers and the beat, forked from one process that has read the application once: a third of the memory.

Started by the supervisor as `python -m requests_desk.embedded.workers`; in production each is a container of its own.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import django

from requests_desk.celery import app
from requests_desk.embedded.children import Child
from requests_desk.embedded.services import Supervisor

QUEUES = ("sweep", "mail", "sms")


def parts() -> dict[str, list[str]]:
    """Return the Celery command line of each part by its name."""
    quiet = "--loglevel=WARNING"
    # A schedule in memory: a beat that starts late or twice changes nothing, and no file can spoil.
    found = {"beat": ["beat", "--scheduler=celery.beat:Scheduler", "--pidfile=", quiet]}
    for queue in QUEUES:
        options = ["--concurrency=1", "--without-gossip", "--without-mingle", quiet]
        found[f"worker-{queue}"] = ["worker", f"--queues={queue}", f"--hostname={queue}@desk", *options]
    return found


def _run(command: list[str]) -> None:
    # Celery names its processes after the command line, so that `ps` tells the queues apart.
    sys.argv = ["celery", *command]
    app.start(argv=command)


def main() -> int:
    """Read the application, keep its workers until asked to stop. Return the exit code."""
    logs = Path(os.environ["DESK_DATA"]) / "logs"
    began = float(os.environ.get("DESK_BEGAN") or time.time())

    def say(line: str) -> None:
        print(f"{time.time() - began:6.1f} s  {line}", flush=True)  # noqa: T201

    with Supervisor(say=say) as supervisor:
        django.setup()
        app.loader.import_default_modules()
        app.finalize()
        # What is read by now stays shared between the forks.
        gc.freeze()
        for name, command in parts().items():
            supervisor.start(
                Child(name, [], logs / f"{name}.log", body=partial(_run, command), death_signal=signal.SIGKILL)
            )
        supervisor.watch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
