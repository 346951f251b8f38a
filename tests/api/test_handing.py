"""Hand over, accept, return, apologise and sign through the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from requests_desk.people.models import Role, User
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import reminders
from tests.api.conftest import As
from tests.support.cast import Desk, a_person, log_ticket


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now() - timedelta(hours=49), officer=desk.alice)


@pytest.fixture
def nam(desk: Desk) -> User:
    return a_person("nam", desk.agency, Role.OFFICER, desk.office)


@pytest.mark.parametrize("act", ["accept", "give_back"])
def test_it_hands_over_and_settles(desk: Desk, as_: As, ticket: Ticket, nam: User, act: str) -> None:
    body = {"reason": "Nhầm"} if act == "give_back" else {}

    made = as_(desk.alice).post(f"tickets/{ticket.code}/hand_over/", {"unit": "VP", "reason": "Thuộc Văn phòng"})
    done = as_(nam).post(f"tickets/{ticket.code}/{act}/", body)
    again = as_(desk.lan).post(f"tickets/{ticket.code}/{act}/", body)

    assert (made.status_code, made.json()["to_unit"], made.json()["from_unit"]) == (201, "VP", "QLTM")
    assert (done.status_code, again.status_code) == (200, 404)
    assert Ticket.objects.get().officer == (nam if act == "accept" else desk.alice)


def test_it_names_what_a_hand_over_lacks(desk: Desk, as_: As, ticket: Ticket) -> None:
    told = as_(desk.alice).post(f"tickets/{ticket.code}/hand_over/", {"unit": "QLTM", "reason": "Thử"})

    assert (told.status_code, list(told.json()["fields"])) == (400, ["unit"])


def test_it_apologises_once_signed_by_the_leadership(desk: Desk, as_: As, ticket: Ticket) -> None:
    here, alice, leader = f"tickets/{ticket.code}/apologies/", as_(desk.alice), as_(desk.leader)
    assert alice.post(here, {"text": "Xin lỗi"}).status_code == 409  # nothing was missed yet
    reminders.sweep(at=timezone.now())
    owed = alice.get(here).json()

    gap = alice.post(here, {"text": owed["draft"]})
    made = alice.post(here, {"text": "Sở xin lỗi vì trả lời chậm."}).json()
    returned = leader.post(f"{here}{made['id']}/return/", {"reason": "Rõ hơn"}).json()
    second = alice.post(here, {"text": "Sở xin lỗi vì trả lời chậm hai ngày."}).json()
    signed = leader.post(f"{here}{second['id']}/sign/", {}).json()

    assert (owed["is_owed"], gap.status_code) == (True, 400)
    assert (returned["state"], signed["state"], signed["signed_by"]) == ("returned", "signed", "leader")
    assert as_(desk.bob).post(f"{here}{second['id']}/sign/", {}).status_code == 403
    assert [row["state"] for row in alice.get(here).json()["results"]] == ["signed", "returned"]
