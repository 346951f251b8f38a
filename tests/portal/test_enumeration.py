"""Whoever guesses learns nothing: not by status, size, work or time which part was wrong."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from requests_desk.portal import throttle
from requests_desk.tickets.models import StatusLink
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import OTHER_PHONE, PHONE, UNKNOWN, ask, logged, page
from tests.support.cast import Desk, later

Knock = Callable[[], Any]
ROUNDS = 30
WRONG_LOOKUP = "ABCDEFGH"


@pytest.fixture(params=["phone", "lookup", "link"])
def knocks(request: pytest.FixtureRequest, client: Client, desk: Desk, asked: Logged) -> dict[str, Knock]:
    """Return every way to be wrong with one of the two proofs."""
    code, sealed = asked.ticket.code, logged(desk, kind="denunciation").ticket.code
    if request.param == "link":
        return _links(client, desk)
    if request.param == "phone":
        return {
            "wrong number": lambda: ask(client, code, phone=OTHER_PHONE),
            "unknown code": lambda: ask(client, UNKNOWN, phone=PHONE),
            "no code at all": lambda: ask(client, "XXXXXXXXXXXXXXX", phone=PHONE),
            "sealed": lambda: ask(client, sealed, phone=PHONE),
        }
    return {
        "wrong look-up code": lambda: ask(client, code, lookup=WRONG_LOOKUP),
        "unknown code": lambda: ask(client, UNKNOWN, lookup=WRONG_LOOKUP),
        "look-up code of another": lambda: ask(client, sealed, lookup=asked.lookup_code),
    }


def _links(client: Client, desk: Desk) -> dict[str, Knock]:
    revoked, expired = logged(desk), logged(desk)
    StatusLink.objects.filter(ticket=revoked.ticket).update(revoked_at=later(hours=1))
    StatusLink.objects.filter(ticket=expired.ticket).update(expires_at=later(hours=1))
    return {
        "revoked link": lambda: client.get(f"/s/{revoked.link_token}/"),
        "expired link": lambda: client.get(f"/s/{expired.link_token}/"),
        "unknown link": lambda: client.get("/s/ABCDEFGHIJKLMNOPQRSTUV/"),
    }


def test_it_answers_every_wrong_guess_alike(knocks: dict[str, Knock]):
    answers = [knock() for knock in knocks.values()]

    assert {answer.status_code for answer in answers} == {404}
    assert len({_without_what_was_typed(answer) for answer in answers}) == 1
    assert len({len(answer.content) for answer in answers}) == 1
    assert len({tuple(answer.headers) for answer in answers}) == 1


def test_it_does_the_same_work_for_every_wrong_guess(knocks: dict[str, Knock]):
    """The same statements in the same order: the database takes alike long."""
    asked = {name: _statements(knock) for name, knock in knocks.items()}

    assert len({tuple(statements) for statements in asked.values()}) == 1, asked


def test_it_takes_the_same_time_for_every_wrong_guess(knocks: dict[str, Knock], monkeypatch: pytest.MonkeyPatch):
    """By the time of the processor, which other work on the machine does not lengthen."""
    monkeypatch.setattr(throttle, "LIMITS", dict.fromkeys(throttle.LIMITS, 10**9))
    quickest = dict.fromkeys(knocks, 10**12)

    # What is left of the noise evens out over some rounds; a difference of ours would stay in all of them.
    alike = any(_alike(_timed(knocks, quickest)) for _round in range(ROUNDS))

    assert alike, quickest


def test_it_limits_unknown_codes_like_known_ones(client: Client, asked: Logged):
    limit = throttle.LIMITS["code"]

    statuses = [
        [ask(client, code, lookup=f"{WRONG_LOOKUP[:-1]}{letter}").status_code for letter in "ABCDEFGHJKMN"]
        for code in (asked.ticket.code, UNKNOWN)
    ]

    assert statuses[0] == statuses[1] == [404] * limit + [429] * (12 - limit)


def _without_what_was_typed(answer: Any) -> str:
    shown = page(answer)
    for name in ("code", "phone", "lookup"):
        shown = shown.replace(f' value="{answer.context["form"][name].value() or ""}"', "")
    return shown


def _timed(knocks: dict[str, Knock], quickest: dict[str, int]) -> dict[str, int]:
    """Try each ten times, in any order; keep of each the quickest try so far, in nanoseconds."""
    # In turns, the collector of garbage would come round at the same one each time.
    for name, knock in random.sample(list(knocks.items()) * 10, 10 * len(knocks)):
        began = time.thread_time_ns()
        knock()
        quickest[name] = min(quickest[name], time.thread_time_ns() - began)
    return quickest


def _alike(quickest: dict[str, int]) -> bool:
    return max(quickest.values()) < 1.1 * min(quickest.values())


def _statements(knock: Knock) -> list[str]:
    """Return what a knock asks of the database, without the values."""
    with CaptureQueriesContext(connection) as captured:
        knock()
    return [re.sub(r"'[^']*'|\b\d+\b", "?", query["sql"]) for query in captured]
