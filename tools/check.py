#!/usr/bin/env python3
"""Run what needs no test: style, types, arrows, texts, migrations, deployment. Each runs, then comes one verdict."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# As in production, with everything set that a deployment must set; nothing of it is reached.
DEPLOYED = {
    "SECRET_KEY": "deploy-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "PUBLIC_BASE_URL": "https://desk.example.vn",
    "ALLOWED_HOSTS": "desk.example.vn",
    "DATABASE_URL": "postgres://desk:word@database.invalid/desk",
    "REDIS_URL": "redis://broker.invalid:6379/0",
    "EMAIL_URL": "smtp+tls://desk:word@mail.invalid:587",
    "DEFAULT_FROM_EMAIL": "desk@example.vn",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "TWILIO_FROM": "+84200000000",
    "DESK_DEMO": "0",
}


def checks() -> dict[str, list[str | Path]]:
    """Return the command of each check by its name."""
    manage: list[str | Path] = [sys.executable, "manage.py"]
    found: dict[str, list[str | Path]] = {
        "style": [BIN / "ruff", "check", "."],
        "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
        "types": [BIN / "mypy"],
        "arrows": [BIN / "lint-imports"],
        "templates": [BIN / "djlint", "templates", "--lint", "--quiet"],
        "texts": [sys.executable, "tools/texts.py", "check"],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "deployment": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
    }
    compose = shutil.which("docker-compose")
    if compose:
        found["compose"] = [compose, "--file", "docker-compose.yml", "config", "--quiet"]
    return found


def passes(name: str, command: list[str | Path]) -> bool:
    """Run one check and print its verdict, and what it said when it failed."""
    began = time.monotonic()
    env = {**os.environ, **(DEPLOYED if name in ("deployment", "migrations") else {})}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name:<12} {time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr).strip(), flush=True)
    return done.returncode == 0


def main() -> int:
    """Run the checks named on the command line, or all. Return the exit code."""
    wanted = sys.argv[1:]
    results = [passes(name, command) for name, command in checks().items() if not wanted or name in wanted]
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
