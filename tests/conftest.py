"""One PostgreSQL and one Valkey for the whole run, started with it and gone with it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.support.cast import Desk

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("desk", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("desk")

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0
_services = pytest.StashKey[subprocess.Popen[bytes]]()


def _data() -> Path:
    return Path(os.environ["DESK_TEST_DATA"])


def _given() -> bool:
    return bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def _leads(config: pytest.Config) -> bool:
    # Without pytest-django (`-p no:django`) there are no settings, and so no stores.
    return "DESK_TEST_DATA" in os.environ and not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Start the stores in the process that leads the run; tests of pure functions do not wait for them."""
    if not _leads(config):
        return
    subprocess.run([sys.executable, ROOT / "tools" / "texts.py", "compile"], check=True, cwd=ROOT)
    if _given():
        return
    command = [
        sys.executable,
        "-m",
        "requests_desk.embedded",
        "--with-parent",
        "services",
        "--scratch",
        "--data",
        str(_data()),
    ]
    with (_data() / "services.log").open("wb") as log:
        config.stash[_services] = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the stores and throw their data away."""
    if not _leads(config):
        return
    running = config.stash.get(_services, None)
    if running:
        running.terminate()
        running.wait(30)
    shutil.rmtree(_data(), ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Give each worker whole files, and all the journeys to one: they share a running desk."""
    from xdist.scheduler import LoadScopeScheduling

    class ByDesk(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "journeys" if "/journeys/test_" in file and "status_check" not in file else file

    return ByDesk(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give what drives a real browser or real processes a second try: a laden machine may be late once, never twice.

    The summary names every test that took it. What opens a browser is marked so, whether it says so or not.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("browser") or item.get_closest_marker("processes"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def stores() -> Path:
    """Wait until the stores answer. Return their data directory."""
    log = _data() / "services.log"
    deadline = time.monotonic() + READY_SECONDS
    while not _given() and "PostgreSQL answers" not in (said := log.read_text()):
        if "requests-desk:" in said or time.monotonic() > deadline:
            pytest.exit(f"the stores of the tests did not start: {said}", returncode=2)
        time.sleep(0.05)
    return _data()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(stores: Path, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Make every test that opens the database wait for it first, and every worker's a copy of one that was migrated."""
    if _given():
        return
    from django.conf import settings

    with (stores / "migrated").open("a+") as migrated:
        fcntl.flock(migrated, fcntl.LOCK_EX)
        migrated.seek(0)
        if not migrated.read():
            command = [sys.executable, ROOT / "manage.py", "migrate", "--verbosity=0", "--settings=tests.settings"]
            subprocess.run(command, check=True, cwd=ROOT)
            migrated.write("desk")
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = "desk"


@pytest.fixture
def desk(db: None, settings: SettingsWrapper) -> Desk:
    """Open a department with its cast; mail and SMS are at hand, and what is sent arrives in the demo's manner."""
    from tests.support import cast

    settings.DESK_DEMO = True
    return cast.open_desk()


@pytest.fixture
def tireless(db: None, settings: SettingsWrapper) -> Desk:
    """Open a department that never closes: its reminders stand where hours on the wall put them (N1)."""
    from tests.sla.vietnam import ROUND_THE_CLOCK
    from tests.support import cast

    settings.DESK_DEMO = True
    return cast.open_desk(hours=ROUND_THE_CLOCK)
