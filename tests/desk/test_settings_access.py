"""Who may look at the settings, who may change them, and what each page costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import policy_choice
from sla import catalogue
from sla.models import CalendarVersion, PolicyVersion
from sla.policies import DEFAULT_POLICY
from tests.desk.settings_pages import POLICY, YEAR, signed_in
from tests.support.cast import Desk, log_ticket

PAGES = [
    "/settings/",
    YEAR,
    f"{YEAR}office-2026.csv",
    "/settings/calendars/office/hours/",
    "/settings/calendars/office/versions/",
    "/settings/calendars/office/apply/",
    POLICY,
    f"{POLICY}versions/",
    f"{POLICY}file/",
    f"{POLICY}first-reply.json",
    f"{POLICY}apply/",
    "/settings/rules/",
    "/settings/presence/",
    "/settings/rehearse/?policy=first-reply",
]
FORMS = ["/settings/calendars/new/", "/settings/policies/new/"]


@pytest.mark.parametrize("page", [*PAGES, *FORMS])
def test_it_opens_to_an_administrator(desk: Desk, page: str) -> None:
    log_ticket(desk, at=timezone.now())

    assert signed_in(desk.root).get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_it_lets_the_chief_read(desk: Desk, page: str) -> None:
    assert signed_in(desk.chief).get(page).status_code == 200


@pytest.mark.parametrize("page", [*PAGES, *FORMS])
def test_it_is_closed_to_the_desk(desk: Desk, page: str) -> None:
    assert [signed_in(person).get(page).status_code for person in (desk.lan, desk.alice, desk.bob)] == [403] * 3


@pytest.mark.parametrize("page", [*PAGES[1:2], *PAGES[3:4], *PAGES[5:7], *PAGES[8:9], *PAGES[10:12], *FORMS])
def test_it_changes_nothing_for_a_reader(desk: Desk, page: str) -> None:
    before = CalendarVersion.objects.count(), PolicyVersion.objects.count()

    response = signed_in(desk.chief).post(page, {"action": "confirm", "base": 1, "name": "x", "key": "x"})

    assert response.status_code == 403
    assert (CalendarVersion.objects.count(), PolicyVersion.objects.count()) == before


@pytest.mark.parametrize(
    "page",
    [
        "/settings/calendars/lunar/2026/",
        "/settings/calendars/lunar/hours/",
        "/settings/calendars/office/1815/",
        f"{YEAR}office-2027.csv",
        f"{YEAR}office-2026.exe",
        "/settings/policies/nine-lives/",
        "/settings/policies/nine-lives/apply/",
    ],
)
def test_it_answers_404_to_what_is_not_there(desk: Desk, page: str) -> None:
    assert signed_in(desk.root).get(page).status_code == 404


def test_it_shows_an_agency_s_own_settings_alone(desk: Desk) -> None:
    owner = policy_choice.owner(desk.other_agency)
    catalogue.add_policy(owner, "secret", name="Của Sở khác", document=DEFAULT_POLICY, at=timezone.now())

    assert "Của Sở khác" not in signed_in(desk.root).get("/settings/").text
    assert signed_in(desk.root).get("/settings/policies/secret/").status_code == 404


@pytest.mark.parametrize("page", ["/settings/", YEAR, f"{POLICY}versions/", f"{POLICY}apply/", "/settings/rules/"])
def test_it_costs_as_many_queries_however_much_there_is(desk: Desk, page: str) -> None:
    client, owner, counts = signed_in(desk.root), policy_choice.owner(desk.agency), []
    log_ticket(desk, at=timezone.now())
    for hours in range(24, 27):
        document = DEFAULT_POLICY | {"first_reply": f"{hours}h"}
        catalogue.add_policy(owner, "first-reply", name="48 giờ", document=document, at=timezone.now())
        catalogue.add_policy(owner, f"other-{hours}", name=str(hours), document=document, at=timezone.now())
        Ticket.objects.filter(pk=log_ticket(desk, at=timezone.now()).pk)
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        counts.append(len(queries))

    assert counts[1] == counts[2] <= 20
