"""Who may open which page: strangers are asked to sign in, lesser rights get 403, other people's requests 404."""

from __future__ import annotations

import pytest
from django.test import Client

from requests_desk.tickets.models import Ticket
from tests.support.cast import Desk, log_ticket

EVERYBODY = ("alice", "bob", "lan", "chief", "leader", "ivan", "root")
PAGES = {
    "/desk/": EVERYBODY,
    "/desk/tickets/": EVERYBODY,
    "/desk/new/": ("alice", "bob", "lan", "chief", "leader"),
    "/desk/new/known/?phone=0950000001": ("alice", "bob", "lan", "chief", "leader"),
    "/desk/triage/": ("bob", "lan", "chief", "leader"),
    "/desk/sent/": ("lan", "chief", "leader", "root"),
    "/leadership/": ("chief", "leader"),
}


def as_(desk: Desk, name: str) -> Client:
    client = Client()
    client.force_login(getattr(desk, name))
    return client


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("page", PAGES)
def test_it_opens_a_page_to_the_roles_that_may(desk: Desk, page: str, name: str) -> None:
    response = as_(desk, name).get(page)

    assert response.status_code == (200 if name in PAGES[page] else 403)


@pytest.mark.parametrize("page", [*PAGES, "/desk/tickets/SCT-2026-000001/", "/desk/sent/1/"])
def test_it_asks_strangers_to_sign_in(desk: Desk, page: str) -> None:
    response = Client().get(page)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


def test_it_hides_a_ticket_from_another_agency_and_from_another_unit(desk: Desk) -> None:
    ticket = log_ticket(desk, unit=desk.office)

    for name in ("charlie", "alice"):
        assert as_(desk, name).get(ticket.url).status_code == 404


def test_it_hides_a_sealed_ticket_from_all_but_the_leadership(desk: Desk) -> None:
    ticket = log_ticket(desk, kind="harassment")

    opened = [name for name in EVERYBODY if as_(desk, name).get(ticket.url).status_code == 200]

    assert opened == ["leader", "ivan"]


@pytest.mark.parametrize("action", ["reply", "assign", "close", "lookup"])
def test_it_refuses_what_a_reader_may_not_do(desk: Desk, action: str) -> None:
    ticket = log_ticket(desk)

    response = as_(desk, "ivan").post(f"{ticket.url}?reply=answer", {"action": action})

    assert response.status_code == 403
    assert Ticket.objects.get().ledger_seq == ticket.ledger_seq


def test_it_shows_no_message_about_a_sealed_ticket_to_those_who_may_not_see_it(desk: Desk) -> None:
    log_ticket(desk, kind="harassment")

    listed = {name: as_(desk, name).get("/desk/sent/").context["outbox"] for name in ("lan", "leader")}

    assert not listed["lan"]
    assert {row["destination"] for row in listed["leader"]} == {"duan@vps.example", "leader@so.example"}
    assert {as_(desk, "lan").get(row["url"]).status_code for row in listed["leader"]} == {404}


@pytest.mark.parametrize("code", ["SCT-2026-999999", "%00", "x%00y", "..%2f", "ă", "x" * 300])
def test_it_finds_nothing_behind_a_code_that_is_none(desk: Desk, code: str) -> None:
    assert as_(desk, "lan").get(f"/desk/tickets/{code}/").status_code == 404
