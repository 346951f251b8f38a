"""Read mails in a child under limits: ten seconds and 256 MB each. A mail that kills its reader kills nobody else."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from requests_desk.tickets.mail_words import Bounce, File, Parsed

SECONDS = 10.0
CHILD_OPTIONS: list[str] = []
_ROOT = Path(__file__).resolve().parents[3]


class ReaderDied(Exception):
    """The child did not survive this mail: `reason` is `timeout`, `memory` or `crash`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reader:
    """A child that reads mails, started when the first one comes and again after one that it did not survive."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self.child: subprocess.Popen[bytes] | None = None
        # Mails go over files, not the pipe: 40 MB in a pipe would block both sides until one reads.
        self.place = tempfile.TemporaryDirectory(prefix="desk-mail-")

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        self.place.cleanup()

    def read(self, raw: bytes, *, servers: tuple[str, ...] = ()) -> Parsed:
        """Return what a mail says. Raises ReaderDied."""
        taken, given = Path(self.place.name, "raw"), Path(self.place.name, "read")
        taken.write_bytes(raw)
        given.unlink(missing_ok=True)
        try:
            answer = self._ask({"raw": str(taken), "out": str(given), "servers": servers})
            # The child said that it ends: waiting for the next mail would meet a broken pipe.
            if answer["last"]:
                self.end()
            if answer["answer"] != "ok":
                raise ReaderDied(answer["answer"])
            return _parsed(given.read_bytes())
        finally:
            # People's mail does not lie about in a temporary folder longer than its reading takes.
            taken.unlink()
            given.unlink(missing_ok=True)

    def end(self) -> None:
        """End the child; the next mail starts another."""
        if self.child is not None:
            self.child.kill()
            self.child.communicate()
        self.child = None

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        child = self._running()
        assert child.stdin and child.stdout  # noqa: S101  both are pipes
        end = time.monotonic() + self.seconds
        try:
            child.stdin.write(json.dumps(asked).encode() + b"\n")
            child.stdin.flush()
        # It died of the mail before, after its answer: the next one must not pay for that.
        except BrokenPipeError as error:
            self.end()
            raise ReaderDied("crash") from error
        # The wall, not the child's processor time: a reader that waits for something is as lost as one that spins.
        ready, _write, _error = select.select([child.stdout], [], [], max(end - time.monotonic(), 0))
        line = child.stdout.readline() if ready else b""
        if not line:
            self.end()
            # A closed pipe is readable at once and says nothing; silence until the end is the clock's.
            raise ReaderDied("crash" if ready else "timeout")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        # Kept alive between mails: starting Python takes longer than reading a hundred of them.
        if self.child is None or self.child.poll() is not None:
            self.end()
            self.child = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "requests_desk.doors.mail.child", *CHILD_OPTIONS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=_ROOT,
            )
        return self.child


def _parsed(written: bytes) -> Parsed:
    length = int.from_bytes(written[:8], "big")
    head = json.loads(written[8 : 8 + length])
    files, place = [], 8 + length
    for one in head.pop("files"):
        files.append(File(one["name"], one["content_type"], written[place : place + one["size"]]))
        place += one["size"]
    head["bounces"] = [Bounce(**one) for one in head["bounces"]]
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in head.items()}
    return Parsed(**values, files=tuple(files))
