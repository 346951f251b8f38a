"""Guessing is slow: per address, per code and per number; honest people do not notice."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from requests_desk.portal import throttle
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import OTHER_PHONE, PHONE, ask, page
from tests.support.cast import Desk, later


def wrong(
    client: Client, *, code: str = "SCT-2026-000007", phone: str = "", address: str = "203.0.113.1", times: int = 1
):
    answers = [
        ask(client, code, phone=phone or f"09500{number:05}", lookup="", REMOTE_ADDR=address) for number in range(times)
    ]
    return answers[-1]


def test_it_stops_guessing_the_number_of_a_code_from_anywhere(client: Client, asked: Logged):
    for number in range(throttle.LIMITS["code"]):
        wrong(client, code=asked.ticket.code, phone=f"09600{number:05}", address=f"203.0.113.{number}")

    answer = ask(client, asked.ticket.code, phone=PHONE, REMOTE_ADDR="198.51.100.9")

    assert answer.status_code == 429


def test_it_stops_guessing_the_code_of_a_number_from_anywhere(client: Client, asked: Logged):
    for number in range(throttle.LIMITS["phone"]):
        wrong(client, code=f"SCT-2026-{number + 100}", phone="+84 950 000 001", address=f"203.0.113.{number}")

    answer = ask(client, asked.ticket.code, phone=PHONE, REMOTE_ADDR="198.51.100.9")

    assert answer.status_code == 429


def test_it_stops_an_address_that_tries_everything(client: Client, desk: Desk):
    statuses = [
        wrong(client, code=f"SCT-2026-{number}", phone=f"09600{number:05}").status_code
        for number in range(throttle.LIMITS["address"] + 1)
    ]

    assert statuses.index(429) == throttle.LIMITS["address"]


def test_it_counts_what_one_subscriber_holds_of_ipv6_as_one_address():
    keys = {throttle._network(address) for address in ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1")}

    assert keys == {"2001:db8::/64", "2001:db8:0:1::/64"}


def test_it_says_when_to_come_back_and_keeps_what_was_typed(client: Client, desk: Desk):
    wrong(client, phone=OTHER_PHONE, times=throttle.LIMITS["code"])

    answer = wrong(client, phone=OTHER_PHONE)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) == throttle.WINDOW_S
    assert "Đề nghị thử lại sau 10 phút." in page(answer)
    assert f'value="{OTHER_PHONE}"' in page(answer)


def test_it_begins_anew_after_the_window(client: Client, desk: Desk, clock: object):
    wrong(client, times=throttle.LIMITS["code"] + 1)
    clock.move_to(later(days=1, seconds=throttle.WINDOW_S))  # type: ignore[attr-defined]

    answer = wrong(client)

    assert answer.status_code == 404


def test_it_never_limits_who_knows(client: Client, asked: Logged):
    statuses = {ask(client, asked.ticket.code, phone=PHONE).status_code for _look in range(30)}

    assert statuses == {200}


def test_it_leaves_no_counter_behind(client: Client, asked: Logged):
    ask(client, asked.ticket.code, phone=PHONE)
    wrong(client)

    store = throttle._store()
    expiries = [store.ttl(key) for key in store.scan_iter("desk:throttle:*")]
    assert expiries and all(0 < left <= 2 * throttle.WINDOW_S for left in expiries)


def test_it_keeps_no_code_and_no_number_in_the_store(client: Client, desk: Desk):
    wrong(client, phone=PHONE)

    names = b" ".join(throttle._store().scan_iter("desk:throttle:*"))
    assert b"000007" not in names
    assert b"950000001" not in names


@pytest.fixture
def store_is_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(settings.CACHES["default"], "LOCATION", "unix:///nonexistent/valkey.sock?db=1")
    throttle._store.cache_clear()
    yield
    throttle._store.cache_clear()


@pytest.mark.usefixtures("store_is_away")
def test_it_lets_people_read_while_the_store_is_away_and_says_so(
    client: Client, asked: Logged, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        answer = ask(client, asked.ticket.code, phone=PHONE)

    assert answer.status_code == 200
    assert "the store does not answer" in caplog.text
