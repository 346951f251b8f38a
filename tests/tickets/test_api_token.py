"""`manage.py api_token`: printed once, kept as a digest."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.utils import timezone

from requests_desk.people.models import PersonalToken
from requests_desk.people.services import tokens
from tests.support.cast import Desk


def printed(*arguments: str) -> str:
    said = StringIO()
    call_command("api_token", *arguments, stdout=said)
    return said.getvalue().strip()


def test_it_prints_a_token_that_acts_for_its_owner(desk: Desk) -> None:
    secret = printed("alice")

    assert tokens.owner(secret, at=timezone.now()) == desk.alice
    assert not PersonalToken.objects.filter(digest=secret).exists()


def test_it_names_the_token_and_bounds_its_life(desk: Desk) -> None:
    secret = printed("alice", "--name", "kiosk", "--days", "2")

    assert PersonalToken.objects.get().name == "kiosk"
    with pytest.raises(tokens.TokenRefused):
        tokens.owner(secret, at=timezone.now() + timedelta(days=2, seconds=1))


@pytest.mark.parametrize("arguments", [("nobody",), ("alice", "--days", "0")])
def test_it_refuses_what_it_cannot_do(desk: Desk, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        printed(*arguments)


def test_it_makes_no_token_of_a_password_where_a_second_step_is_required(desk: Desk, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True

    with pytest.raises(CommandError):
        printed("alice")

    TOTP.activate(desk.alice, generate_totp_secret())
    assert printed("alice")
