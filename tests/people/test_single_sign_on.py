"""Single sign-on by OpenID Connect, through a real directory on loopback."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from requests_desk.people.models import User
from tests.people.signing_in import LOGIN
from tests.support.cast import Desk
from tests.support.oidc import CLIENT, SECRET, Directory, directory

ALICE = {"sub": "42", "email": "alice@so.example", "email_verified": True, "preferred_username": "alice"}


@pytest.fixture
def sso(settings: Any) -> Iterator[Directory]:
    with directory() as running:
        app = {"provider_id": "sso", "name": "Cổng tỉnh", "client_id": CLIENT, "secret": SECRET}
        app["settings"] = {"server_url": running.url}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
        running.claims = dict(ALICE)
        yield running


def come(client: Client) -> Any:
    """Go to the directory and come back, as a browser does."""
    away = urlsplit(client.get("/accounts/oidc/sso/login/")["Location"])
    assert away.hostname and away.port
    there = http.client.HTTPConnection(away.hostname, away.port, timeout=10)
    there.request("GET", f"{away.path}?{away.query}")
    back = urlsplit(there.getresponse().headers["Location"])
    there.close()
    return client.get(f"{back.path}?{back.query}")


def test_it_offers_itself_where_it_is_set_up(desk: Desk, sso: Directory):
    assert "Cổng tỉnh" in Client().get(LOGIN).text


def test_it_lets_in_whom_an_administrator_added(desk: Desk, sso: Directory):
    client = Client()

    assert come(client)["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_it_knows_them_again_by_the_directory_s_own_number(desk: Desk, sso: Directory):
    come(Client())
    sso.claims["email"] = "moved@so.example"

    assert come(Client())["Location"] == "/desk/"


@pytest.mark.parametrize(
    "claims",
    [{"email": "stranger@so.example"}, {"email_verified": False}, {"email_verified": "false"}, {"email": ""}],
    ids=str,
)
def test_it_makes_no_account(desk: Desk, sso: Directory, claims: dict[str, Any]):
    sso.claims |= claims
    before = User.objects.count()

    answer = come(Client())

    assert (answer.status_code, User.objects.count()) == (403, before)


def test_it_lets_in_nobody_who_has_left(desk: Desk, sso: Directory):
    come(Client())
    User.objects.filter(pk=desk.alice.pk).update(is_active=False)

    assert come(Client())["Location"] == "/accounts/inactive/"


def test_it_matches_names_where_told_to(desk: Desk, sso: Directory, settings: Any):
    settings.OIDC_MATCH = "username"
    sso.claims["email"] = ""

    assert come(Client())["Location"] == "/desk/"


@pytest.mark.parametrize(("elsewhere", "status"), [(True, 200), (False, 302)])
def test_it_asks_for_a_second_step_unless_the_directory_does(
    desk: Desk, sso: Directory, settings: Any, elsewhere: bool, status: int
):
    settings.REQUIRE_SECOND_FACTOR, settings.OIDC_SECOND_FACTOR = True, elsewhere
    client = Client()
    come(client)

    assert client.get("/desk/").status_code == status
