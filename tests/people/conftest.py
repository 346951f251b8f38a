"""Workers at hand: what a page asks of one happens at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from requests_desk.celery import app


@pytest.fixture
def worker(settings: Any) -> Iterator[None]:
    """Run tasks where they are started, and set up a relay."""
    settings.EMAIL_URL = "smtp://relay.example"
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture(autouse=True)
def forgotten(db: None) -> None:
    """Forget the failed tries of other tests."""
    from django.core.cache import cache

    cache.clear()
