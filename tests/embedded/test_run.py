"""The whole desk as `make run` keeps it, started for real on a directory of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.processes import ROOT, Run, children_on, wait_until

pytestmark = pytest.mark.processes
READY = "Stop: Ctrl-C"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_on(data: Path, *, port: int, **env: str) -> Run:
    settings = {"DESK_DATA": str(data), "PORT": str(port), "DESK_DEMO": "0"}
    return Run(data, ("run",), env=settings | env)


def refusal(data: Path, **env: str) -> str:
    """Start a desk that must refuse; return its one line."""
    code, said = run_on(data, port=int(env.pop("PORT", free_port())), **env).start().result()
    lines = said.splitlines()
    assert (code, len(lines)) == (1, 1), said
    return lines[0].removeprefix("requests-desk: ")


@pytest.fixture(scope="module")
def desk() -> Iterator[Run]:
    """Yield a running desk that holds nothing yet."""
    above = Path(tempfile.mkdtemp(prefix="desk-"))
    run = run_on(above / "d", port=free_port()).start()
    run.until(READY)
    yield run
    if not run.ended():
        run.send(signal.SIGKILL)
    shutil.rmtree(above, ignore_errors=True)


def answers(run: Run) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{run.env['PORT']}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def process_of(run: Run, *words: str) -> int:
    """Return the oldest process on this desk's data whose command line holds all the words, once there is one."""
    found: list[int] = []

    def look() -> bool:
        found[:] = [pid for pid, command in children_on(run.data).items() if all(word in command for word in words)]
        return bool(found)

    wait_until(look)
    return min(found)


def test_it_says_how_to_begin_when_it_is_empty(desk: Run):
    said = desk.said()

    assert f"Requests Desk is ready: http://127.0.0.1:{desk.env['PORT']}/" in said
    assert f"DESK_DATA={desk.data}" in said
    assert "manage.py start_agency" in said


def test_it_keeps_secrets_from_other_users(desk: Run):
    modes = {path.name: path.stat().st_mode & 0o777 for path in (desk.data, desk.data / "secret-key")}

    assert modes == {"d": 0o700, "secret-key": 0o600}


def test_it_lets_later_commands_find_the_desk_by_its_data_alone(desk: Run):
    bare = {"PATH": os.environ["PATH"], "DESK_DATA": str(desk.data)}
    script = "from django.conf import settings as s; print(s.PORT, s.DESK_DEMO, len(s.SECRET_KEY) > 50)"

    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
        cwd=ROOT, env=bare, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.split() == [desk.env["PORT"], "False", "True"]


def test_it_refuses_a_second_start_on_the_same_data(desk: Run):
    assert desk.process

    said = refusal(desk.data.parent / "d", PORT=str(free_port()))

    assert said.startswith(f"A desk already runs on {desk.data} (process {desk.process.pid}): stop it first")


def test_it_refuses_a_port_that_is_taken(desk: Run, data: Path):
    port = desk.env["PORT"]

    said = refusal(data, PORT=port)

    assert said == f"Port {port} on 127.0.0.1 is taken: stop what uses it, or PORT={int(port) + 1} make run"


@pytest.mark.parametrize(
    "words",
    [("valkey-server",), ("gunicorn",), ("celery", "beat"), ("celeryd", "mail@desk:Main"), ("embedded.workers",)],
)
def test_it_starts_again_whatever_is_killed(desk: Run, words: tuple[str, ...]):
    killed = process_of(desk, *words)

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: killed not in children_on(desk.data), seconds=20)
    process_of(desk, *words)
    wait_until(lambda: answers(desk))


def test_it_ends_in_good_order_and_comes_back(desk: Run):
    desk.send(signal.SIGINT)

    stopped = [line.split()[2] for line in desk.said().splitlines() if " stopped (" in line and "  worker-" not in line]
    left = children_on(desk.data)
    again = run_on(desk.data, port=int(desk.env["PORT"])).start()
    again.until(READY)
    again.send(signal.SIGKILL)
    assert [name for name in stopped if name in ("web", "workers", "Valkey", "PostgreSQL")] == [
        "web",
        "workers",
        "Valkey",
        "PostgreSQL",
    ]
    assert left == {}
    wait_until(lambda: not children_on(desk.data), seconds=20)


def test_it_refuses_to_show_the_demo_to_the_network(data: Path):
    said = refusal(data, BIND="0.0.0.0", DESK_DEMO="1")

    assert said.startswith(
        "BIND=0.0.0.0 would open the demo's accounts to the network: start an empty desk by DESK_DEMO=0"
    )


def test_it_refuses_to_turn_a_real_desk_into_a_demo(data: Path):
    data.mkdir()
    (data / "desk.json").write_text(json.dumps({"demo": "0"}))

    said = refusal(data, DESK_DEMO="1")

    assert said == f"{data} was started with DESK_DEMO=0 and stays so: give DESK_DEMO=1 its own DESK_DATA"


@pytest.mark.parametrize("port", ["99999", "0", "eight"])
def test_it_refuses_a_port_that_is_none(data: Path, port: str):
    code, said = Run(data, ("run",), env={"DESK_DATA": str(data), "PORT": port, "DESK_DEMO": "0"}).start().result()

    assert (code, said) == (1, f"requests-desk: PORT={port} is no port: choose one from 1 to 65535\n")


def test_it_refuses_a_database_that_does_not_answer(data: Path):
    said = refusal(data, DATABASE_URL="postgres://desk@127.0.0.1:1/desk", DESK_DEMO="")

    assert said.startswith("The database of DATABASE_URL does not answer (")
