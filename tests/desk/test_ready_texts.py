"""The ready texts of an agency, on their settings screen."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import ReadyText
from tests.support.cast import Desk, log_ticket

URL = "/settings/texts/"
CHANGED = {"key": "answer", "name": "Trả lời ngắn", "use": "reply", "kind": "answer", "text": "Trả lời: ……"}


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.root)
    return client


def offered(desk: Desk) -> dict[str, str]:
    """Return by key what an officer is offered."""
    client = Client()
    client.force_login(desk.alice)
    page = client.get(log_ticket(desk, at=timezone.now(), officer=desk.alice).url)
    return {one.key: one.name for one in page.context["ready"]}


def test_it_changes_takes_out_and_adds(client: Client, desk: Desk) -> None:
    client.post(URL, CHANGED)
    client.post(URL, CHANGED | {"key": "refusal", "kind": "refusal", "text": ""})
    client.post(URL, CHANGED | {"key": "", "name": "Hội chợ", "text": "Hội chợ mở ngày ……"})

    found = offered(desk)
    assert found["answer"] == "Trả lời ngắn" and "refusal" not in found and found["own_1"] == "Hội chợ"


def test_it_goes_back_to_the_text_of_the_product(client: Client, desk: Desk) -> None:
    client.post(URL, CHANGED)

    client.post(URL, {"key": "answer", "default": "1"})

    assert not ReadyText.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": "Mã {mã số}"}, "text"),
        ({"name": ""}, "name"),
        ({"key": "", "text": ""}, "text"),
        ({"key": "x"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"text": "x" * 5_001}, "text"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(client: Client, wrong: dict[str, str], field: str) -> None:
    page = client.post(URL, CHANGED | wrong)

    assert page.status_code == 422 and not ReadyText.objects.exists()
    if wrong.get("key") != "x":
        (form,) = [form for form in page.context["forms"] if form.is_bound]
        assert field in form.errors
