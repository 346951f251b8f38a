#!/usr/bin/env python3
"""Pin every requirement anew for all platforms, with hashes and without any index's address. Needs uv."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = {
    "requirements.txt": [],
    "requirements-embedded.txt": ["embedded"],
    "requirements-dev.txt": ["embedded", "dev"],
}


def main() -> int:
    """Write the three files, the larger ones bound to the versions of the smallest. Return the exit code."""
    uv = shutil.which("uv")
    if uv is None:
        print("requests-desk: uv is missing: pip install uv, then run make lock again", file=sys.stderr)
        return 1
    command = [uv, "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet", *sys.argv[1:]]
    for name, extras in EXTRAS.items():
        chosen = [part for extra in extras for part in ("--extra", extra)]
        bound = ["--constraints", "requirements.txt"] if extras else []
        subprocess.run([*command, *chosen, *bound, "--output-file", name], cwd=ROOT, check=True)
        print(f"{name}: {(ROOT / name).read_text().count('==')} pins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
