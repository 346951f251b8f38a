"""Reading out by phone or at the counter: nothing before the caller is verified, and it stands in the history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.people.models import User
from requests_desk.tickets.models import StatusLink
from requests_desk.tickets.services import callers
from requests_desk.tickets.services.incoming import Asked
from requests_desk.tickets.services.intake import Logged
from tests.portal.cast import logged
from tests.support.cast import Desk


@pytest.fixture
def asked(desk: Desk) -> Logged:
    return logged(desk, at=timezone.now() - timedelta(hours=1))


def page_of(client: Client, by: User, asked: Logged) -> str:
    client.force_login(by)
    return client.get(f"{asked.ticket.url}?act=caller").text


def act(client: Client, by: User, asked: Logged, action: str, **sent: Any) -> Any:
    client.force_login(by)
    return client.post(asked.ticket.url, {"action": action, **sent}, follow=True)


def test_it_tells_what_may_be_said_before_and_after(client: Client, desk: Desk, asked: Logged):
    before = page_of(client, desk.lan, asked)
    act(client, desk.lan, asked, "caller", method="lookup", lookup=asked.lookup_code.lower())
    after = page_of(client, desk.lan, asked)

    assert "Chưa xác minh" in before and "Đã xác minh" not in before
    assert "Đã xác minh lúc" in after and "Lan" in after
    assert asked.ticket.events.get(kind="caller_verified").facts == {"method": "lookup"}


def test_it_writes_down_each_wrong_code_and_stops_after_five(client: Client, desk: Desk, asked: Logged):
    for _try in range(callers.TRIES):
        act(client, desk.lan, asked, "caller", method="lookup", lookup="ABCDEFGH")
    answer = act(client, desk.lan, asked, "caller", method="lookup", lookup=asked.lookup_code)

    assert answer.status_code == 422
    assert asked.ticket.events.filter(kind="caller_not_verified").count() == callers.TRIES
    assert not asked.ticket.events.filter(kind="caller_verified").exists()


def test_it_takes_a_call_back_to_a_number_on_record_only(client: Client, desk: Desk, asked: Logged):
    own = asked.ticket.requester.phones.get().pk
    stranger = logged(desk, at=timezone.now(), asked=Asked(name="Người khác", phones=("0950000002",)))

    wrong = act(client, desk.lan, asked, "caller", method="call_back", number=stranger.ticket.requester.phones.get().pk)
    right = act(client, desk.lan, asked, "caller", method="call_back", number=own)

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert asked.ticket.events.get(kind="caller_verified").facts == {"method": "call_back"}


def test_it_speaks_of_a_sealed_request_with_its_look_up_code_only(client: Client, desk: Desk):
    """P13."""
    sealed = logged(desk, at=timezone.now(), kind="harassment")
    number = sealed.ticket.requester.phones.get().pk

    answer = act(client, desk.leader, sealed, "caller", method="call_back", number=number)

    assert answer.status_code == 422
    assert "kể cả việc có yêu cầu này" in page_of(client, desk.leader, sealed)


def test_it_forgets_after_half_an_hour(client: Client, desk: Desk, asked: Logged):
    callers.by_lookup(asked.ticket, asked.lookup_code, by=desk.lan, at=timezone.now() - callers.HOLDS)

    assert "Chưa xác minh" in page_of(client, desk.lan, asked)


def test_it_gives_out_a_new_link_once_and_revokes_the_old(client: Client, desk: Desk, asked: Logged):
    answer = act(client, desk.lan, asked, "links", do="new", holds="30")

    new = StatusLink.objects.get(revoked_at=None)
    assert "/s/" in answer.text and "/s/" not in page_of(client, desk.lan, asked)
    assert new.expires_at and new.expires_at > timezone.now() + timedelta(days=29)
    assert client.get(f"/s/{asked.link_token}/").status_code == 404
    assert asked.ticket.events.filter(kind__in=["link_issued", "links_revoked"]).count() == 2


def test_it_only_revokes(client: Client, desk: Desk, asked: Logged):
    act(client, desk.lan, asked, "links", do="revoke")

    assert not StatusLink.objects.filter(revoked_at=None).exists()
