"""The arrows of the design: who may know whom."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("requests_desk", "sla", "notifications")
RECEIVER = re.compile(
    r"@receiver\b|\b(?:pre|post)_(?:save|delete|init|migrate)\.connect\(|m2m_changed\.connect\(|Signal\("
)


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts of pyproject.toml over a tree."""
    lint = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([lint, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the code, to break."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "templates"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_it_keeps_its_arrows():
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("sla", "requests_desk.people"),
        ("sla", "notifications"),
        ("notifications", "sla"),
        ("notifications", "requests_desk.tickets"),
        ("requests_desk/desk", "requests_desk.portal"),
        ("requests_desk/tickets", "requests_desk.desk"),
        ("requests_desk/people", "requests_desk.tickets"),
    ],
)
def test_it_would_notice_an_arrow_that_points_back(copy: Path, package: str, forbidden: str):
    (copy / package / "intruder.py").write_text(f"import {forbidden}\n")

    result = lint_imports(copy)

    assert result.returncode == 1
    assert "BROKEN" in result.stdout


@pytest.mark.parametrize("label", ["sla", "notifications"])
def test_it_keeps_the_leaves_free_of_foreign_keys(label: str):
    models = [model._meta for model in apps.get_app_config(label).get_models()]
    fields = [field for meta in models for field in (*meta.fields, *meta.many_to_many)]

    outside = [str(field) for field in fields if field.is_relation and field.related_model._meta.app_label != label]

    assert fields
    assert outside == []


def test_it_has_no_signal_receivers():
    found = [
        f"{path.relative_to(ROOT)}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if RECEIVER.search(path.read_text())
    ]

    assert found == []


def test_it_reads_the_clock_at_the_edges_alone():
    inner = [*ROOT.glob("sla/**/*.py"), *ROOT.glob("requests_desk/*/services/**/*.py")]
    inner += [*ROOT.glob("requests_desk/*/models/**/*.py"), *ROOT.glob("requests_desk/*/models.py")]

    calls = [f"{path.relative_to(ROOT)}:{line}" for path in inner for line in clock_reads(path)]

    assert inner
    assert calls == []


def clock_reads(path: Path) -> list[int]:
    """Return the lines that call `now()`, `today()` or `localdate()`, whatever they are called on."""
    names = {"now", "today", "utcnow", "localdate", "Now"}
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names
    ]
