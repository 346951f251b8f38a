"""The same request shown where it helps: while it is typed, on the receipt and on the page, and never in the way."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from requests_desk.tickets.models import Ticket, TicketLink
from requests_desk.tickets.services.incoming import Asked
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk, log_ticket

WINE = "Hồ sơ gia hạn giấy phép bán buôn rượu hết hạn 20/12 gồm những gì?"
STRANGER = Asked(name="Người khác", phones=("0950000077",))
TYPED = {
    "phone": "0950000001",
    "text": "ho so gia han GP ban buon ruou het han 20/12 gom nhung gi",
    "channel": "hotline",
}


@pytest.fixture
def wine(desk: Desk) -> Ticket:
    return log_ticket(desk, at=timezone.now(), text=WINE, channel="email")


@pytest.fixture
def client(desk: Desk) -> Client:
    return signed_in(desk.lan)


def test_it_is_shown_while_the_caller_speaks(client, wine):
    page = client.post("/desk/new/alike/", TYPED, headers={"HX-Request": "true"})

    assert wine.code in page.text
    assert "cùng số điện thoại" in page.text


def test_it_is_shown_without_a_script_when_the_number_is_looked_up(client, wine):
    assert wine.code in client.post("/desk/new/", TYPED | {"look_up": "1"}).text


def test_it_is_a_warning_on_the_receipt_and_stops_nothing(client, wine):
    page = client.post("/desk/new/", TYPED | {"kind": "information"}, follow=True)

    assert Ticket.objects.count() == 2
    assert [one.ticket for one in page.context["alike"]] == [wine]


def test_it_merges_by_one_click_the_later_into_the_earlier(desk, client, wine):
    later = log_ticket(desk, at=timezone.now(), text=TYPED["text"])
    page = client.get(f"{later.url}alike/")

    client.post(later.url, {"action": "merge", "into": wine.code, "reason": "Trùng nội dung"})

    assert f'value="{wine.code}"' in page.text
    later.refresh_from_db()
    assert later.ending == "merged"


def test_it_links_by_one_click_and_only_once(desk, client, wine):
    other = log_ticket(desk, at=timezone.now(), text=WINE, asked=STRANGER)

    first = client.post(other.url, {"action": "link", "to": wine.code.lower()})
    again = client.post(wine.url, {"action": "link", "to": other.code})

    assert (first.status_code, again.status_code) == (302, 422)
    assert TicketLink.objects.get().kind == "possibly_about"


def test_it_never_links_a_sealed_request_to_one_that_anybody_reads(desk, wine):
    sealed = log_ticket(desk, at=timezone.now(), kind="harassment")

    page = signed_in(desk.leader).post(wine.url, {"action": "link", "to": sealed.code})

    assert page.status_code == 422
    assert not TicketLink.objects.exists()


def test_it_is_a_part_of_the_page_that_waits_for_nobody(client, wine):
    assert f'hx-get="{wine.url}alike/"' in client.get(wine.url).text
    assert "<html" not in client.get(f"{wine.url}alike/", headers={"HX-Request": "true"}).text


def test_it_is_for_those_who_may_read_the_request(desk, wine):
    assert signed_in(desk.charlie).get(f"{wine.url}alike/").status_code == 404
    assert signed_in(desk.ivan).post("/desk/new/alike/", TYPED).status_code == 403
