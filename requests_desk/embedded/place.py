"""Where an embedded desk keeps its things, and what makes a place unfit."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# sockaddr_un.sun_path holds 108 bytes, the last of them a NUL.
SOCKET_BYTES = 107
PG_SOCKET = ".s.PGSQL.5432"
# A cluster takes 40 MB before its first row, and its log grows in pieces of 16 MB.
NEEDED_NEW_MB = 200
NEEDED_OLD_MB = 30


class Problem(Exception):
    """A start that cannot go on: the text says in one line what is wrong and what to do."""


@dataclass(frozen=True)
class Place:
    """The files of one desk under its data directory."""

    data: Path

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def valkey(self) -> Path:
        return self.data / "valkey"

    @property
    def valkey_socket(self) -> Path:
        return self.run / "valkey.sock"

    @property
    def desk_file(self) -> Path:
        return self.data / "desk.json"

    @property
    def secret_key(self) -> Path:
        return self.data / "secret-key"

    @property
    def demo_accounts(self) -> Path:
        return self.data / "demo-accounts.json"

    def prepare(self) -> None:
        """Make the directories, readable by their owner alone. Raise Problem where that cannot work."""
        self.check_path()
        try:
            for directory in (self.data, self.run, self.data / "logs"):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                # The mode of mkdir passes through the umask, and the directory may be older.
                directory.chmod(0o700)
        except OSError as error:
            raise unusable(self.data, error) from error
        self._check_room()

    def check_path(self) -> None:
        """Raise Problem when a unix socket would not fit under this path."""
        longest = len(os.fsencode(self.run / PG_SOCKET))
        if longest > SOCKET_BYTES:
            raise Problem(
                f"The data path {self.data} is too long for a unix socket ({longest} bytes with the socket's name,"
                f" {SOCKET_BYTES} fit): choose a shorter one, such as DESK_DATA=~/desk-data make run"
            )

    def _check_room(self) -> None:
        needed = NEEDED_OLD_MB if self.postgres.exists() else NEEDED_NEW_MB
        free = shutil.disk_usage(self.data).free // 1_000_000
        if free < needed:
            raise Problem(
                f"The disk that holds {self.data} is full ({free} MB free, {needed} MB needed):"
                " free some space, or set DESK_DATA to a directory on another disk"
            )


def unusable(path: Path, error: OSError) -> Problem:
    """Return the Problem that an error of the file system amounts to."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(f"The disk that holds {path} is full: free some space, or set DESK_DATA to another disk")
    reason = error.strerror or str(error)
    return Problem(f"{path} cannot be used ({reason}): set DESK_DATA to a directory you may write to")


@contextmanager
def locked(place: Place) -> Iterator[bool]:
    """Hold the lock of this data. Yield whether its last holder was killed. Raise Problem when another holds it.

    The kernel drops the lock with its holder; what a killed one leaves behind is the number it wrote.
    """
    with (place.data / "lock").open("a+") as lock:
        lock.seek(0)
        holder = lock.read().strip()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem(
                f"A desk already runs on {place.data} (process {holder or 'unknown'}): stop it first,"
                " or start another one with its own DESK_DATA and PORT"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        try:
            yield bool(holder)
        finally:
            lock.truncate(0)


def check_port(bind: str, port: int, *, patience_seconds: float = 0.0) -> None:
    """Raise Problem unless `bind`:`port` is free to listen on, or becomes so within the patience."""
    deadline = time.monotonic() + patience_seconds
    while (error := _bind_error(bind, port)) and error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
        time.sleep(0.1)
    if error and error.errno == errno.EADDRINUSE:
        raise Problem(f"Port {port} on {bind} is taken: stop what uses it, or PORT={port + 1} make run") from error
    if error:
        raise Problem(f"BIND={bind} PORT={port} cannot be listened on ({error.strerror or error})") from error


def _bind_error(bind: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the web does: connections of the last desk that only linger are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind.strip("[]"), port))
        except OSError as error:
            return error
    return None
