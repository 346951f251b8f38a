"""What `manage.py check` says of a desk that is not fit to be opened."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

GOOD = {
    "SECRET_KEY": "k" * 60,
    "PUBLIC_BASE_URL": "https://desk.example.vn",
    "EMAIL_URL": "smtp+tls://desk:word@mail.invalid:587",
    "TWILIO_ACCOUNT_SID": "AC0",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+84200000000",
    "DESK_DEMO": False,
    "BIND": "127.0.0.1",
}


@pytest.fixture
def found(settings: Any) -> Any:
    """Return a function that deploys with some settings changed and returns the ids of what our checks find."""

    def deploy(**changes: object) -> list[str]:
        for name, value in (GOOD | changes).items():
            setattr(settings, name, value)
        messages = run_checks(include_deployment_checks=True)
        return sorted(str(message.id) for message in messages if str(message.id).startswith("requests_desk"))

    return deploy


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"SECRET_KEY": "short"}, ["requests_desk.E004"]),
        ({"SECRET_KEY": ""}, ["requests_desk.E004"]),
        ({"PUBLIC_BASE_URL": "http://desk.example.vn"}, ["requests_desk.W001"]),
        ({"PUBLIC_BASE_URL": "http://127.0.0.1:8000"}, ["requests_desk.E005"]),
        ({"EMAIL_URL": ""}, ["requests_desk.W002"]),
        ({"TWILIO_AUTH_TOKEN": ""}, ["requests_desk.E002", "requests_desk.W002"]),
        ({"TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": "", "TWILIO_FROM": ""}, ["requests_desk.W002"]),
        ({"CLAMD_URL": "localhost:3310"}, ["requests_desk.E006"]),
        ({"DESK_DEMO": True}, ["requests_desk.E003"]),
        ({"DESK_DEMO": True, "BIND": "0.0.0.0"}, ["requests_desk.E001", "requests_desk.E003"]),
        ({"DESK_DEMO": True, "BIND": "[::1]"}, ["requests_desk.E003"]),
    ],
)
def test_it_finds_what_a_deployment_lacks(found: Any, changes: dict[str, object], expected: list[str]):
    assert found(**changes) == expected


def test_it_says_what_to_set(settings: Any):
    settings.DESK_DEMO, settings.TWILIO_ACCOUNT_SID, settings.EMAIL_URL = False, "AC0", ""

    hints = {str(message.id): message.hint for message in run_checks(include_deployment_checks=True)}

    assert (
        hints["requests_desk.E002"]
        == "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM together, or none of them."
    )
    assert hints["requests_desk.E005"] == "Set it to the address people open, with https."
