"""What anybody may expect of a page: a title, one heading, a way past the frame, no side-scrolling, no fault by axe."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import ConsoleMessage, Page

NARROW = {"width": 320, "height": 740}
# Its colours are what a page is read by, so they count as well; what it cannot decide is left to eyes.
RUN = "(less) => axe.run({exclude: less}, {resultTypes: ['violations']}).then(({violations}) => violations)"
# Rows alike: the first six stand for the rest of a list, two months for the year (`WALK=all` looks at every one).
ALIKE = ["main tbody tr:nth-child(n+7)", "main ul > li:nth-child(n+7)", "main .month:nth-of-type(n+3)"]
WHOLE = os.environ.get("WALK") == "all"
FRAME = """() => [
  [document.title.trim().length > 3, "no title"],
  [document.querySelectorAll("h1").length === 1, "not one h1"],
  [document.querySelectorAll("main").length === 1, "not one main"],
  [document.querySelector("a.skip[href='#main']") && document.getElementById("main"), "no way past the frame"],
  [document.documentElement.lang, "no language"],
].filter(([fine]) => !fine).map(([, name]) => name)"""
SIDEWAYS = "() => document.documentElement.scrollWidth > innerWidth"


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


class Eyes:
    """Whoever looks at the pages of one window, and hears what its console says."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(f"script failed: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that is not there says so in the console as well.
        if message.type == "error" and message.location.get("url") != self.page.url:
            self.said.append(f"console: {message.text}")

    def faults(self) -> list[str]:
        """Return what is wrong with the page that is open: each fault with the page it stands on."""
        page = self.page
        page.evaluate(_axe())  # past the policy that keeps other scripts out: it is no script of the page
        less = [] if WHOLE else [[part] for part in ALIKE if page.locator(part).count()]
        found = [*page.evaluate(FRAME), *self.said, *[_told(one) for one in page.evaluate(RUN, less)]]
        wide = page.viewport_size or NARROW
        for size in (wide, NARROW):
            page.set_viewport_size(size)
            found += [f"scrolls sideways at {size['width']} px"] if page.evaluate(SIDEWAYS) else []
        page.set_viewport_size(wide)
        self.said.clear()
        return [f"{page.url.partition('/')[2].partition('/')[2]}: {one}" for one in found]


def _told(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    return f"axe {violation['id']}: " + " | ".join(str(node["html"])[:160] for node in nodes[:3])
