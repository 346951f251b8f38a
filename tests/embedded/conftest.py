"""Short-lived desks in short paths: a unix socket's name must fit."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.embedded.processes import Run


@pytest.fixture
def data() -> Iterator[Path]:
    """Yield the path of a data directory that does not exist yet."""
    above = Path(tempfile.mkdtemp(prefix="desk-"))
    yield above / "d"
    shutil.rmtree(above, ignore_errors=True)


@pytest.fixture
def services(data: Path) -> Iterator[Callable[[], Run]]:
    """Yield a function that starts the two stores on `data`; whatever still runs at the end is stopped."""
    runs: list[Run] = []

    def start() -> Run:
        runs.append(Run(data, ("services", "--scratch", "--data", str(data))).start())
        return runs[-1]

    yield start
    for run in runs:
        if run.process and not run.ended():
            run.process.kill()
            run.process.wait()
