"""The page of a requester: their requests, their twins, and making two one."""

from __future__ import annotations

import pytest

from requests_desk.tickets.models import RequesterMerge, Ticket
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk, log_ticket
from tests.tickets.services.test_requester_merging import FIRM, MAIL


@pytest.fixture
def two(desk: Desk) -> list[Ticket]:
    return [log_ticket(desk, asked=FIRM), log_ticket(desk, asked=MAIL)]


def page(ticket: Ticket) -> str:
    return f"/desk/requesters/{ticket.requester_id}/"


def test_it_shows_the_requests_and_the_twins_of_a_requester(desk, two):
    shown = signed_in(desk.lan).get(page(two[0]))

    assert two[0].code in shown.text
    assert "Cty Gỗ" in shown.text
    assert f'href="{page(two[0])}"' in signed_in(desk.lan).get(two[0].url).text


def test_it_makes_two_one_and_takes_it_back(desk, two):
    client = signed_in(desk.lan)
    sent = {"action": "merge", "other": two[1].requester_id, "reason": "Cùng công ty"}

    merged = client.post(page(two[0]), sent, follow=True)
    assert two[1].code in merged.text
    undone = client.post(page(two[0]), {"action": "undo", "other": RequesterMerge.objects.get().pk}, follow=True)

    assert two[1].code not in undone.text
    assert RequesterMerge.objects.get().undone_by == desk.lan


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"action": "merge", "other": "x"}, 404),
        ({"action": "merge", "other": "999999"}, 404),
        ({"action": "undo", "other": "1"}, 409),
        ({"action": "merge"}, 422),
    ],
)
def test_it_says_what_cannot_be(desk, two, sent, status):
    sent = {"other": two[1].requester_id, "reason": ""} | sent

    assert signed_in(desk.lan).post(page(two[0]), sent).status_code == status


def test_it_is_for_those_who_log_and_see_a_request_of_theirs(desk, two):
    codes = {
        name: signed_in(getattr(desk, name)).get(page(two[0])).status_code for name in ("alice", "ivan", "charlie")
    }

    assert codes == {"alice": 200, "ivan": 403, "charlie": 404}
    assert (
        signed_in(desk.alice).post(page(two[0]), {"action": "merge", "other": two[1].requester_id}).status_code == 403
    )
