"""The house itself: what a reader of the tree, a builder and an operator may count on."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
# Written in pieces, or this file would hold what it forbids.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb." + "debian.org"]
HOSTS += ["security." + "debian.org"]
PATHS = re.compile(r"(?<![\w.$])/(?:" + "|".join(["wo" + "rk", "fa" + "rm", "tm" + "p", "ro" + "ot"]) + r")/\w")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked():
        text = path.read_text(errors="replace")
        found += [f"{path.name}:{n}" for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)]
    return found


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def test_it_names_no_registry():
    assert lines_matching(re.compile("|".join(map(re.escape, HOSTS)))) == []


def test_it_names_no_path_of_a_machine():
    assert lines_matching(PATHS) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-embedded.txt", "requirements-dev.txt"])
def test_it_pins_every_requirement_with_hashes(name: str):
    entries = (ROOT / name).read_text().replace("\\\n", " ").strip().splitlines()

    loose = [
        entry.split()[0] for entry in entries if not re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)
    ]

    assert entries
    assert loose == []


@pytest.mark.parametrize("name", ["requirements-embedded.txt", "requirements-dev.txt"])
def test_it_tests_and_demonstrates_the_versions_it_deploys(name: str):
    def pins(file: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (ROOT / file).read_text(), re.M))

    assert pins("requirements.txt") <= pins(name)


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "Makefile", "Dockerfile", ".ci/run"])
def test_it_has_what_a_reader_looks_for(name: str):
    assert (ROOT / name).stat().st_size > 100


def test_it_belongs_to_no_forge():
    assert [path for path in tracked() if path.relative_to(ROOT).parts[0] in (".github", ".gitlab-ci.yml")] == []


def test_it_installs_from_an_old_python_that_can_still_say_so():
    source = (ROOT / "tools" / "install.py").read_text()

    tree = ast.parse(source, feature_version=(3, 6))

    assert not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in ast.walk(tree))


def test_it_composes_every_part_of_a_desk(compose: dict[str, Any]):
    parts = {
        "web",
        "worker-sweep",
        "worker-mail",
        "worker-sms",
        "worker-chores",
        "mailboxes",
        "beat",
        "migrate",
        "postgres",
        "redis",
    }

    assert set(compose["services"]) == parts


def test_it_composes_parts_that_come_back_by_themselves(compose: dict[str, Any]):
    restarts = {name: service["restart"] for name, service in compose["services"].items()}

    assert {name for name, restart in restarts.items() if restart != "always"} == {"migrate"}


def test_it_composes_no_invented_data(compose: dict[str, Any]):
    demo = {
        name: service["environment"].get("DESK_DEMO")
        for name, service in compose["services"].items()
        if "build" in service
    }

    assert set(demo.values()) == {"0"}


def test_it_composes_secrets_by_file_alone(compose: dict[str, Any]):
    secret = re.compile(r"(PASSWORD|TOKEN|SECRET_KEY|EMAIL_URL|DATABASE_URL|MAILBOXES)$")

    bare = [
        (name, variable)
        for name, service in compose["services"].items()
        for variable in service.get("environment", {})
        if secret.search(variable)
    ]

    assert bare == []


def test_it_composes_stores_that_keep_their_data(compose: dict[str, Any]):
    services = compose["services"]

    assert services["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert "--maxmemory-policy noeviction" in services["redis"]["command"]
    assert "--appendonly yes" in services["redis"]["command"]


def test_it_composes_a_web_that_is_well_while_the_timer_is_late(compose: dict[str, Any]):
    assert "/healthz" in compose["services"]["web"]["healthcheck"]["test"][-1]


def test_it_composes_a_worker_for_every_queue(compose: dict[str, Any], settings: Any):
    queues = {settings.CELERY_TASK_DEFAULT_QUEUE} | {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    consumed = {
        found.group(1)
        for service in compose["services"].values()
        if (found := re.search(r"--queues=(\w+)", str(service.get("command", ""))))
    }

    assert consumed == queues


def test_it_runs_no_image_as_root():
    last_stage = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]

    assert "\nUSER desk\n" in last_stage


def test_it_documents_every_setting():
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "requests_desk" / "settings.py").read_text()))

    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "configuration.md").read_text(), re.M))

    assert read - documented == set()
