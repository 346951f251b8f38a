"""Whoever guesses learns nothing: not by status, size, work or time which part was wrong."""

from __future__ import annotations

import statistics
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
ROUNDS = 15
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
    counts = {name: _queries(knock) for name, knock in knocks.items()}

    assert len(set(counts.values())) == 1, counts


def test_it_takes_the_same_time_for_every_wrong_guess(knocks: dict[str, Knock], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(throttle, "LIMITS", dict.fromkeys(throttle.LIMITS, 10**9))
    times: dict[str, list[int]] = {name: [] for name in knocks}

    # What the machine does besides evens out over some rounds; a difference of ours would stay in all of them.
    alike = any(_alike(_timed(knocks, times)) for _round in range(ROUNDS))

    assert alike, {name: statistics.quantiles(spent, n=10)[0] / 1e6 for name, spent in times.items()}


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


def _timed(knocks: dict[str, Knock], times: dict[str, list[int]]) -> dict[str, list[int]]:
    """Add twenty tries of each, taken in turns."""
    for name, knock in list(knocks.items()) * 20:
        began = time.perf_counter_ns()
        knock()
        times[name].append(time.perf_counter_ns() - began)
    return times


def _alike(times: dict[str, list[int]]) -> bool:
    # The quickest tries: what else runs on the machine makes a try slower, never quicker.
    quickest = [statistics.quantiles(spent, n=10)[0] for spent in times.values()]
    return max(quickest) < 1.1 * min(quickest)


def _queries(knock: Knock) -> int:
    with CaptureQueriesContext(connection) as captured:
        knock()
    return len(captured)
