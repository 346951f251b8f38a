"""The whole desk as `make run` keeps it: real web, workers, beat and stores, with a relay and a Twilio of our own.

A conftest takes the fixture by import: `from tests.support.running_desk import running_desk`.
"""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.embedded.processes import Run, children_on, wait_until
from tests.support import twilio
from tests.support.smtp import Relay, RelayServer, free_port
from tests.support.twilio import FakeTwilio

SWEEP_SECONDS = 1
LEASE_SECONDS = 5
READY_SECONDS = 120.0
# A due instant so far ahead that the request is logged before it on a busy machine.
SOON = timedelta(seconds=4)


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: Any


@dataclass
class RunningDesk:
    """A desk under its supervisor, and what left it: the relay's ledger and Twilio's."""

    run: Run
    port: int
    relay: Relay
    twilio: FakeTwilio

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def account(self, username: str) -> dict[str, str]:
        """Return role, password and token of somebody of the demo."""
        rows = json.loads((self.run.data / "demo-accounts.json").read_text())
        return next(row for row in rows if row["username"] == username)

    def get(self, path: str, *, by: str = "lan") -> Answer:
        """Read from the API as somebody."""
        return self._ask("GET", path, None, by=by, headers={})

    def post(self, path: str, body: dict[str, Any], *, by: str = "lan", **headers: str) -> Answer:
        """Write through the API as somebody; `headers` with `_` for `-`."""
        return self._ask("POST", path, body, by=by, headers=headers)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None, *, by: str, headers: dict[str, str]) -> Answer:
        known = {"Authorization": f"Token {self.account(by)['token']}", "Content-Type": "application/json"}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(  # noqa: S310  our own loopback address
            f"{self.url}/api/v1/{path}", data, known | more, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  likewise
                return Answer(answer.status, json.load(answer))
        except urllib.error.HTTPError as error:
            return Answer(error.code, json.loads(error.read() or b"null"))

    def page(self, path: str) -> Answer:
        """Open a page as a stranger and return its text; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:  # noqa: S310  likewise
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode())
        except OSError:
            return Answer(0, "")

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the desk's own database."""
        with psycopg.connect(
            host=str(self.run.data / "run"), user="postgres", dbname="desk", autocommit=True
        ) as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def mails(self, code: str, *, to: str = "") -> list[EmailMessage]:
        """Return the mails about a request that the relay took, to anybody or to one address."""
        about = [mail for mail in list(self.relay.taken) if code in mail["Subject"]]
        return [mail for mail in about if to in ("", parseaddr(mail["To"])[1])]

    def texts(self, code: str) -> list[dict[str, Any]]:
        """Return the SMS about a request that Twilio took."""
        return [message for message in list(self.twilio.messages) if code in message["body"]]

    def expect(self, happened: Callable[[], Any], *, seconds: float = 25) -> None:
        """Wait until something has happened, or fail with the ends of the desk's logs."""
        try:
            wait_until(lambda: bool(happened()), seconds=seconds)
        except AssertionError:
            logs = sorted((self.run.data / "logs").glob("*.log"))
            pytest.fail("\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs))

    def never_close(self) -> None:
        """Open the office day and night from now on: a journey meets its reminders at whatever hour it runs (N1)."""
        week = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
        self.query(
            "INSERT INTO sla_calendarversion (calendar_id, number, document, confirmed_years, created_at, note, author)"
            " SELECT calendar_id, max(number) + 1, %s, '{}', now(), '', '' FROM sla_calendarversion"
            " GROUP BY calendar_id RETURNING id",
            json.dumps({"tz": "Asia/Ho_Chi_Minh", "hours": week}),
        )

    def process(self, part: str) -> int:
        """Return the process at the head of a part: of those that write to its log the one no other of them made."""
        heads: list[int] = []
        self.expect(lambda: heads.extend(self._heads(part)) or heads)
        return heads[0]

    def _heads(self, part: str) -> list[int]:
        log = str(self.run.data / "logs" / f"{part}.log")
        own = {pid for pid in children_on(self.run.data) if _output_of(pid) == log}
        return [pid for pid in own if _parent_of(pid) not in {0, *own}]

    def is_ready(self) -> bool:
        """Tell whether every check of `/readyz` holds."""
        return self.page("/readyz").status == 200

    def ask_for_help(self, *, due_in: timedelta, **changes: Any) -> dict[str, Any]:
        """Log a request through the API whose first reply is due so soon: it was received that much earlier."""
        received_at = datetime.now(UTC) - timedelta(hours=48) + due_in
        usual = {
            "channel": "hotline",
            "kind": "information",
            "text": "Cần những giấy tờ gì để gia hạn?",
            "received_at": received_at.isoformat(),
            "received_reason": "Máy tính của bộ phận tiếp nhận hỏng.",
            "requester": {"name": "Trần Thị B", "phones": ["0950000777"], "email": "b@khach.example"},
        }
        answer = self.post("tickets/", {**usual, **changes})
        assert answer.status == 201, answer.body
        return dict(answer.body)


def _output_of(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/fd/1").readlink())
    except OSError:  # it ended meanwhile
        return ""


def _parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended meanwhile
        return 0


@contextmanager
def a_running_desk(*, sweep_seconds: int = SWEEP_SECONDS, **env: str) -> Iterator[RunningDesk]:
    """Start a demo on scratch data of its own and stop it at the end; no process of it may be left."""
    above = Path(tempfile.mkdtemp(prefix="desk-"))
    port = free_port()
    with RelayServer() as relay, twilio.running() as sms:
        settings = {
            "DJANGO_SETTINGS_MODULE": "requests_desk.settings",
            "DESK_DATA": str(above / "d"),
            "DESK_DEMO": "1",
            "PORT": str(port),
            "SWEEP_SECONDS": str(sweep_seconds),
            "UNDO_SECONDS": "1",
            "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
            "EMAIL_URL": relay.url,
            "DEFAULT_FROM_EMAIL": "Sở Công Thương <desk@phuson.example>",
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT,
            "TWILIO_AUTH_TOKEN": twilio.TOKEN,
            "TWILIO_FROM": "+15005550006",
            "TWILIO_API_BASE": sms.url,
        }
        run = Run(above / "d", ("run",), settings | env).start()
        try:
            run.until("Stop: Ctrl-C", seconds=READY_SECONDS)
            desk = RunningDesk(run, port, relay, sms)
            desk.never_close()
            desk.expect(desk.is_ready)
            yield desk
        finally:
            if not run.ended():
                run.send(signal.SIGTERM)
            left = children_on(run.data)
            shutil.rmtree(above, ignore_errors=True)
    assert not left, left


@pytest.fixture(scope="session")
def running_desk() -> Iterator[RunningDesk]:
    """Keep one desk for all the journeys of a run."""
    with a_running_desk() as desk:
        yield desk
