"""PostgreSQL and Valkey over unix sockets, as root or not."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from requests_desk.embedded import binaries
from requests_desk.embedded.children import Child, last_line
from requests_desk.embedded.place import PG_SOCKET, Place, Problem, unusable

READY_SECONDS = 60.0
# Tests throw their database away: nothing needs to reach the disk.
SCRATCH = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=2GB")


def postgres(place: Place, *, scratch: bool = False) -> Child:
    """Return PostgreSQL on its prepared data, not yet started."""
    _check_major(place)
    who = binaries.unprivileged()
    who.give(place.run)
    if who.uid is not None:
        # The other user passes through; what lies here is readable by its owner alone.
        place.data.chmod(0o711)
    if not place.postgres.exists():
        _init(place, scratch=scratch)
    _end_leftover(place)
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={place.run}",
        "unix_socket_permissions=0700",
        "max_connections=80",
        "shared_buffers=64MB",
        *(SCRATCH if scratch else ()),
    ]
    options = [part for setting in settings for part in ("-c", setting)]
    return Child(
        name="PostgreSQL",
        command=[*who.prefix, str(binaries.postgres_bin() / "postgres"), "-D", str(place.postgres), *options],
        log=place.data / "logs" / "postgres.log",
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
        become=who.become(),
        patience_seconds=30.0,
        stops=3,
    )


def _check_major(place: Place) -> None:
    """Raise Problem when the data was written by another PostgreSQL."""
    written = place.postgres / "PG_VERSION"
    if not written.is_file():
        return
    theirs, ours = written.read_text().strip(), binaries.postgres_major()
    if theirs != str(ours):
        raise Problem(
            f"The data in {place.postgres} was written by PostgreSQL {theirs}, and this is PostgreSQL {ours}:"
            " dump it with the old version and restore it here (docs/operators.md), or set DESK_DATA to an empty one"
        )


def _init(place: Place, *, scratch: bool) -> None:
    """Make the cluster beside its place and move it there whole, so that a killed start leaves no half of one."""
    half = place.data / "postgres.new"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    who = binaries.unprivileged()
    who.give(half)
    # Code-point order everywhere alike; before 17 PostgreSQL had it only from the C library.
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
        if binaries.postgres_major() >= 17
        else ["--locale=C.UTF-8"]
    )
    command = [*who.prefix, str(binaries.postgres_bin() / "initdb"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    command += [*locale, *(["--no-sync"] if scratch else []), "-D", str(half)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=who.become())  # noqa: S603
    except PermissionError as error:
        raise _failed_init(place, str(error)) from error
    if done.returncode:
        raise _failed_init(place, done.stderr.strip() or done.stdout.strip())
    half.rename(place.postgres)


def _failed_init(place: Place, said: str) -> Problem:
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return Problem(f"The disk that holds {place.data} is full: free some space, or set DESK_DATA to another disk")
    if "ermission denied" in said and binaries.unprivileged().uid is not None:
        return Problem(
            f"PostgreSQL cannot run as root here and user {binaries.NOBODY} cannot reach {place.data} or the programs:"
            " run `make run` as an ordinary user, or set DESK_DATA and the checkout where every user may pass"
        )
    last = said.splitlines()[-1] if said else "no reason given"
    return Problem(
        f"PostgreSQL could not lay out its data in {place.data} ({last}): set DESK_DATA to another directory"
    )


def _end_leftover(place: Place) -> None:
    """End the PostgreSQL of a supervisor that was killed a moment ago; drop its pid file when that names a stranger."""
    pid_file = place.postgres / "postmaster.pid"
    deadline = time.monotonic() + 30
    while (pid := _read_pid(pid_file)) and _is_postgres(pid):
        if time.monotonic() > deadline:
            raise Problem(f"An old PostgreSQL (process {pid}) does not end: stop it with kill -QUIT {pid}")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.2)
    # The lock on this data is ours, so what is left of these files lies.
    for stale in (pid_file, place.run / f"{PG_SOCKET}.lock"):
        stale.unlink(missing_ok=True)


def _read_pid(path: Path) -> int | None:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_postgres(pid: int) -> bool:
    try:
        return "postgres" in Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0]
    except OSError:
        return False


def valkey(place: Place) -> Child:
    """Return Valkey on its prepared data, not yet started."""
    try:
        place.valkey.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise unusable(place.valkey, error) from error
    # Rows are the truth and Redis only wakes workers: an append-only file is more than enough, and nothing is evicted.
    options = {
        "--port": "0",
        "--unixsocket": str(place.valkey_socket),
        "--unixsocketperm": "700",
        "--dir": str(place.valkey),
        "--appendonly": "yes",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--databases": "64",
    }
    return Child(
        name="Valkey",
        command=[str(binaries.valkey_server()), *(part for pair in options.items() for part in pair)],
        log=place.data / "logs" / "valkey.log",
        stops=2,
    )


def wait_for_postgres(place: Place, child: Child) -> None:
    """Wait until PostgreSQL answers and holds the database `desk`. Raise Problem when it ends instead."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if not child.running():
            raise Problem(f"PostgreSQL did not start ({last_line(child.log)}): see {child.log}")
        made = _ask(place, "SELECT 1 FROM pg_database WHERE datname = 'desk'")
        if made is not None:
            if not made:
                _ask(place, "CREATE DATABASE desk TEMPLATE template0")
            return
        time.sleep(0.05)
    raise Problem(f"PostgreSQL did not answer within {READY_SECONDS:.0f} s: see {child.log}")


def _ask(place: Place, sql: str) -> str | None:
    """Return what psql prints, or None while PostgreSQL does not answer."""
    # psql and not a driver: the supervisor stays small, and goes without any package.
    options = ["--no-psqlrc", "--tuples-only", "--no-align", "--no-password", "--username=postgres"]
    command = [str(binaries.postgres_bin() / "psql"), *options, f"--host={place.run}", "--command", sql, "postgres"]
    # Nothing of the caller's own PostgreSQL settings (PGHOST, PGOPTIONS …) may lead elsewhere.
    asked = subprocess.run(command, env={}, capture_output=True, text=True, check=False)  # noqa: S603
    return asked.stdout.strip() if asked.returncode == 0 else None


def wait_for_valkey(place: Place, child: Child) -> None:
    """Wait until Valkey answers a PING with its data loaded. Raise Problem when it ends instead."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if not child.running():
            raise Problem(f"Valkey did not start ({last_line(child.log)}): see {child.log}")
        if _pong(place):
            return
        time.sleep(0.05)
    raise Problem(f"Valkey did not answer within {READY_SECONDS:.0f} s: see {child.log}")


def _pong(place: Place) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as plain, suppress(OSError):
        plain.settimeout(5)
        plain.connect(str(place.valkey_socket))
        plain.sendall(b"PING\r\n")
        return plain.recv(16).startswith(b"+PONG")
    return False
