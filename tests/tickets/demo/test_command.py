"""`manage.py fill_demo`: when it fills, when it refuses, and what a killed one leaves for the next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.support.cast import Desk


def test_it_never_fills_a_desk_that_is_no_demo(db: None, settings: SettingsWrapper):
    settings.DESK_DEMO = False

    with pytest.raises(CommandError, match="This is no demonstration"):
        call_command("fill_demo")


def test_it_never_fills_over_what_is_there(desk: Desk, settings: SettingsWrapper, tmp_path: Path):
    settings.DESK_DATA = tmp_path

    with pytest.raises(CommandError, match="There is a department already"):
        call_command("fill_demo")


def test_it_finishes_what_was_killed_right_after_its_commit(desk: Desk, settings: SettingsWrapper, tmp_path: Path):
    settings.DESK_DATA = tmp_path
    (tmp_path / "demo-accounts.new").write_text("[]")

    call_command("fill_demo", verbosity=0)

    assert [path.name for path in tmp_path.iterdir()] == ["demo-accounts.json"]
