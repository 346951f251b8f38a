"""One shape for every error, in the language of the one who asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.exceptions import Throttled

from requests_desk.api import errors
from requests_desk.people.models import PersonalToken
from requests_desk.people.services import tokens
from tests.api.conftest import As, Speaker
from tests.support.cast import Desk

JSON = "application/json"


def shape(response: Any) -> tuple[int, str]:
    told = response.json()
    assert set(told) == {"code", "detail", "fields"}
    assert told["detail"]
    return response.status_code, told["code"]


def test_it_asks_for_a_token(db: None) -> None:
    response = Speaker().get("tickets/")

    assert shape(response) == (401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("authorization", ["Token", "Token ", "Token wrong", "Token a b", "Token \xe9"])
def test_it_refuses_a_token_that_opens_nothing(db: None, authorization: str) -> None:
    response = Client().get("/api/v1/tickets/", headers={"Authorization": authorization})

    assert shape(response) == (401, "authentication_failed")


@pytest.mark.parametrize("ended", ["expired", "revoked", "left"])
def test_it_refuses_a_token_whose_time_is_over(desk: Desk, as_: As, ended: str) -> None:
    alice = as_(desk.alice)
    if ended == "left":
        type(desk.alice).objects.filter(pk=desk.alice.pk).update(is_active=False)
    elif ended == "expired":
        PersonalToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        PersonalToken.objects.update(revoked_at=timezone.now())

    assert alice.get("tickets/").status_code == 401


def test_it_knows_nobody_by_a_session(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.alice)

    assert client.get("/api/v1/tickets/").status_code == 401


def test_it_finds_out_who_asks_in_one_query(desk: Desk, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    secret = tokens.issue(desk.alice, name="test", at=timezone.now())

    with django_assert_num_queries(1):
        Client().get("/api/v1/nowhere/", headers={"Authorization": f"Token {secret}"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "parse_error"),
        ("", "invalid"),
        ('{"text": NaN}', "parse_error"),
        (b'{"text": "\xff"}', "parse_error"),
        ("[" * 100_000, "parse_error"),
        ("[]", "invalid"),
        ("null", "invalid"),
        ('"text"', "invalid"),
    ],
)
def test_it_refuses_a_body_that_is_no_object(desk: Desk, as_: As, body: str | bytes, code: str) -> None:
    assert shape(as_(desk.lan).post("tickets/", body)) == (400, code)


def test_it_stops_reading_a_body_without_end(desk: Desk, as_: As, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert shape(as_(desk.lan).post("tickets/", '{"text": "%s"}' % ("x" * 100))) == (413, "too_large")


def test_it_takes_nothing_but_json(desk: Desk, as_: As) -> None:
    response = as_(desk.lan).client.post("/api/v1/tickets/", {"text": "x"})

    assert shape(response) == (415, "unsupported_media_type")


def test_it_names_no_method_it_has_not(desk: Desk, as_: As) -> None:
    assert shape(as_(desk.lan).client.delete("/api/v1/tickets/")) == (405, "method_not_allowed")


def test_it_answers_in_json_whatever_was_asked_for(desk: Desk, as_: As) -> None:
    response = as_(desk.lan).client.get("/api/v1/tickets/", headers={"Accept": "text/html"})

    assert shape(response) == (406, "not_acceptable")


@pytest.mark.parametrize("path", ["nowhere/", "tickets", "tickets/SCT-2026-000001/colour/", ""])
@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_it_says_in_json_that_nothing_is_there(desk: Desk, as_: As, method: str, path: str) -> None:
    response = getattr(as_(desk.lan).client, method)(f"/api/v1/{path}")

    assert shape(response) == (404, "not_found")


def test_it_tells_how_long_to_wait() -> None:
    response = errors.handle(Throttled(wait=3), {})

    assert response is not None
    assert (response.status_code, response.data["code"], response.headers["Retry-After"]) == (429, "throttled", "3")


def test_it_leaves_what_nobody_foresaw_as_loud_as_it_is() -> None:
    assert errors.handle(ZeroDivisionError(), {}) is None


@pytest.mark.parametrize(
    ("owner", "asked", "language"),
    [("vi", None, "vi"), ("en", None, "en"), ("vi", "en", "en"), ("en", "vi", "vi"), ("vi", "fr", "vi")],
)
def test_it_speaks_the_language_asked_for_else_the_owners(
    desk: Desk, as_: As, owner: str, asked: str | None, language: str
) -> None:
    type(desk.lan).objects.filter(pk=desk.lan.pk).update(language=owner)
    headers = {"Accept-Language": asked} if asked else {}

    response = as_(desk.lan).post("tickets/", {"channel": "hotline", "text": ""}, **headers)

    said = {"vi": "Vui lòng nhập nội dung yêu cầu.", "en": "Please say what is asked."}
    assert response.json()["fields"] == {"text": [said[language]]}
    assert response.headers["Content-Language"] == language


def test_it_speaks_vietnamese_to_who_is_unknown(db: None) -> None:
    assert Speaker().get("tickets/").headers["Content-Language"] == "vi"


def test_it_lets_nothing_be_kept_on_the_way(desk: Desk, as_: As) -> None:
    assert "no-store" in as_(desk.lan).get("tickets/").headers["Cache-Control"]


def test_it_breaks_in_the_same_shape(desk: Desk, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = as_(desk.alice)
    alice.client.raise_request_exception = False
    monkeypatch.setattr("requests_desk.api.references.ticket", lambda *args: 1 / 0)

    response = alice.client.get("/api/v1/tickets/SCT-2026-000001/")

    assert shape(response) == (500, "error")
    assert response.headers["Content-Type"] == JSON
