"""The real desk on scratch data, its relay and its Twilio, and hands to break each part of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from aiosmtpd.controller import Controller

from tests.embedded.processes import ROOT, TESTS_OWN, Run, children_on
from tests.support import twilio
from tests.support.smtp import Relay, free_port
from tests.support.twilio import FakeTwilio

SWEEP_SECONDS = 2


@dataclass
class House:
    """A running desk under test."""

    run: Run
    relay: Relay
    smtp: Controller
    twilio: FakeTwilio

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of another process of this desk."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(TESTS_OWN)}
        return kept | self.run.env

    def program(self, *command: str) -> subprocess.Popen[str]:
        """Start one more program of this desk."""
        with (self.run.data / "logs" / "extra.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.env, stdout=log, stderr=log, text=True
            )

    def seed(self, name: str, *, count: int, apart_s: float) -> list[dict[str, Any]]:
        """Write promises of which none is due yet; return what must be told."""
        lead = 3 + count * 0.1
        while True:
            asked = {"name": name, "count": count, "apart_s": apart_s, "first_due_in": lead}
            said = subprocess.run(
                [sys.executable, "-m", "tests.faults.seed", json.dumps(asked)],
                cwd=ROOT, env=self.env, capture_output=True, text=True, check=True,
            )  # fmt: skip
            expected: list[dict[str, Any]] = json.loads(said.stdout)
            if time.time() < expected[0]["due_at"]:
                return expected
            # A fault after all was told would prove nothing: on a busy machine seeding takes longer.
            name, lead = f"{name}-again", 2 * lead

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the desk's own database, as soon as it answers."""
        place, deadline = str(self.run.data / "run"), time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(host=place, user="postgres", dbname="desk", autocommit=True) as own:
                    return own.execute(sql.encode(), values).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    # --- processes -----------------------------------------------------------------------------------------------
    def head(self, part: str) -> int:
        """Return the process at the head of a part, by the log it writes to."""
        log = str(self.run.data / "logs" / f"{part}.log")
        own = {pid for pid in children_on(self.run.data) if _output_of(pid) == log}
        return next(pid for pid in sorted(own) if _parent_of(pid) not in own)

    def pool_children(self, part: str) -> list[int]:
        """Return the processes that a worker has forked to do its tasks."""
        head = self.head(part)
        return [pid for pid in children_on(self.run.data) if _parent_of(pid) == head]

    def kill(self, part: str, *, child: bool = False) -> None:
        """End a part, or the process that does its tasks, by SIGKILL."""
        for pid in self.pool_children(part) if child else [self.head(part)]:
            os.kill(pid, signal.SIGKILL)

    def tree(self, part: str) -> list[int]:
        """Return a part's process and all below it."""
        found = [self.head(part)]
        for pid in found:
            found += [other for other in children_on(self.run.data) if _parent_of(other) == pid and other not in found]
        return found

    @contextmanager
    def frozen(self, part: str) -> Iterator[None]:
        """Stop a part where it stands: whoever asks it gets no answer."""
        pids = self.tree(part)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    # --- the relay -----------------------------------------------------------------------------------------------
    @contextmanager
    def relay_gone(self) -> Iterator[None]:
        """Let nobody listen where the relay was."""
        self.smtp.stop()
        try:
            yield
        finally:
            self.smtp = _listening(self.relay)

    def calm(self) -> None:
        """Let every sink be well again."""
        for steps in (self.relay.at_mail, self.relay.at_rcpt, self.relay.at_data, self.twilio.next_answers):
            steps.clear()
        self.relay.watch = self.twilio.watch = lambda step: None
        self.twilio.retry_after = 0

    def strike(self, sink: Relay | FakeTwilio, step: str, *, times: int, blow: Any) -> threading.Event:
        """Deal the blow the next `times` that a sink sees `step`; the event is set by the last."""
        left, done = [times], threading.Event()

        def watch(seen: str) -> None:
            if seen == step and left[0]:
                left[0] -= 1
                blow()
                if not left[0]:
                    done.set()

        sink.watch = watch
        return done


def _output_of(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/fd/1").readlink())
    except OSError:
        return ""


def _parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _listening(relay: Relay) -> Controller:
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port)
    controller.start()
    return controller


@contextmanager
def a_house() -> Iterator[House]:
    """Start the desk as `make run` does, empty, with the default lease; stop it at the end."""
    above = Path(tempfile.mkdtemp(prefix="faults-"))
    relay, data = Relay(port=free_port()), above / "d"
    with twilio.running() as sms:
        env = {
            "DJANGO_SETTINGS_MODULE": "requests_desk.settings", "DESK_DATA": str(data), "DESK_DEMO": "0",
            "PORT": str(free_port()), "SWEEP_SECONDS": str(SWEEP_SECONDS), "EMAIL_URL": relay.url,
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT, "TWILIO_AUTH_TOKEN": twilio.TOKEN, "TWILIO_FROM": "+15005550006",
            "TWILIO_API_BASE": sms.url,
        }  # fmt: skip
        house = House(Run(data, ("run",), env).start(), relay, _listening(relay), sms)
        try:
            house.run.until("Stop: Ctrl-C", seconds=120)
            yield house
        finally:
            if not house.run.ended():
                house.run.send(signal.SIGTERM)
            house.smtp.stop()
            shutil.rmtree(above, ignore_errors=True)
