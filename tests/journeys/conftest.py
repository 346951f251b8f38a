"""The journeys go through the front doors, those of the faces in a real browser."""

from __future__ import annotations

from tests.support.browser import browser, open_page

__all__ = ["browser", "open_page"]
