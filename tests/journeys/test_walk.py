"""Each role walks the pages that the URL table opens to it, in both languages, with axe on every one.

Every page is seen once, by one of its roles, the languages by turns; `WALK=all` sends every role through every page
of its own in both languages.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.conftest import SignIn
from tests.matrix.cast import STRANGER
from tests.matrix.table import LINES, Line
from tests.support.looks import WHOLE, Eyes
from tests.support.running_desk import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.processes]

# Whoever of the demo has each role. Officers and heads see their own unit's requests alone.
PEOPLE = {
    "front_desk": "lan",
    "officer": "minh",
    "unit_head": "dung",
    "chief": "binh",
    "leader": "an",
    "inspector": "khanh",
    "admin": "quantri",
    "auditor": "kiem",
}
WALKERS = (*PEOPLE, STRANGER)
LANGUAGES = ("vi", "en")
LAPTOP = {"width": 1366, "height": 768}
# No page: files, parts of pages, answers to machines, and addresses that only lead on.
NOT_PAGES = re.compile(
    r"\.(csv|xlsx|json|pdf|eml|txt|ico|atom|xml)$|^(healthz|readyz|metrics)$|/(known|bell|alike|as-sent|download)/$"
    r"|/<str:name>$|export\.|/files/|^files/|/letters/|/file/$|/acts/|webauthn/login/|oidc/|password/set/|reset/key/done/"
)


def pages() -> list[Line]:
    """Return the lines of the matrix that are pages to be looked at."""
    return [
        line for line in LINES if line.get and not line.is_api and not line.send and not NOT_PAGES.search(line.route)
    ]


def ways() -> dict[str, list[tuple[Line, str]]]:
    """Return who walks where in which language: every page once, or everywhere they may go in both."""
    taken: dict[str, list[tuple[Line, str]]] = {walker: [] for walker in WALKERS}
    for number, line in enumerate(pages()):
        # What strangers see without an account they see alone: who is signed in is often led on.
        may = [STRANGER] if STRANGER in line.get else [role for role in PEOPLE if role in line.get]
        if WHOLE:
            for role in may:
                taken[role] += [(line, language) for language in LANGUAGES]
        else:
            least = min(may, key=lambda role: len(taken[role]))
            taken[least].append((line, LANGUAGES[number % 2]))
    return taken


@pytest.fixture(scope="module")
def things(running_desk: RunningDesk) -> dict[str, dict[str, Any]]:
    """Return by role what a line's `at` may name: a request they may see, and what belongs to it."""
    ask = (
        "SELECT t.code, r.id, t.requester_id, u.id, t.unit_id, (SELECT max(id) FROM notifications_notification)"
        " FROM people_user u JOIN people_membership m ON m.user_id = u.id JOIN tickets_ticket t"
        " ON NOT t.sealed AND (t.unit_id = m.unit_id OR m.unit_id IS NULL OR m.role NOT IN ('officer', 'unit_head'))"
        " JOIN tickets_reply r ON r.ticket_id = t.id WHERE u.username = %s AND t.unit_id IS NOT NULL LIMIT 1"
    )
    names = ("ticket", "reply", "requester", "person", "unit", "message")
    found = {role: running_desk.query(ask, username)[0] for role, username in PEOPLE.items()}
    return {STRANGER: {}} | {role: dict(zip(names, row, strict=True)) for role, row in found.items()}


def way_to(line: Line, known: dict[str, Any]) -> tuple[str, set[int]]:
    """Return a line's path and what may be answered; of what the demo has none, the page that says so is looked at."""
    at = line.at or line.route
    missing = set(re.findall(r"{(\w+)}", at)) - set(known)
    path = at.format_map(known | dict.fromkeys(missing, 1))
    return f"/{path}", {200, *line.answers, *([404] if missing else [])}


@pytest.mark.parametrize("walker", WALKERS)
def test_it_finds_nothing_wrong_on_any_page(walker: str, sign_in: SignIn, things: dict[str, dict[str, Any]]) -> None:
    page = sign_in(PEOPLE.get(walker), viewport=LAPTOP)
    eyes = Eyes(page)
    faults = []

    for line, language in ways()[walker]:
        path, fine = way_to(line, things[walker])
        answer = page.goto(f"{path}?lang={language}")
        if answer is None or answer.status not in fine:
            faults.append(f"{path}: {answer and answer.status}")
        faults += [f"{language} {fault}" for fault in eyes.faults()]

    assert faults == []


def test_it_sends_somebody_to_every_page() -> None:
    walked = {line.route for way in ways().values() for line, _language in way}

    assert walked == {line.route for line in pages()}
