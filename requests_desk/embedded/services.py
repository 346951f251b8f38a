"""The supervisor: starts its children, watches them, stops them in order."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType

from requests_desk.embedded import stores
from requests_desk.embedded.children import Child, last_line
from requests_desk.embedded.forks import STOPS
from requests_desk.embedded.place import Place, Problem, locked

POLL_SECONDS = 0.25


class Stopped(Exception):
    """Ctrl-C or a request to end came before the start was through."""


class Supervisor:
    """Keeps children running until it is told to stop, then stops them in their order."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self.say = say
        self.children: list[Child] = []
        self.stopping = threading.Event()
        # A closed terminal (SIGHUP) ends the desk as Ctrl-C does, in order.
        for number in STOPS:
            signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        # Only noted here: children are stopped by the main flow, never in the middle of starting one.
        self.stopping.set()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        running = [child for child in self.children if child.running()]
        for _, group in itertools.groupby(
            sorted(running, key=lambda child: child.stops), key=lambda child: child.stops
        ):
            self._stop_together(list(group))

    def _stop_together(self, children: list[Child]) -> None:
        began = time.monotonic()
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.await_stop()
            self.say(f"{child.name} stopped ({time.monotonic() - began:.1f} s)")

    def start(self, child: Child) -> Child:
        """Start a child and keep it from now on."""
        self.children.append(child)
        child.start()
        return child

    def finish(self, step: Child) -> None:
        """Run a step to its end. Raise Problem when it fails, Stopped when asked to end meanwhile."""
        told = step.log.stat().st_size if step.log and step.log.exists() else 0
        if step not in self.children:
            self.start(step)
        while step.running():
            if self.stopping.wait(0.02):
                raise Stopped
            told = self._pass_on(step, told)
        if step.process and step.process.returncode:
            raise Problem(f"{step.name} failed ({last_line(step.log)}): see {step.log}")

    def _pass_on(self, step: Child, told: int) -> int:
        """Say the whole lines that a step has written since `told`, a position in its log. Return the new one."""
        if not step.log or not step.log.exists():
            return told
        with step.log.open("rb") as log:
            log.seek(told)
            whole = log.read().rpartition(b"\n")[0]
        for line in whole.decode(errors="replace").splitlines():
            self.say(f"  {line}")
        return told + len(whole) + bool(whole)

    def check(self) -> None:
        """Raise Stopped once somebody asked for the end."""
        if self.stopping.is_set():
            raise Stopped

    def watch(self) -> None:
        """Start again what dies, until asked to stop."""
        while not self.stopping.wait(POLL_SECONDS):
            for child in self.children:
                told = child.revive(clock=time.monotonic())
                if told:
                    self.say(told)


def start_stores(supervisor: Supervisor, place: Place, *, postgres: bool, valkey: bool, scratch: bool = False) -> None:
    """Start the stores that are wanted and wait until they answer."""
    # Both at once; the slower one is asked last.
    database = supervisor.start(stores.postgres(place, scratch=scratch)) if postgres else None
    broker = supervisor.start(stores.valkey(place)) if valkey else None
    if broker:
        stores.wait_for_valkey(place, broker)
        supervisor.say("Valkey answers")
    supervisor.check()
    if database:
        stores.wait_for_postgres(place, database)
        supervisor.say("PostgreSQL answers")
    supervisor.check()


def keep_services(place: Place, *, scratch: bool) -> int:
    """Keep PostgreSQL and Valkey until Ctrl-C. Return the exit code."""
    place.prepare()
    with locked(place), Supervisor(say=_print) as supervisor:
        try:
            start_stores(supervisor, place, postgres=True, valkey=True, scratch=scratch)
            _print(f"Use them by DESK_DATA={place.data}; Ctrl-C stops them")
            supervisor.watch()
        except Stopped:
            _print("stopped before they were ready")
    return 0


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201
