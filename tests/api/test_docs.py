"""The schema, and the page that shows it with nothing from outside."""

from __future__ import annotations

from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.conftest import V1
from tests.support.browser import OpenPage, browser, open_page

__all__ = ["browser", "open_page"]

ACTS = (
    *("replies", "close", "assign", "notes", "items", "correct", "messages"),
    *("similar", "suggestion", "sort", "seal", "unseal", "link", "propose_spam"),
    *(
        "thanks",
        "merge",
        "unmerge",
        "split",
        "parts",
        "hand_over",
        "accept",
        "give_back",
        "apologies",
        "pause",
        "resume",
        "acknowledge",
    ),
)
PARTS = ("deliver", "return", "withdraw")
APOLOGIES = ("sign", "return")
SIGNING = ("approve", "return", "take_back", "submit", "carry_out")


def test_it_describes_itself_without_a_warning() -> None:
    said = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=said)

    assert "openapi: 3.0" in said.getvalue()


def test_it_describes_every_address_and_how_to_be_known() -> None:
    told = Client().get(f"{V1}schema/?format=json").json()

    assert {path.removeprefix(V1) for path in told["paths"]} == {
        "tickets/",
        "tickets/{code}/",
        *(f"tickets/{{code}}/{act}/" for act in ACTS),
        *(f"tickets/{{code}}/replies/{{id}}/{act}/" for act in SIGNING),
        *(f"tickets/{{code}}/parts/{{id}}/{act}/" for act in PARTS),
        *(f"tickets/{{code}}/apologies/{{id}}/{act}/" for act in APOLOGIES),
        "tickets/{code}/files/{id}/",
        *(f"tickets/{{code}}/{history}/" for history in ("events", "notifications", "breaches")),
    }
    assert list(told["components"]["securitySchemes"]) == ["personalToken"]
    assert told["paths"]["/api/v1/tickets/"]["post"]["security"] == [{"personalToken": []}]


def test_it_allows_styles_within_this_one_page_and_scripts_nowhere(db: None) -> None:
    policy = Client().get(f"{V1}docs/").headers["Content-Security-Policy"]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["style-src"] == "'self' 'unsafe-inline'"
    assert directives["script-src"] == "'self'"


@pytest.mark.browser
def test_it_shows_the_page_in_a_browser_without_a_refusal(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)

    page.goto(f"{V1}docs/")
    page.get_by_text("/api/v1/tickets/{code}/close/").wait_for()

    assert (
        page.locator(".opblock").count() == len(ACTS) + len(SIGNING) + len(PARTS) + len(APOLOGIES) + 9
    )  # and what is read or logged
    assert refused == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(page.url).netloc}
