"""`python -m requests_desk.doors.mail.child`: reads mails one after another, each within bounds, and knows no database.

A line of JSON names the file of a raw mail and the file for what was read; a line answers. What it cannot survive
kills it alone: its parent starts another (`bounded.py`).
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from dataclasses import asdict, replace
from pathlib import Path

from requests_desk.doors.mail.reading import read

MB = 1024 * 1024
MEMORY = 256
WORN_OUT = 160  # megabytes resident after a mail: a child that stays so large is replaced
STATM = Path("/proc/self/statm")


def main() -> int:
    """Serve until the parent closes the line, or until a large mail has worn this child out."""
    parser = argparse.ArgumentParser(prog="python -m requests_desk.doors.mail.child", description=__doc__)
    parser.add_argument("--memory", type=int, default=MEMORY, help="megabytes each mail may take")
    limit = parser.parse_args().memory * MB
    own, _resident = _memory()
    if own:
        # Beside what Python itself takes: the limit is for the mail.
        resource.setrlimit(resource.RLIMIT_AS, (own + limit, own + limit))
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            _serve(asked)
            answer = "ok"
        # The one end it survives; after it nothing of this process can be trusted, so it goes.
        except MemoryError:
            answer = "memory"
        worn = _memory()[1] > WORN_OUT * MB
        print(json.dumps({"answer": answer, "last": worn or answer != "ok"}), flush=True)  # noqa: T201
        if worn or answer != "ok":
            return 0
    return 0


def _memory() -> tuple[int, int]:
    """Return the address space and the memory this process takes, in bytes; zeros where the system does not tell."""
    if not STATM.exists():
        return 0, 0
    own, resident = STATM.read_text().split()[:2]
    return int(own) * resource.getpagesize(), int(resident) * resource.getpagesize()


def _serve(asked: dict[str, str]) -> None:
    parsed = read(Path(asked["raw"]).read_bytes(), servers=tuple(asked["servers"]))
    files = [{"name": one.name, "content_type": one.content_type, "size": len(one.content)} for one in parsed.files]
    # Attachments follow as bytes: in JSON they would be a third larger, and in memory twice.
    head = json.dumps(asdict(replace(parsed, files=())) | {"files": files}).encode()
    with Path(asked["out"]).open("wb") as out:
        out.write(len(head).to_bytes(8, "big") + head)
        for one in parsed.files:
            out.write(one.content)


if __name__ == "__main__":
    sys.exit(main())
