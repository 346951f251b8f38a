"""Desks that share a checkout collect its static files one after the other, and only when they changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from requests_desk.embedded import collected


class Impatient(Exception):
    """Raised instead of waiting."""


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout with one style sheet."""
    for name in ("static", "requests_desk"):
        (tmp_path / name).mkdir()
    for name in ("requirements.txt", "requests_desk/static_files.py", "static/desk.css"):
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(collected, "ROOT", tmp_path)
    monkeypatch.setattr(collected, "COLLECTED", tmp_path / "staticfiles")
    monkeypatch.setattr(collected, "STAMP", tmp_path / "staticfiles" / ".collected")
    return tmp_path


def is_stale() -> bool:
    with collected.turn(check=lambda: None) as stale:
        return stale


def test_it_collects_once():
    before = is_stale()
    collected.stamp()

    assert (before, is_stale()) == (True, False)


@pytest.mark.parametrize("name", ["requirements.txt", "requests_desk/static_files.py", "static/desk.css"])
def test_it_collects_again_when_its_source_changed(checkout: Path, name: str):
    with collected.turn(check=lambda: None):
        collected.stamp()

    (checkout / name).write_text("22")

    assert is_stale()


def test_it_waits_while_another_desk_collects():
    waits: list[int] = []

    def check() -> None:
        waits.append(1)
        if len(waits) > 2:
            raise Impatient

    with collected.turn(check=lambda: None), pytest.raises(Impatient), collected.turn(check=check):
        pass
