"""The two stores as real processes: what starts, what refuses, what is left after the worst."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.embedded.processes import Run, children_on, wait_until

pytestmark = pytest.mark.processes
Start = Callable[[], Run]
READY = "Ctrl-C stops them"


def query(data: Path, sql: str) -> object:
    with psycopg.connect(host=str(data / "run"), user="postgres", dbname="desk", autocommit=True) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_it_sorts_by_code_point_on_every_machine(services: Start, data: Path):
    services().until(READY)

    assert query(data, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'desk'") == "bC.UTF-8"


def test_it_keeps_what_was_committed_when_everything_is_killed(services: Start, data: Path):
    first = services()
    first.until(READY)
    query(data, "CREATE TABLE kept (number integer)")
    query(data, "INSERT INTO kept VALUES (7)")
    first.send(signal.SIGKILL)

    services().until(READY)

    assert query(data, "SELECT number FROM kept") == 7


def test_it_leaves_no_child_when_killed(services: Start, data: Path):
    run = services()
    run.until(READY)

    run.send(signal.SIGKILL)

    wait_until(lambda: not children_on(data), seconds=10)


def test_it_starts_again_at_once_after_a_kill(services: Start):
    first = services()
    first.until(READY)
    first.send(signal.SIGKILL)

    second = services()

    second.until(READY)


def test_it_starts_over_a_pid_file_that_names_a_stranger(services: Start, data: Path):
    first = services()
    first.until(READY)
    first.send(signal.SIGTERM)
    (data / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data}/postgres\n0\n5432\n")

    second = services()

    second.until(READY)


def test_it_refuses_a_second_start_on_the_same_data(services: Start, data: Path):
    first = services()
    first.until(READY)
    assert first.process

    code, said = services().result()

    assert code == 1
    assert said == (
        f"requests-desk: A desk already runs on {data} (process {first.process.pid}): stop it first,"
        " or start another one with its own DESK_DATA and PORT\n"
    )


def test_it_refuses_data_of_another_postgres(services: Start, data: Path):
    first = services()
    first.until(READY)
    first.send(signal.SIGTERM)
    (data / "postgres" / "PG_VERSION").write_text("15\n")

    code, said = services().result()

    assert code == 1
    assert said.count("\n") == 1
    assert "was written by PostgreSQL 15, and this is PostgreSQL 18" in said


def test_it_refuses_a_path_that_no_socket_fits(data: Path):
    deep = data / ("deep" * 30)
    data.mkdir()

    code, said = Run(data, ("services", "--data", str(deep))).start().result()

    assert code == 1
    assert said.count("\n") == 1
    assert "is too long for a unix socket" in said


def test_it_refuses_a_directory_it_cannot_make(data: Path):
    data.write_text("a file where a directory should be")

    code, said = Run(data, ("services", "--data", str(data / "d"))).start().result()

    assert code == 1
    assert said == (
        f"requests-desk: {data / 'd'} cannot be used (Not a directory): set DESK_DATA to a directory you may write to\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_in_good_order_when_asked(services: Start, data: Path, number: signal.Signals):
    run = services()
    run.until(READY)

    code = run.send(number)

    stopped = [line.split()[0] for line in run.said().splitlines() if " stopped (" in line]
    assert (code, stopped) == (0, ["Valkey", "PostgreSQL"])
    assert not children_on(data)
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text()


@pytest.mark.parametrize(("name", "program"), [("PostgreSQL", "bin/postgres"), ("Valkey", "valkey-server")])
def test_it_starts_a_killed_store_again(services: Start, data: Path, name: str, program: str):
    run = services()
    run.until(READY)

    os.kill(min(pid for pid, command in children_on(data).items() if program in command.split()[0]), signal.SIGKILL)

    run.until(f"{name} runs again")
    wait_until(lambda: answers(data), seconds=20)


def answers(data: Path) -> bool:
    try:
        return query(data, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False
