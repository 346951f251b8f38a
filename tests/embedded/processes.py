"""Start the embedded desk's own processes, and look for what they leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What the tests say of their own stores and settings is not meant for a desk of its own.
TESTS_OWN = ("DATABASE_", "REDIS_", "DESK_", "DJANGO_", "SECRET_KEY")


@dataclass
class Run:
    """One `python -m requests_desk.embedded …` on its own data."""

    data: Path
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    prefix: tuple[str, ...] = ()  # what starts it, where it is not this process

    def start(self) -> Run:
        """Start it with its output kept in a file beside the data."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(TESTS_OWN)}
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", "requests_desk.embedded", "--with-parent", *self.command],
                cwd=ROOT,
                env=kept | self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        return self

    @property
    def _output(self) -> Path:
        return self.data.with_suffix(".out")

    def said(self) -> str:
        """Return everything it has printed."""
        return self._output.read_text()

    def until(self, words: str, *, seconds: float = 60) -> str:
        """Wait until it has printed `words`. Return everything it has printed."""
        wait_until(lambda: words in self.said() or self.ended(), seconds=seconds)
        assert words in self.said(), self.said()
        return self.said()

    def ended(self) -> bool:
        """Tell whether it has ended."""
        return self.process is not None and self.process.poll() is not None

    def send(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end. Return the exit code."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(60)

    def result(self) -> tuple[int, str]:
        """Wait for the end. Return the exit code and what it printed."""
        assert self.process
        return self.process.wait(60), self.said()


def children_on(data: Path) -> dict[int, str]:
    """Return the living processes that name this data directory, work in it or write to it, with their commands."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text().replace("\0", " ")
            places = [(process / "cwd").readlink(), *(each.readlink() for each in (process / "fd").iterdir())]
            environment = (process / "environ").read_text(errors="replace")
        except OSError:
            continue
        inside = any(place.is_relative_to(data) for place in places)
        if inside or str(data) in command or f"DESK_DATA={data}\0" in environment:
            found[int(process.name)] = command
    return found


def wait_until(happened: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait until something has happened, or fail."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
