"""Role by page by method, generated from the URL table: who gets in, who is refused, who may not even know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from notifications.models import Notification
from requests_desk.desk.views import ticket as page
from requests_desk.desk.views import verbs
from requests_desk.tickets.services import attachments, replies
from tests.library.cast import a_document
from tests.matrix.cast import COLLEAGUE, ELSEWHERE, EVERYONE, NOBODY, ROLES, STRANGER, Cast, now
from tests.matrix.table import ACTS, LINES, Line
from tests.support import files
from tests.support.cast import Desk, a_reply, log_ticket

LOGIN, SETUP = "/accounts/login/", "/accounts/2fa/"
FINE = {400, 409, 422}
PARTS = sorted({line.part for line in LINES})
ONCE = [line for line in LINES if not line.send]  # the acts of one page share its address
ADD_A_LINE = "add a line to LINES in tests/matrix/table.py (its first lines say how) for: "
ADD_AN_ACT = "add to ACTS in tests/matrix/table.py who may do on the page of a request: "


def routes(patterns: list[URLPattern | URLResolver] | None = None, above: str = "") -> Iterator[str]:
    """Yield every address of the URL table."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here


@pytest.fixture
def cast(desk: Desk) -> Cast:
    cache.clear()  # failed tries of others
    return Cast(desk, at=now())


@pytest.fixture
def things(cast: Cast, settings: Any) -> dict[str, Any]:
    """Return the things of the desk that a line's `at` may name: a request in alice's unit and what belongs to it."""
    desk, at = cast.desk, now()
    ticket = log_ticket(desk, at=at)
    reply = replies.send(ticket, a_reply(), by=desk.alice, at=at)
    file = attachments.take_in([files.upload()], [], by=None, at=at).files
    attachments.attach(file, ticket)
    message = Notification.objects.filter(subject=ticket.key).first()
    assert message
    things = {"ticket": ticket.code, "reply": reply.pk, "file": file[0].pk, "message": message.pk}
    bare = settings.TEMPLATES[0]
    options = bare["OPTIONS"] | {"loaders": ["tests.matrix.cast.Blank"]}
    settings.TEMPLATES = [bare | {"APP_DIRS": False, "OPTIONS": options}]
    document = a_document(desk, unit=desk.unit)
    things |= {"document": document.pk, "document_file": document.file_id}
    return things | {"requester": ticket.requester_id, "person": desk.alice.pk, "unit": desk.unit.pk}


def path_of(line: Line, things: dict[str, Any]) -> str:
    return "/" + (line.at or line.route).format_map(things)


def knock(cast: Cast, line: Line, name: str, method: str, things: dict[str, Any], *, csrf: bool = False) -> Any:
    """Ask for an address as somebody, in their browser or with their token; what it does is undone."""
    ask = getattr(cast.browser("" if line.is_api else name, enforce_csrf_checks=csrf), method)
    more: dict[str, Any] = {"headers": cast.key(name)} if line.is_api else {}
    if method == "post":
        more |= {"data": line.send} | ({"content_type": "application/json"} if line.is_api else {})
    with transaction.atomic():
        answer = ask(path_of(line, things), **more)
        transaction.set_rollback(True)
    for close in answer._resource_closers:  # a file that was handed out; `close()` would end the test's connection
        close()
    return answer


def outcome(response: Any) -> str:
    """Return what an answer amounts to: opened, login, unsigned, forbidden, hidden, no method, or the bare status."""
    if response.status_code in (301, 302):
        return "login" if response["Location"].startswith(f"{LOGIN}?") else "opened"
    if response.status_code < 300 or response.status_code in FINE:
        return "opened"
    names = {401: "unsigned", 403: "forbidden", 404: "hidden", 405: "no method"}
    return names.get(response.status_code, str(response.status_code))


def expected(line: Line, name: str, allowed: frozenset[str]) -> set[str]:
    """Return what may become of somebody who knocks."""
    role = {COLLEAGUE: "officer"}.get(name, name)
    comes = name in allowed or role in allowed or (name == ELSEWHERE and bool(allowed & set(ROLES)))
    refused = {"unsigned" if line.is_api else "login"} if name == STRANGER else {"forbidden"}
    if not allowed:
        return refused | {"no method", "hidden", "forbidden"}
    if is_hidden(line, name):
        return {"hidden"}
    if not comes:
        return refused | ({"hidden"} if name == NOBODY and line.is_api else set())
    return {"opened"} | {_named(status) for status in line.answers}


def is_hidden(line: Line, name: str) -> bool:
    """Tell whether somebody may not even know of what a line's address names."""
    if line.theirs or "{" not in line.at:
        return False
    return name == ELSEWHERE or (name == COLLEAGUE and ("{ticket}" in line.at or "{file}" in line.at))


def _named(status: int) -> str:
    return {403: "forbidden", 404: "hidden"}.get(status, str(status))


def test_it_names_every_address():
    missing = sorted(set(routes()) - {line.route for line in LINES})

    assert not missing, ADD_A_LINE + ", ".join(missing)


def test_it_names_no_address_that_is_gone():
    gone = sorted({line.route for line in LINES} - set(routes()))

    assert not gone, "take these lines out of tests/matrix/table.py, their addresses are gone: " + ", ".join(gone)


def test_it_names_every_act_on_a_request():
    known = {*page.ACTIONS, *verbs.VERBS}

    assert set(ACTS) == known, ADD_AN_ACT + ", ".join(sorted(set(ACTS) ^ known))


@pytest.mark.parametrize("part", PARTS)
def test_it_opens_to_whom_its_line_names_and_to_nobody_else(part: str, cast: Cast, things: dict[str, Any]):
    """HEAD follows GET, so two are enough to show it."""
    tries = [("get", EVERYONE), ("post", EVERYONE), ("head", ("leader", STRANGER))]

    wrong = [
        f"{path_of(line, things)} {line.send.get('action', '')}: {method} as {name} {said}, not {wanted}"
        for line in LINES
        if line.part == part
        for method, names in (tries[1:2] if line.send and not line.is_api else tries)
        for name in names
        if (said := outcome(knock(cast, line, name, method, things)))
        not in (wanted := expected(line, name, line.post if method == "post" else line.get))
    ]

    assert wrong == []


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_it_opens_to_no_other_method(method: str, cast: Cast, things: dict[str, Any]):
    """OPTIONS may say which methods there are; allauth answers every method alike, and guards it like a POST."""
    opened = [
        f"{path_of(line, things)} as {name}"
        for line in ONCE
        for name in ("admin", ELSEWHERE, STRANGER)
        if (answer := knock(cast, line, name, method, things)).status_code < 300 and answer.content
        if not (method == "options" and line.is_api) and line.part != "accounts"
    ]

    assert opened == []


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_takes_nothing_from_another_site(method: str, cast: Cast, things: dict[str, Any]):
    taken = [
        f"{path_of(line, things)} as {name}: {said}"
        for line in ONCE
        if line.post and line.csrf
        for name in ("admin", "leader")
        if (said := outcome(knock(cast, line, name, method, things, csrf=True))) not in ("forbidden", "no method")
    ]

    assert taken == []


def test_it_opens_nothing_without_the_second_step_where_one_is_required(
    cast: Cast, things: dict[str, Any], settings: Any
):
    settings.REQUIRE_SECOND_FACTOR = True

    opened = [
        f"{path_of(line, things)} as {name}"
        for line in ONCE
        if not line.is_open_without_second_step
        for name in ("admin", "leader", "officer")
        if knock(cast, line, name, "get", things).get("Location") != SETUP
    ]

    assert opened == []
