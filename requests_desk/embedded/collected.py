"""The collected static files of this checkout: made by one desk at a time, and again only when they would differ."""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from requests_desk.embedded.terms import ROOT

COLLECTED = ROOT / "staticfiles"
STAMP = COLLECTED / ".collected"


@contextmanager
def turn(*, check: Callable[[], None]) -> Iterator[bool]:
    """Wait for this desk's turn. Yield whether the files must be collected; `check` may raise while waiting."""
    # Old files stay: the web of another desk may be serving them.
    COLLECTED.mkdir(exist_ok=True)
    with (COLLECTED / ".lock").open("a") as lock:
        while True:
            check()
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1)
        yield not (STAMP.is_file() and STAMP.read_text() == _print())


def stamp() -> None:
    """Note what the files were collected from."""
    STAMP.write_text(_print())


def _print() -> str:
    """Return a print of everything the files come from: ours, the packages', and how they are made."""
    seen = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    seen.update((ROOT / "requests_desk" / "static_files.py").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        state = path.stat()
        seen.update(f"{path} {state.st_mtime_ns} {state.st_size}\n".encode())
    return seen.hexdigest()
