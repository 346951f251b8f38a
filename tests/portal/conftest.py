"""Every test begins with nobody having tried anything, on the day after the request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from requests_desk.portal import throttle
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import logged
from tests.support.cast import Desk, later


@pytest.fixture(autouse=True)
def nobody_tried(stores: object) -> None:
    """Forget the tries of earlier tests: they share one store."""
    store = throttle._store()
    for key in store.scan_iter("desk:throttle:*"):
        store.delete(key)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Let it be Tuesday, 08:00 at the office, and stay so."""
    with time_machine.travel(later(days=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def asked(desk: Desk) -> Logged:
    """Return a request of a firm, received on Monday at 08:00, with its two secrets."""
    return logged(desk)
