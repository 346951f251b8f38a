"""Speak to the API as one of the cast; every answer is held against the schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from requests_desk.people.models import User
from requests_desk.people.services import tokens
from tests.support.cast import Desk

V1 = "/api/v1/"


@cache
def described() -> OpenAPI:
    """Return our own description of the API."""
    return OpenAPI.from_dict(Client().get(f"{V1}schema/?format=json").json())


class Speaker:
    """One person's program: relative addresses, JSON both ways."""

    def __init__(self, token: str = "") -> None:
        headers = {"Authorization": f"Token {token}"} if token else {}
        self.client = Client(headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        return self._checked("get", path, self.client.get(V1 + path, query))

    def post(self, path: str, body: Any, *, key: str = "", **headers: str) -> Any:
        if key:
            headers["Idempotency-Key"] = key
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        response = self.client.post(V1 + path, data, content_type="application/json", headers=headers)
        return self._checked("post", path, response)

    def _checked(self, method: str, path: str, response: Any) -> Any:
        answer = MockResponse(response.content, response.status_code, content_type=response.headers["Content-Type"])
        described().validate_response(MockRequest("http://testserver", method, V1 + path), answer)
        return response


As = Callable[[User], Speaker]


@pytest.fixture
def as_(desk: Desk) -> As:
    """Return a function that gives a person of the cast their program."""
    return lambda user: Speaker(tokens.issue(user, name="test", at=timezone.now()))
