"""A real Chromium against a live server, and what its pages weigh.

A conftest takes the fixtures by import: `from tests.support.browser import browser, open_page`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
PATIENCE_MS = 15_000  # a laden machine draws late
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW = "no Chromium found: `apt-get install chromium`, or `.venv/bin/python -m playwright install chromium`"


@dataclass
class Transfers:
    """What a page fetched: the address of each request, and the bytes that came over the wire, headers included."""

    urls: list[str] = field(default_factory=list)
    size: int = 0

    def watch(self, page: Page) -> None:
        """Count from now on, past the browser's own cache: as somebody sees the page who never was here."""
        wire = page.context.new_cdp_session(page)
        wire.on("Network.requestWillBeSent", self._asked)
        wire.on("Network.loadingFinished", self._finished)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _asked(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if not url.startswith("data:"):  # it came with the page that holds it
            self.urls.append(url)

    def _finished(self, event: dict[str, Any]) -> None:
        self.size += int(event["encodedDataLength"])


OpenPage = Callable[..., Page]


def _program(playwright: Playwright) -> str | None:
    found = [path for name in NAMES if (path := shutil.which(name))]
    own = playwright.chromium.executable_path
    return (found + [own] * Path(own).exists() + [None])[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium for the tests of one module, or skip them with what to install."""
    with sync_playwright() as playwright:
        program = _program(playwright)
        if program is None:
            pytest.skip(HOW)
        # The browser's driver keeps an event loop in this thread, and Django would refuse its database there.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        running = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def windows(browser: Browser, base_url: str) -> Iterator[OpenPage]:
    """Yield a function that opens a window of the size of a phone: addresses are relative to `base_url`."""
    contexts = []
    expect.set_options(timeout=PATIENCE_MS)

    def open_(*, viewport: dict[str, int] = PHONE, javascript: bool = True, **more: Any) -> Page:
        context = browser.new_context(
            base_url=base_url, viewport=viewport, java_script_enabled=javascript, locale="vi-VN", **more
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[OpenPage]:
    """Open windows on the live server."""
    with windows(browser, live_server.url) as open_:
        yield open_
