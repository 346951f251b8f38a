"""Start an embedded desk: `python -m requests_desk.embedded services --data DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from requests_desk.embedded.place import Place, Problem, unusable
from requests_desk.embedded.services import keep_services


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m requests_desk.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    services = commands.add_parser("services", help="PostgreSQL and Valkey alone, until Ctrl-C")
    services.add_argument("--data", type=Path, required=True, help="where they keep their data")
    services.add_argument("--scratch", action="store_true", help="for tests: fast, and not safe from a power cut")
    services.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")
    return parser.parse_args()


def main() -> int:
    """Run one command. Return the exit code."""
    chosen = _arguments()
    place = Place(chosen.data.expanduser().resolve())
    try:
        return keep_services(place, scratch=chosen.scratch, with_parent=chosen.with_parent)
    except Problem as problem:
        print(f"requests-desk: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(f"requests-desk: {unusable(Path(error.filename or place.data), error)}", file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
