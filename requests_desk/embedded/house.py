"""The whole desk on one machine: stores, web, workers, each kept alive."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from requests_desk.embedded import collected
from requests_desk.embedded.children import Child, last_line
from requests_desk.embedded.place import Problem, locked
from requests_desk.embedded.services import Stopped, Supervisor, start_stores
from requests_desk.embedded.terms import ROOT, Terms

WEB_SECONDS = 60.0
DEMO_SCREEN = """
  Requests Desk is ready: {address}/

  Demo accounts, on this machine alone (sign in at {address}/accounts/login/):
{accounts}

  Three things to try
    1. As {clerk}, log a call at {address}/desk/new/ without touching the mouse; it prints a receipt.
    2. As the business, open {address}/status/ with the code and the phone number on that receipt.
    3. Within three minutes, see at {address}/desk/sent/ a reminder, a breach and a promised time go out by themselves.
"""
EMPTY_SCREEN = """
  Requests Desk is ready: {address}/

  Its first agency, unit and administrator: {manage} start_agency
"""
LAST_LINES = """
  Every command finds this desk by its data: {manage} help
  Logs: {data}/logs    Stop: Ctrl-C
"""


class House:
    """One start of the desk, which says what it does and how many seconds it has taken."""

    def __init__(self, terms: Terms, *, began: float) -> None:
        self.terms = terms
        self.began = began
        self.env = {**os.environ, "DESK_DATA": str(terms.place.data), "PYTHONUNBUFFERED": "1"}
        # `desk.json` says by now whether this is the demo.
        self.env.pop("DESK_DEMO", None)

    def say(self, line: str) -> None:
        """Print one line of progress."""
        print(f"{time.time() - self.began:6.1f} s  {line}", flush=True)  # noqa: T201

    def keep(self) -> int:
        """Start everything and watch over it until Ctrl-C. Return the exit code."""
        self.terms.place.prepare()
        with locked(self.terms.place) as killed, Supervisor(say=self.say) as supervisor:
            # The web of a killed supervisor may need a moment to let go of the port.
            self.terms.check(patience_seconds=5.0 if killed else 0.0)
            try:
                self._start(supervisor)
                supervisor.watch()
            except Stopped:
                self.say("stopped before it was ready")
        return 0

    def _start(self, supervisor: Supervisor) -> None:
        terms = self.terms
        demo = terms.demo if terms.demo is not None else _is_empty(terms.database_url)
        if demo:
            terms.refuse_demo_beyond_loopback()
        terms.keep(demo=demo)
        with collected.turn(check=supervisor.check) as stale:
            collect = self._step("collectstatic", "manage.py", "collectstatic", "--noinput", "--verbosity=0")
            if stale:  # beside the stores, which leave a core idle
                supervisor.start(collect)
            start_stores(supervisor, terms.place, postgres=not terms.database_url, valkey=not terms.redis_url)
            supervisor.finish(self._step("texts", "tools/texts.py", "compile"))
            if stale:
                supervisor.finish(collect)
                collected.stamp()
                self.say("static files collected")
        supervisor.finish(self._step("migrate", "manage.py", "migrate", "--verbosity=0", "--skip-checks"))
        self.say("database up to date")
        if demo and not terms.place.demo_accounts.exists():
            supervisor.finish(self._step("demo", "manage.py", "fill_demo", "--skip-checks"))
            self.say("invented agency and requests filled in")
        self._open(supervisor, demo=demo)

    def _open(self, supervisor: Supervisor, *, demo: bool) -> None:
        web = supervisor.start(self._web())
        self._wait_for_web(supervisor, web)
        self.say("web answers")
        supervisor.start(self._workers())
        self.say("timer and senders started")
        print(self._screen(demo=demo), flush=True)  # noqa: T201

    def _step(self, name: str, *arguments: str) -> Child:
        """Return a program that runs once and ends."""
        command = [sys.executable, *arguments]
        return self._child(name, command, death_signal=signal.SIGKILL, once=True)

    def _child(
        self,
        name: str,
        command: list[str],
        *,
        death_signal: signal.Signals,
        stop_signal: signal.Signals = signal.SIGTERM,
        once: bool = False,
        stops: int = 0,
    ) -> Child:
        log = self.terms.place.data / "logs" / f"{name}.log"
        return Child(
            name, command, log, stop_signal=stop_signal, death_signal=death_signal, env=self.env, once=once, stops=stops
        )

    def _web(self) -> Child:
        bind = self.terms.bind if ":" not in self.terms.bind else f"[{self.terms.bind.strip('[]')}]"
        # Read once and shared by both processes; a process is replaced now and then, so a leak never grows old.
        options = f"--bind={bind}:{self.terms.port} --worker-class=gthread --workers=2 --threads=4 --preload"
        options += (
            " --graceful-timeout=10 --timeout=60 --max-requests=5000 --max-requests-jitter=500 --no-control-socket"
        )
        command = [sys.executable, "-m", "gunicorn", *options.split(), "requests_desk.wsgi:application"]
        # SIGQUIT, should the supervisor be killed: the port must be free for the next start.
        return self._child("web", command, death_signal=signal.SIGQUIT)

    def _workers(self) -> Child:
        command = [sys.executable, "-m", "requests_desk.embedded.workers"]
        env = {**self.env, "DESK_BEGAN": str(self.began)}
        # It speaks for itself: what dies under it is told on the same screen.
        return Child("workers", command, None, death_signal=signal.SIGKILL, env=env, stops=1, patience_seconds=20.0)

    def _wait_for_web(self, supervisor: Supervisor, web: Child) -> None:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.terms.bind, self.terms.bind.strip("[]"))  # noqa: S104
        deadline = time.monotonic() + WEB_SECONDS
        while not _answers(host, self.terms.port):
            supervisor.check()
            if not web.running() or time.monotonic() > deadline:
                raise Problem(f"The web server did not start ({last_line(web.log)}): see {web.log}")
            time.sleep(0.1)

    def _screen(self, *, demo: bool) -> str:
        data, address = self.terms.place.data, self.terms.address
        where = "" if data == ROOT / "data" else f"DESK_DATA={data} "
        words = {"address": address, "data": data, "manage": f"{where}{Path(sys.executable)} manage.py"}
        if not demo:
            return (EMPTY_SCREEN + LAST_LINES).format(**words)
        rows = json.loads(self.terms.place.demo_accounts.read_text())
        clerk = next(row["username"] for row in rows if row["role"] == "front_desk")
        accounts = "\n".join(_account(row) for row in rows)
        return (DEMO_SCREEN + LAST_LINES).format(accounts=accounts, clerk=clerk, **words)


def _account(row: Mapping[str, str]) -> str:
    return f"    {row['role']:<12} {row['username']:<20} {row['password']}"


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        # A host that is always allowed, whatever address the desk is bound to.
        connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _is_empty(database_url: str) -> bool:
    """Tell whether a given database was never used by a desk. Raise Problem when it does not answer."""
    import psycopg

    try:
        with psycopg.connect(database_url, connect_timeout=10) as connection:
            row = connection.execute("SELECT to_regclass('django_migrations') IS NULL").fetchone()
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise Problem(
            f"The database of DATABASE_URL does not answer ({reason}): start it, or unset DATABASE_URL"
        ) from error
    return bool(row and row[0])
