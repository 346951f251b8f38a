"""A forked copy of this process that runs one function: what was read is shared, and nothing is imported again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Fork:
    """The little of `Popen`'s face that a `Child` needs, for a function instead of a program."""

    def __init__(self, body: Callable[[], object], *, log: int, prepare: Callable[[], None]) -> None:
        sys.stdout.flush()
        self.returncode: int | None = None
        # A request to end that comes meanwhile must find the child's own handlers, not a copy of ours.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        self.pid = os.fork()
        if self.pid == 0:
            _become(body, log=log, prepare=prepare, mask=before)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal, or None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raise TimeoutExpired when it takes longer than `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(["fork"], timeout or 0)
            time.sleep(0.02)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def _become(
    body: Callable[[], object], *, log: int, prepare: Callable[[], None], mask: set[signal.Signals | int]
) -> NoReturn:
    """Live as the child, in a session of its own; never return to the parent's code."""
    code = 1
    try:
        # Ctrl-C in the terminal is for the supervisor alone.
        os.setsid()
        for number in STOPS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        prepare()
        with open(os.devnull) as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        body()
        code = 0
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
    finally:
        # Past this line stands the parent's code, which must never run twice: what went wrong is told here.
        if sys.exc_info()[0]:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
