"""Keep an embedded desk: `python -m requests_desk.embedded run`, or `services --data DIR` for its two stores alone."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from requests_desk.embedded.children import die_with_parent
from requests_desk.embedded.house import House
from requests_desk.embedded.place import Place, Problem, unusable
from requests_desk.embedded.services import keep_services
from requests_desk.embedded.terms import Terms


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m requests_desk.embedded", description=__doc__)
    parser.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="the whole desk, until Ctrl-C; its settings come from the environment")
    services = commands.add_parser("services", help="PostgreSQL and Valkey alone, until Ctrl-C")
    services.add_argument("--data", type=Path, required=True, help="where they keep their data")
    services.add_argument("--scratch", action="store_true", help="for tests: fast, and not safe from a power cut")
    return parser.parse_args()


def _keep(chosen: argparse.Namespace) -> int:
    if chosen.command == "run":
        began = float(os.environ.get("DESK_BEGAN") or time.time())
        return House(Terms.read(os.environ), began=began).keep()
    return keep_services(Place(chosen.data.expanduser().resolve()), scratch=chosen.scratch)


def main() -> int:
    """Run one command. Return the exit code."""
    chosen = _arguments()
    if chosen.with_parent:
        die_with_parent(signal.SIGTERM, parent=os.getppid())
    try:
        return _keep(chosen)
    except Problem as problem:
        print(f"requests-desk: {problem}", file=sys.stderr)  # noqa: T201
    except OSError as error:
        print(f"requests-desk: {unusable(Path(error.filename or '.'), error)}", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
