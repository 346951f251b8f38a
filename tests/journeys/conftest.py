"""The journeys go through the front doors, those of the faces in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import OpenPage, browser, open_page, windows
from tests.support.running_desk import RunningDesk, running_desk

__all__ = ["browser", "open_page", "running_desk"]


@pytest.fixture
def at_the_desk(browser: Browser, running_desk: RunningDesk) -> Iterator[OpenPage]:
    """Open windows on the running desk."""
    with windows(browser, running_desk.url) as open_:
        yield open_
