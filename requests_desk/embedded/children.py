"""Children that die with their parent, are started again when they die, and stop in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from requests_desk.embedded.forks import Fork

PR_SET_PDEATHSIG = 1
LOG_BYTES = 5_000_000
# A child that lived this long was well: the next death starts the waits anew.
WELL_AFTER_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 30.0

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(number: signal.Signals, *, parent: int) -> None:
    """Ask the kernel to send this process `number` when its parent ends. Elsewhere than on Linux: nothing."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(number))
    # The parent may have ended between the fork and the line above.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Child:
    """One program, or a function in a fork: how it is started, by which signals it stops, and how it fares."""

    name: str
    command: list[str]
    # None: it speaks for itself where this process does.
    log: Path | None
    body: Callable[[], object] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    # Sent by the kernel when the supervisor itself is killed.
    death_signal: signal.Signals = signal.SIGTERM
    env: Mapping[str, str] | None = None
    become: Callable[[], None] | None = None
    patience_seconds: float = 15.0
    # A step of the start runs once; everything else is started again when it ends.
    once: bool = False
    # Lower ones stop first: web, workers, broker, database.
    stops: int = 0
    process: subprocess.Popen[bytes] | Fork | None = None
    started_at: float = 0.0
    deaths: int = 0
    retry_at: float = field(default=0.0)

    def start(self) -> None:
        """Start the program, its output appended to its log."""
        self.started_at = time.monotonic()
        if self.log is None:
            self.process = _spawn(self, sys.stdout.fileno())
            return
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = _spawn(self, log.fileno())

    def running(self) -> bool:
        """Tell whether the program runs."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the signal that ends the program in good order."""
        if self.process is not None and self.running():
            self.process.send_signal(self.stop_signal)

    def await_stop(self) -> None:
        """Wait for the end; after the program's patience, end its whole group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience_seconds)
        # Its group too: a program that was killed may have left helpers of its own.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def revive(self, *, clock: float) -> str | None:
        """Start a dead program again when its wait is over. Return what to tell, if anything.

        `clock` is monotonic seconds. Waits double from one second to thirty while it keeps dying.
        """
        if self.once or self.process is None or self.running():
            return None
        if self.retry_at:
            return self._retry(clock)
        self.deaths = 0 if clock - self.started_at > WELL_AFTER_SECONDS else self.deaths
        wait = 0.0 if self.deaths == 0 else min(2.0 ** (self.deaths - 1), LONGEST_WAIT_SECONDS)
        self.deaths += 1
        self.retry_at = clock + wait
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        see = f", see {self.log}" if self.log else ""
        return f"{self.name} ended ({_how(self.process.returncode)}); started again in {wait:.0f} s{see}"

    def _retry(self, clock: float) -> str | None:
        if clock < self.retry_at:
            return None
        self.retry_at = 0.0
        self.start()
        return f"{self.name} runs again"


def last_line(log: Path | None) -> str:
    """Return the last line of a log, for a one-line message."""
    lines = log.read_text(errors="replace").strip().splitlines() if log and log.exists() else []
    return lines[-1] if lines else "it left no reason"


def _how(code: int | None) -> str:
    return f"signal {signal.Signals(-code).name}" if code and code < 0 else f"code {code}"


def _spawn(child: Child, log: int) -> subprocess.Popen[bytes] | Fork:
    parent = os.getpid()

    def prepare() -> None:
        if child.become:
            child.become()
        # After the change of user, which would clear it.
        die_with_parent(child.death_signal, parent=parent)

    if child.body:
        return Fork(child.body, log=log, prepare=prepare)
    # Its own session: Ctrl-C reaches the supervisor alone, which stops its children in order.
    return subprocess.Popen(  # noqa: S603
        child.command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=child.env,
        start_new_session=True,
        preexec_fn=prepare,  # noqa: PLW1509  (this process has one thread)
    )
