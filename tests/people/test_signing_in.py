"""The first step: name and password, and what stops a guesser."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.test import Client

from requests_desk.people.models import User
from tests.people.signing_in import LOGIN, PASSWORD, log_in, member
from tests.support.cast import Desk


def test_it_opens_the_desk_to_who_knows_the_password(desk: Desk):
    response = log_in(Client(), "alice", next="/desk/tickets/")

    assert (response.status_code, response["Location"]) == (302, "/desk/tickets/")


@pytest.mark.parametrize(("username", "password"), [("alice", "wrong"), ("nobody", "wrong"), ("alice", "")])
def test_it_says_the_same_of_a_wrong_password_and_an_unknown_name(desk: Desk, username: str, password: str):
    response = log_in(Client(), username, password)

    assert response.status_code == 200
    assert "_auth_user_id" not in response.client.session
    if password:
        assert "Tên đăng nhập hoặc mật khẩu không đúng." in response.text


def test_it_lets_nobody_in_who_has_left(desk: Desk):
    User.objects.filter(pk=desk.alice.pk).update(is_active=False)
    client = Client()

    log_in(client, "alice")

    assert "_auth_user_id" not in client.session


def test_it_asks_a_guesser_to_wait_after_five_wrong_tries_and_names_no_right_one(desk: Desk):
    for _ in range(5):
        log_in(Client(), "alice", "wrong")

    response = log_in(Client(), "alice")

    assert "Đăng nhập sai quá nhiều lần" in response.text
    assert log_in(Client(), "bob").status_code == 302


def test_it_counts_nothing_while_the_store_is_away_and_lets_the_office_work(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(type(cache._cache), "get_client", gone)

    assert log_in(Client(), "alice").status_code == 302
    assert log_in(Client(), "alice", "wrong").status_code == 200


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "3rdparty/signup/", "2fa/webauthn/signup/"])
def test_it_lets_nobody_register_themselves(desk: Desk, path: str):
    assert Client().get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_sends_nobody_elsewhere_after_signing_in(desk: Desk, to: str):
    assert log_in(Client(), "alice", next=to)["Location"] == "/desk/"


def test_it_signs_out_by_a_post_alone(desk: Desk):
    client = member(desk.alice)

    client.get("/accounts/logout/")
    assert client.get("/desk/").status_code == 200
    client.post("/accounts/logout/")

    assert client.get("/desk/")["Location"].startswith(LOGIN)


@pytest.mark.parametrize("new", ["short-1", "1234567890", "password123", "alice@so.example"])
def test_it_takes_no_weak_password(desk: Desk, new: str):
    client = member(desk.alice)

    response = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert response.status_code == 200
    assert log_in(Client(), "alice").status_code == 302


def test_it_speaks_vietnamese_and_english(desk: Desk):
    vietnamese, english = Client().get(LOGIN), Client().get(f"{LOGIN}?lang=en")

    assert "Tên đăng nhập" in vietnamese.text
    assert "Username" in english.text
