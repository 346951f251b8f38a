"""What no form of the desk sends and anybody can: it is answered, never with a page of what broke."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.people.services.presence import Presence
from requests_desk.tickets.models import WordList
from tests.support.cast import Desk, log_ticket

# Longer than Python reads as a number, longer than any key, digits of another script, and no number at all.
NUMBERS = ("9" * 5000, "9" * 30, "٣", "-1", "x")


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.leader)
    return client


@pytest.mark.parametrize(
    ("address", "name", "more"),
    [
        ("/desk/held/", "held", {}),
        ("/desk/alerts/acknowledge/", "alert", {}),
        ("/desk/away/", "pk", {"action": "remove"}),
        ("/desk/new/meeting/", "row-TOTAL_FORMS", {"more": "1"}),
        ("/desk/answers/new/", "unit", {"title": "x", "question": "x", "answer": "x"}),
        ("/desk/requesters/{requester}/", "other", {"reason": "x"}),
        ("/desk/requesters/{requester}/", "other", {"action": "undo"}),
        ("/desk/tickets/{code}/", "documents", {"action": "reply", "kind": "answer", "channel": "email"}),
    ],
)
def test_it_takes_no_number_for_a_row_that_cannot_be_one(
    client: Client, desk: Desk, address: str, name: str, more: dict[str, str]
):
    ticket = log_ticket(desk, at=timezone.now() - timedelta(hours=1), officer=desk.alice)
    place = address.format(requester=ticket.requester_id, code=ticket.code)

    pages = [client.post(place, {name: number, **more}) for number in NUMBERS]

    assert max(page.status_code for page in pages) < 500


@pytest.mark.parametrize(
    ("address", "name", "more"),
    [
        ("/settings/presence/", "pk", {"action": "remove_duty"}),
        ("/settings/rules/", "remove", {}),
        ("/settings/people/{pk}/", "membership", {"action": "take"}),
        ("/settings/policies/first-reply/", "rung-TOTAL_FORMS", {"more": "1"}),
    ],
)
def test_no_setting_breaks_over_a_number_that_names_nothing(
    client: Client, desk: Desk, address: str, name: str, more: dict[str, str]
):
    client.force_login(desk.root)

    pages = [client.post(address.format(pk=desk.alice.pk), {name: number, **more}) for number in NUMBERS]

    assert max(page.status_code for page in pages) < 500


@pytest.mark.parametrize(
    ("address", "sent", "status"),
    [
        ("/desk/triage/", {"code": "\x00"}, 404),
        ("/desk/tickets/assign/", {"code": "\x00"}, 302),
        ("/desk/drafts/drop/", {"draft_place": "\x00"}, 302),
        ("/desk/tickets/views/", {"name": "\x00", "query": "hands=mine"}, 302),
        ("/desk/answers/offer/?ticket=%00", {}, 404),
    ],
)
def test_it_looks_for_nothing_with_a_nul_in_its_name(client: Client, address: str, sent: dict[str, str], status: int):
    page = client.post(address, sent)

    assert page.status_code == status


def test_no_phrase_holds_a_nul(client: Client, desk: Desk):
    client.force_login(desk.root)

    client.post("/settings/words/", {"about": "misconduct", "target": "", "phrases": "sách\x00nhiễu"})

    assert WordList.objects.get().phrases == "sáchnhiễu"


def test_a_ready_text_has_no_nul_in_its_key(client: Client, desk: Desk):
    client.force_login(desk.root)

    page = client.post("/settings/texts/", {"key": "\x00", "default": "1"})

    assert page.status_code == 302


def test_a_year_half_typed_closes_no_page_to_anybody(client: Client, desk: Desk):
    """Kept in UTC it lies before the year 1: every list with the row would break when it is read."""
    typed = {"phone": "0950000001", "channel": "hotline", "kind": "information", "text": "Giá?"}

    page = client.post("/desk/new/", typed | {"wanted_by": "0001-01-01T00:00"})

    assert (page.status_code, list(page.context["form"].errors)) == (422, ["wanted_by"])
    assert client.get("/desk/").status_code == client.get("/desk/tickets/").status_code == 200


def test_an_absence_since_the_year_one_stops_no_timer(client: Client, desk: Desk):
    page = client.post("/desk/away/", {"action": "absence", "from_at": "0001-01-01T00:00", "to_at": "2999-01-01T00:00"})

    assert (page.status_code, sorted(page.context["form"].errors)) == (422, ["from_at", "to_at"])
    assert Presence([desk.agency.pk], at=timezone.now()).deputies == {}


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("correct", {"received_at": "0001-01-01T00:00", "reason": "x"}),
        ("reply", {"kind": "interim", "channel": "call", "promised_at": "0001-01-01T00:00"}),
        ("reply", {"kind": "answer", "channel": "call", "happened_at": "9999-12-31T23:59"}),
    ],
)
def test_no_act_on_a_request_takes_a_moment_of_another_age(
    client: Client, desk: Desk, action: str, typed: dict[str, str]
):
    ticket = log_ticket(desk, at=timezone.now() - timedelta(hours=1), officer=desk.alice)

    page = client.post(ticket.url, {"action": action, **typed})

    assert page.status_code == 422


@pytest.mark.parametrize("query", ["received_to=9999-12-31", "received_from=0001-01-01"])
def test_a_filter_takes_no_day_of_another_age(client: Client, query: str):
    page = client.get(f"/desk/tickets/?{query}")

    assert (page.status_code, list(page.context["filters"].errors)) == (200, [query.partition("=")[0]])


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_stamp_of_another_age_is_told_beside_its_day(client: Client, day: str):
    page = client.post(
        "/desk/new/",
        {"entry": "letter", "channel": "letter", "text": "Giá?", "kind": "information", "arrived_date": day},
    )

    assert (page.status_code, list(page.context["form"].errors)) == (422, ["arrived_date"])


def test_no_number_of_sms_is_larger_than_is_kept(client: Client, desk: Desk):
    client.force_login(desk.root)
    quiet = {"quiet-quiet_from": "22:30", "quiet-quiet_to": "05:00", "quiet-sms_monthly_cap": "99999999999"}

    page = client.post("/settings/presence/", {"action": "quiet", **quiet})

    assert (page.status_code, list(page.context["forms"]["quiet"].errors)) == (422, ["sms_monthly_cap"])
