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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from aiosmtpd.controller import Controller

from requests_desk.embedded import stores
from requests_desk.embedded.place import Place
from tests.embedded.processes import ROOT, TESTS_OWN, Run, children_on
from tests.support import twilio
from tests.support.smtp import Relay, free_port
from tests.support.twilio import FakeTwilio

SWEEP_SECONDS = 2
PG_PORT = 5432  # a unix socket is named by it
HIDDEN = {f".s.PGSQL.{PG_PORT}": f".s.PGSQL.{PG_PORT + 1}"}
SMALL_DISK = "200m"
SPOILT_VERSION = 99
OLD_WORKER = ("-m", "celery", "--app=requests_desk", "worker", "--queues=sweep,mail,sms", "--concurrency=2")


@dataclass
class House:
    """A running desk under test."""

    run: Run
    relay: Relay
    smtp: Controller
    twilio: FakeTwilio
    expected: list[dict[str, Any]] = field(default_factory=list)  # what the current cell seeded
    patience_s: float = 90  # how long a fault that should change nothing is kept up, if need be

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of another process of this desk."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(TESTS_OWN)}
        return kept | self.run.env

    def program(self, *command: str, env: dict[str, str] | None = None, tree: Path = ROOT) -> subprocess.Popen[str]:
        """Start one more program of this desk, from another tree of its code where one is given."""
        with (self.run.data / "logs" / "extra.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, *command], cwd=tree, env=self.env | (env or {}), stdout=log, stderr=log, text=True
            )

    def seed(self, name: str, *, count: int, apart_s: float, poison: int = 0) -> list[dict[str, Any]]:
        """Write promises of which none is due yet, some of them breaking their reader; return what must be told."""
        lead = 3 + count * 0.1
        while True:
            asked = {"name": name, "count": count, "apart_s": apart_s, "first_due_in": lead, "poison": poison}
            said = subprocess.run(
                [sys.executable, "-m", "tests.faults.seed", json.dumps(asked)],
                cwd=ROOT, env=self.env, capture_output=True, text=True, check=True,
            )  # fmt: skip
            expected: list[dict[str, Any]] = json.loads(said.stdout)
            if time.time() < expected[0]["due_at"]:
                return expected
            # A fault after all was told would prove nothing: on a busy machine seeding takes longer.
            name, lead = f"{name}-again", 2 * lead

    def query(self, sql: str, *values: Any, port: int = PG_PORT) -> list[tuple[Any, ...]]:
        """Ask the desk's own database, as soon as it answers."""
        place, deadline = str(self.run.data / "run"), time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(host=place, port=port, user="postgres", dbname="desk", autocommit=True) as own:
                    return own.execute(sql.encode(), values).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    # --- processes -----------------------------------------------------------------------------------------------
    def head(self, part: str) -> int:
        """Return the process at the head of a part, by the log it writes to; one that is just dead is started again."""
        log, deadline = str(self.run.data / "logs" / f"{part}.log"), time.monotonic() + 60
        while True:
            own = {pid for pid in children_on(self.run.data) if _output_of(pid) == log}
            if heads := [pid for pid in sorted(own) if _parent_of(pid) not in own]:
                return heads[0]
            assert time.monotonic() < deadline, f"{part} does not come back"
            time.sleep(0.1)

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
    def frozen(self, *parts: str) -> Iterator[None]:
        """Stop parts where they stand: whoever asks them gets no answer."""
        pids = [pid for part in parts for pid in self.tree(part)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    @contextmanager
    def old_worker(self) -> Iterator[None]:
        """Keep a worker of the code as it was before the newest migration, beside ours."""
        with old_tree() as tree:
            program = self.program(*OLD_WORKER, tree=tree)
            try:
                time.sleep(5)
                assert program.poll() is None, "the old worker does not start on the new database"
                yield
            finally:
                program.terminate()
                program.wait(60)

    # --- the stores ----------------------------------------------------------------------------------------------
    @contextmanager
    def hidden(self, name: str) -> Iterator[None]:
        """Let nobody find a store's socket; who is connected stays so."""
        here = self.run.data / "run" / name
        away = here.with_name(HIDDEN.get(name, f"{name}.hidden"))
        here.rename(away)
        try:
            yield
        finally:
            away.rename(here)

    def hang_up(self) -> None:
        """Cut every connection to the database, whose socket is hidden."""
        self.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
            port=PG_PORT + 1,
        )

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Fill the small disk that the database lies on, to the last byte."""
        assert self.run.process
        filler = Path(f"/proc/{self.run.process.pid}/root{self.run.data}/postgres/filler")
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while True:
                        file.write(b"\0" * size)
        try:
            yield
        finally:
            filler.unlink()

    def spoil_messages(self, count: int) -> None:
        """Put messages into the outbox that break whatever code looks at them."""
        changed = (
            "jsonb_build_object('id', -g - extract(epoch FROM clock_timestamp())::bigint, 'message_id', '',"
            " 'key', 'spoilt' || g || clock_timestamp(), 'channel', CASE g %% 2 WHEN 0 THEN 'sms' ELSE 'email' END,"
            " 'headers', '[1]'::jsonb, 'destination', '@', 'state', 'pending', 'next_attempt_at', now(),"
            " 'accepted_at', NULL, 'settled_at', NULL, 'outcome_at', NULL, 'delivered_at', NULL, 'failed_at', NULL,"
            " 'attempts', 0, 'provider_id', '')"
        )
        some = "SELECT to_jsonb(n) FROM notifications_notification AS n LIMIT 1"
        self.query(
            "INSERT INTO notifications_notification SELECT made.* FROM generate_series(1, %s) AS g,"  # noqa: S608
            f" LATERAL jsonb_populate_record(NULL::notifications_notification, ({some}) || {changed}) AS made"
            " RETURNING id",
            count,
        )

    def clear_spoilt(self) -> None:
        """Take away what breaks its readers, so that the next cell has a fault of its own."""
        self.query(
            "WITH tries AS (DELETE FROM notifications_attempt WHERE notification_id < %s)"
            " DELETE FROM notifications_notification WHERE id < 0 RETURNING id", 0,
        )  # fmt: skip
        self.query(
            "UPDATE sla_milestone AS m SET next_look_at = NULL FROM sla_clock AS c JOIN sla_policyversion AS v"
            " ON v.id = c.policy_version_id WHERE c.id = m.clock_id AND v.number = %s RETURNING m.id", SPOILT_VERSION,
        )  # fmt: skip

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
        self.relay.refused.clear()
        self.twilio.refused.clear()

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
def moved_clock(by: str) -> Iterator[tuple[dict[str, str], Callable[[str], None]]]:
    """Yield the environment of a program whose clock is moved, `+2h` or `-2h`, and a hand that moves it further.

    As on a real machine only the wall's clock moves, never the monotonic one.
    """
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        raise NotHere("libfaketime is not installed")
    with tempfile.TemporaryDirectory() as place:
        said = Path(place) / "clock"
        said.write_text(f"{by}\n")
        yield (
            {
                "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(said), "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
            },
            lambda moved: said.write_text(f"{moved}\n") and None,
        )  # fmt: skip


@contextmanager
def old_tree() -> Iterator[Path]:
    """Yield the code as it was before the newest migration, or at DESK_OLD."""
    revision = os.environ.get("DESK_OLD") or _before_newest_migration()
    with tempfile.TemporaryDirectory(prefix="old-") as place:
        archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", place], input=archive, check=True)
        subprocess.run([sys.executable, "tools/texts.py", "compile"], cwd=place, capture_output=True, check=True)
        yield Path(place)


def _before_newest_migration() -> str:
    asked = ["git", "log", "-1", "--format=%H", "--diff-filter=A", "--", "*/migrations/*.py"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    known = subprocess.run(["git", "cat-file", "-e", f"{found}^"], cwd=ROOT, capture_output=True, check=False)
    if not found or known.returncode:
        raise NotHere("the history of this checkout does not reach back to an older tree")
    return f"{found}^"


class NotHere(Exception):
    """This machine lacks what a fault needs: the text says what."""


def _on_small_disk(data: Path) -> tuple[str, ...]:
    """Lay out a database and return what starts a desk that finds it on a small disk of its own."""
    place = Place(data)
    place.prepare()
    stores.postgres(place)
    laid = (data / "postgres").rename(data / "laid")
    (data / "postgres").mkdir()
    script = f"mount -t tmpfs -o size={SMALL_DISK},mode=0700 tmpfs '{data}/postgres'"
    script += f" && cp -a '{laid}/.' '{data}/postgres' && exec \"$@\""
    prefix = ("unshare", "--user", "--map-root-user", "--mount", "--propagation=private", "sh", "-c", script, "sh")
    tried = subprocess.run([*prefix[:5], "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    if tried.returncode:
        raise NotHere(f"no disk can be mounted: {tried.stderr.decode().strip()}")
    return prefix


@contextmanager
def a_house(*, is_cramped: bool = False) -> Iterator[House]:
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
        prefix = _on_small_disk(data) if is_cramped else ()
        house = House(Run(data, ("run",), env, prefix=prefix).start(), relay, _listening(relay), sms)
        try:
            house.run.until("Stop: Ctrl-C", seconds=120)
            yield house
        finally:
            if not house.run.ended():
                house.run.send(signal.SIGTERM)
            house.smtp.stop()
            shutil.rmtree(above, ignore_errors=True)
