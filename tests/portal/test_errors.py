"""What went wrong is said in the reader's language, by our own pages."""

from __future__ import annotations

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client

from requests_desk.tickets.queries import public
from tests.portal.cast import page


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "said"), [("", "Không tìm thấy trang"), ("?lang=en", "There is no such page")])
@pytest.mark.parametrize("path", ["/desk/nowhere/", "/nowhere", "/s/", "/status/x/"])
def test_it_knows_no_page_at_a_strangers_guess(client: Client, path: str, query: str, said: str):
    answer = client.get(path + query)

    assert answer.status_code == 404
    assert said in page(answer)


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "language"), [("", "vi"), ("?lang=en", "en")])
@pytest.mark.parametrize(("problem", "status"), [(RuntimeError, 500), (SuspiciousOperation, 400)])
def test_it_says_in_the_readers_language_that_something_broke(
    monkeypatch: pytest.MonkeyPatch, problem: type[Exception], status: int, query: str, language: str
):
    def breaks(*, at: object) -> None:
        raise problem

    monkeypatch.setattr(public, "front", breaks)

    answer = Client(raise_request_exception=False).get(f"/{query}")

    assert answer.status_code == status
    assert f'<html lang="{language}">' in page(answer)


def test_it_needs_no_database_to_say_that_we_broke(monkeypatch: pytest.MonkeyPatch):
    def breaks(*, at: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(public, "front", breaks)

    answer = Client(raise_request_exception=False).get("/")

    assert answer.status_code == 500


@pytest.mark.django_db
def test_it_refuses_a_host_that_is_not_its_own(client: Client):
    answer = client.get("/", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "evil" not in page(answer)
