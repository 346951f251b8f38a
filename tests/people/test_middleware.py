"""Whose address and whose language: only our own proxy is believed, and a browser's language does not decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from requests_desk.people.middleware import ClientAddress

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

OURS, CLIENT, FORGED = "10.0.0.7", "203.0.113.9", "198.51.100.1"


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        (CLIENT, "", CLIENT),
        (CLIENT, FORGED, CLIENT),
        (OURS, CLIENT, CLIENT),
        (OURS, f"{FORGED}, {CLIENT}", CLIENT),
        (OURS, f"{CLIENT}, {OURS}", CLIENT),
        (OURS, "not an address", OURS),
        (OURS, "", OURS),
        (f"::ffff:{CLIENT}", "", CLIENT),
        (f"::ffff:{OURS}", f"{FORGED}, ::ffff:{CLIENT}", CLIENT),
    ],
)
def test_it_finds_the_client_behind_our_own_proxy(
    settings: SettingsWrapper, remote: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    ClientAddress(view)(RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded}))

    assert seen == [expected]


@pytest.mark.django_db
def test_it_speaks_vietnamese_to_an_english_browser() -> None:
    page = Client().get("/accounts/login/", headers={"Accept-Language": "en-US"})

    assert page["Content-Language"] == "vi"


@pytest.mark.django_db
def test_it_remembers_the_language_that_was_asked_for() -> None:
    client = Client()

    client.get("/accounts/login/?lang=en")

    assert client.get("/accounts/login/")["Content-Language"] == "en"


@pytest.mark.django_db
def test_no_cache_gives_one_readers_language_to_another(client: Client) -> None:
    client.cookies["django_language"] = "en"

    table = client.get("/answers/answers.csv")

    assert "public" in table["Cache-Control"] and "Cookie" in table["Vary"]


@pytest.mark.django_db
def test_its_link_keeps_the_query_of_the_page(client: Client) -> None:
    shown = client.get("/answers/?q=r%C6%B0%E1%BB%A3u&page=2&lang=vi").content.decode()

    assert 'href="?q=r%C6%B0%E1%BB%A3u&amp;page=2&amp;lang=en"' in shown


@pytest.mark.django_db
def test_it_ignores_a_language_it_does_not_speak() -> None:
    assert Client().get("/accounts/login/?lang=xx")["Content-Language"] == "vi"
