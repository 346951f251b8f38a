"""What a start was asked for: the environment first, then what the data was started with."""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from requests_desk.embedded.place import Place, Problem, check_port

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Terms:
    """The terms of one start. `demo` is None where only the given database can tell whether it is fresh."""

    place: Place
    bind: str
    port: int
    public_base_url: str
    database_url: str
    redis_url: str
    demo: bool | None

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Terms:
        """Read the terms from the environment and from `desk.json`. Raise Problem where they contradict."""
        place = Place(Path(environ.get("DESK_DATA") or ROOT / "data").expanduser().resolve())
        kept = _kept(place)
        database_url = _secret(environ, "DATABASE_URL")
        bind, port = (
            environ.get("BIND") or kept.get("bind", "127.0.0.1"),
            environ.get("PORT") or kept.get("port", "8000"),
        )
        if not (port.isdigit() and 0 < int(port) < 65536):
            raise Problem(f"PORT={port} is no port: choose one from 1 to 65535")
        return cls(
            place=place,
            bind=bind,
            port=int(port),
            public_base_url=environ.get("PUBLIC_BASE_URL") or kept.get("public_base_url", ""),
            database_url=database_url or kept.get("database_url", ""),
            redis_url=_secret(environ, "REDIS_URL") or kept.get("redis_url", ""),
            demo=_demo(environ, place, kept, given_database=bool(database_url)),
        )

    @property
    def address(self) -> str:
        """The address a person opens."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.bind, self.bind)  # noqa: S104
        return self.public_base_url or f"http://{host}:{self.port}"

    def check(self, *, patience_seconds: float = 0.0) -> None:
        """Raise Problem when the desk could not listen where it should, or would show a demo to the network."""
        if self.demo is not False:
            self.refuse_demo_beyond_loopback()
        check_port(self.bind, self.port, patience_seconds=patience_seconds)

    def refuse_demo_beyond_loopback(self) -> None:
        """Raise Problem when accounts whose passwords anybody may read would be open to the network."""
        if not _is_loopback(self.bind) and (self.demo or self.place.demo_accounts.exists()):
            raise Problem(
                f"BIND={self.bind} would open the demo's accounts to the network:"
                " start an empty desk by DESK_DEMO=0 with its own DESK_DATA, or leave BIND at 127.0.0.1"
            )

    def keep(self, *, demo: bool) -> None:
        """Write what a later `manage.py` needs to find this desk by DESK_DATA alone."""
        kept = {"port": str(self.port), "bind": self.bind, "demo": "1" if demo else "0"}
        optional = ("public_base_url", "database_url", "redis_url")
        kept |= {name: value for name in optional if (value := getattr(self, name))}
        _write_private(self.place.desk_file, json.dumps(kept, indent=2) + "\n")
        if not self.place.secret_key.exists():
            _write_private(self.place.secret_key, secrets.token_urlsafe(50) + "\n")


def _kept(place: Place) -> dict[str, str]:
    try:
        kept = json.loads(place.desk_file.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Problem(f"{place.desk_file} cannot be read ({error}): delete it and start again") from error
    return {name: str(value) for name, value in kept.items()}


def _secret(environ: Mapping[str, str], name: str) -> str:
    file = environ.get(f"{name}_FILE")
    return Path(file).read_text().strip() if file else environ.get(name, "")


def _demo(environ: Mapping[str, str], place: Place, kept: Mapping[str, str], *, given_database: bool) -> bool | None:
    """Tell whether this desk is the demo: on fresh data unless told otherwise, and never changed afterwards."""
    said = environ.get("DESK_DEMO", "").strip().lower()
    wanted = said in ("1", "true", "yes", "on") if said else None
    # Real requests among invented ones, or real messages that are only shown, cannot be undone: no change of mind.
    if "demo" in kept:
        was = kept["demo"] == "1"
        if wanted is not None and wanted != was:
            raise Problem(
                f"{place.data} was started with DESK_DEMO={int(was)} and stays so:"
                f" give DESK_DEMO={int(wanted)} its own DESK_DATA"
            )
        return was
    if wanted is not None:
        return wanted
    # Whether a database of somebody else's is fresh is for it to say, before anything is written to it.
    if given_database:
        return None
    return not place.postgres.exists()


def _is_loopback(bind: str) -> bool:
    if bind == "localhost":
        return True
    try:
        return ipaddress.ip_address(bind.strip("[]")).is_loopback
    except ValueError:
        return False


def _write_private(path: Path, text: str) -> None:
    # Whole or not at all, and never readable by others, not even for a moment.
    half = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    half.replace(path)
