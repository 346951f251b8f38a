"""The second step: a phone's code, recovery codes, and where it is required."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import call_command
from django.test import Client

from tests.people.signing_in import PASSWORD, code_of, log_in, member, with_app
from tests.support.cast import Desk

STEP, ACTIVATE = "/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/"


@pytest.fixture
def required(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True


def test_it_asks_for_the_code_of_the_phone_after_the_password(desk: Desk):
    secret, client = with_app(desk.alice), Client()

    assert log_in(client, "alice")["Location"] == STEP
    assert client.get("/desk/").status_code == 302
    client.post(STEP, {"code": code_of(secret)})

    assert client.get("/desk/").status_code == 200


def test_it_takes_each_recovery_code_once(desk: Desk):
    with_app(desk.alice)
    code = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0]
    opened = []

    for _ in range(2):
        client = Client()
        log_in(client, "alice")
        client.post(STEP, {"code": code})
        opened.append(client.get("/desk/").status_code)

    assert opened == [200, 302]


def test_it_stops_who_guesses_codes(desk: Desk):
    secret, client = with_app(desk.alice), Client()
    log_in(client, "alice")

    for _ in range(6):
        response = client.post(STEP, {"code": "000000"})

    assert "Đăng nhập sai quá nhiều lần" in response.text
    client.post(STEP, {"code": code_of(secret)})
    assert client.get("/desk/").status_code == 302


def test_it_keeps_no_secret_readable_in_the_database(desk: Desk):
    secret = with_app(desk.alice)

    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_it_opens_nothing_with_secrets_of_another_key(desk: Desk, settings: Any):
    secret, client = with_app(desk.alice), Client()
    settings.SECRET_KEY = "another-" + "k" * 60
    log_in(client, "alice")

    response = client.post(STEP, {"code": code_of(secret)})

    assert response.status_code == 200
    assert client.get("/desk/").status_code == 302


def test_it_sets_up_the_app_by_its_code_and_hands_out_recovery_codes(desk: Desk):
    client = member(desk.alice, confirmed=True)
    secret = client.get(ACTIVATE).context["form"].secret

    response = client.post(ACTIVATE, {"code": code_of(secret)})

    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    assert len(client.get(response["Location"]).context["unused_codes"]) == 10


def test_it_asks_once_more_who_it_is_before_anything_of_the_second_step_changes(desk: Desk):
    assert member(desk.alice).get(ACTIVATE)["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("page", ["/desk/", "/settings/", "/leadership/", "/accounts/tokens/", "/desk/new/"])
def test_it_opens_no_page_of_the_staff_without_a_second_step_where_one_is_required(
    desk: Desk, required: None, page: str
):
    assert member(desk.leader).get(page)["Location"] == "/accounts/2fa/"


@pytest.mark.parametrize("page", ["/accounts/", "/accounts/2fa/", "/accounts/password/change/", "/", "/status/"])
def test_it_leaves_the_way_to_set_one_up_open(desk: Desk, required: None, page: str):
    assert member(desk.leader).get(page).status_code == 200


def test_it_opens_the_desk_as_soon_as_one_is_set_up(desk: Desk, required: None):
    client = member(desk.alice, confirmed=True)
    secret = client.get(ACTIVATE).context["form"].secret

    client.post(ACTIVATE, {"code": code_of(secret)})

    assert client.get("/desk/").status_code == 200


def test_who_only_knew_the_password_is_signed_out_as_the_first_one_is_set_up(
    desk: Desk, required: None, django_capture_on_commit_callbacks: Any
):
    stranger, owner = member(desk.alice), member(desk.alice, confirmed=True)
    secret = owner.get(ACTIVATE).context["form"].secret

    with django_capture_on_commit_callbacks(execute=True):
        owner.post(ACTIVATE, {"code": code_of(secret)})

    assert owner.get("/desk/").status_code == 200
    assert stranger.get("/desk/")["Location"].startswith("/accounts/login/")


def test_it_keeps_the_last_one_where_one_is_required(desk: Desk, required: None):
    secret, client = with_app(desk.alice), Client()
    log_in(client, "alice")
    client.post(STEP, {"code": code_of(secret)})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    client.post("/accounts/2fa/totp/deactivate/")

    assert Authenticator.objects.filter(user=desk.alice, type="totp").exists()


def test_it_lets_the_last_one_go_where_none_is_required(desk: Desk):
    secret, client = with_app(desk.alice), Client()
    log_in(client, "alice")
    client.post(STEP, {"code": code_of(secret)})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.filter(user=desk.alice).exists()


def test_it_is_reset_at_a_shell_for_who_lost_everything(desk: Desk):
    secret, client = with_app(desk.alice), Client()
    log_in(client, "alice")
    client.post(STEP, {"code": code_of(secret)})

    call_command("second_factor_reset", "alice", stdout=StringIO())

    assert client.get("/desk/").status_code == 302
    assert log_in(Client(), "alice")["Location"] == "/desk/"
    assert list(desk.alice.events.values_list("kind", "actor")) == [("second_factor_reset", None)]
