from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.notifications.cast import MORNING
from tests.support import twilio as fake
from tests.support.smtp import Relay, RelayServer


@pytest.fixture(autouse=True)
def bare_settings(settings: Settings) -> None:
    """No provider at all, and no demo: each test names what it has."""
    settings.DESK_DEMO = False
    settings.EMAIL_URL = settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = settings.TWILIO_FROM = ""
    settings.DEFAULT_FROM_EMAIL = "Sở Công Thương <desk@so.example>"
    settings.PUBLIC_BASE_URL = "https://desk.so.example"
    settings.EMAIL_TIMEOUT = 1


@pytest.fixture
def relay(settings: Settings) -> Iterator[Relay]:
    """A mail relay that the desk is set up with."""
    with RelayServer() as relay:
        settings.EMAIL_URL = relay.url
        yield relay


@pytest.fixture
def twilio(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[fake.FakeTwilio]:
    """A Twilio that the desk is set up with."""
    monkeypatch.setattr("notifications.channels.twilio_api.TIMEOUT", 1)
    with fake.running() as twilio:
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = fake.ACCOUNT, fake.TOKEN
        settings.TWILIO_FROM, settings.TWILIO_API_BASE = "+15005550006", twilio.url
        twilio.clock = lambda: MORNING
        yield twilio
