"""The secret link: opens in full, is kept nowhere, can be withdrawn, and does nothing by itself."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from requests_desk.tickets.models import StatusLink
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import QUESTION, logged, page
from tests.support.cast import Desk, later


def test_it_opens_a_request_in_full(client: Client, asked: Logged):
    answer = client.get(f"/s/{asked.link_token}/")

    assert answer.status_code == 200
    assert QUESTION in page(answer)


def test_it_opens_a_sealed_request(client: Client, desk: Desk):
    sealed = logged(desk, kind="harassment")

    answer = client.get(f"/s/{sealed.link_token}/")

    assert answer.status_code == 200


def test_it_is_kept_nowhere(client: Client, asked: Logged):
    for token in (asked.link_token, "unknown"):
        answer = client.get(f"/s/{token}/")

        assert answer["Cache-Control"] == "no-store, private"
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies


def test_it_is_withdrawn_without_a_trace(client: Client, asked: Logged):
    StatusLink.objects.update(revoked_at=later(hours=1))

    revoked, unknown = client.get(f"/s/{asked.link_token}/"), client.get("/s/ABCDEFGHIJKLMNOPQRSTUV/")

    assert revoked.status_code == unknown.status_code == 404
    assert revoked.content == unknown.content
    assert "đã bị thu hồi" in page(revoked)


def test_it_changes_nothing_when_a_mail_scanner_follows_it(client: Client, asked: Logged):
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/s/{asked.link_token}/")
        client.head(f"/s/{asked.link_token}/")

    assert all(query["sql"].startswith("SELECT") for query in captured)


def test_it_takes_nothing_but_reading(client: Client, asked: Logged):
    answer = client.post(f"/s/{asked.link_token}/", {"anything": "1"})

    assert answer.status_code == 405
