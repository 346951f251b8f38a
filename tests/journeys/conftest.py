"""The journeys go through the front doors, those of the faces in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.support.browser import DESK, browser, open_page, windows
from tests.support.running_desk import RunningDesk, running_desk

__all__ = ["browser", "open_page", "running_desk"]
SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def signed_in() -> dict[str, StorageState]:
    """Keep the sessions of who signed in: once for each is enough."""
    return {}


@pytest.fixture
def sign_in(browser: Browser, running_desk: RunningDesk, signed_in: dict[str, StorageState]) -> Iterator[SignIn]:
    """Return a function that opens a window of the running desk as somebody of the demo, or as a stranger."""
    with windows(browser, running_desk.url) as open_:

        def as_(username: str | None, **window: object) -> Page:
            if username is None:
                return open_(**{"viewport": DESK, **window})
            if username not in signed_in:
                page = open_(viewport=DESK)
                page.goto("/accounts/login/?next=/desk/")
                page.fill("[name=username]", username)
                page.fill("[name=password]", running_desk.account(username)["password"])
                page.press("[name=password]", "Enter")
                expect(page).to_have_url(re.compile("/desk/$"))
                signed_in[username] = page.context.storage_state()
            return open_(**{"viewport": DESK, "storage_state": signed_in[username], **window})

        yield as_
