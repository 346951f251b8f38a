"""Filters, views, several at once, and the list as a file."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from requests_desk.tickets.models import Exclusion, Message, SavedView, Ticket
from requests_desk.tickets.queries import exports
from requests_desk.tickets.services import assignment, saved_views
from tests.support.cast import ASKED, Desk, later, log_ticket

AFTER = later(hours=49)


@pytest.fixture
def client(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.lan)
    return client


def codes(client: Client, query: str) -> list[str]:
    return [row.code for row in client.get(f"/desk/tickets/?{query}").context["rows"]]


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("query", "at", "found"),
    [
        ("due=overdue", later(hours=1), []),
        ("due=overdue", AFTER, ["early"]),
        ("due=today", later(hours=1), []),
        ("due=today", later(hours=40), ["early"]),
        ("due=soon", later(hours=1), ["early", "late"]),
        ("kind=feedback", later(hours=1), ["late"]),
        ("priority=urgent", later(hours=1), ["late"]),
        ("field=cap_phep", later(hours=1), ["early"]),
        ("received_from=2026-11-24", AFTER, ["late"]),
        ("received_to=23/11/2026", AFTER, ["early"]),
        ("hands=unassigned", later(hours=1), ["late"]),
        ("order=newest", later(hours=1), ["late", "early"]),
        ("order=oldest", later(hours=1), ["early", "late"]),
        ("breached=on", AFTER, []),
    ],
)
def test_it_narrows_and_orders_by_plain_addresses(
    client: Client, desk: Desk, query: str, at: datetime, found: list[str]
) -> None:
    named = {
        "early": log_ticket(desk, officer=desk.alice, field="cap_phep").code,
        "late": log_ticket(desk, at=later(hours=30), kind="feedback", priority="urgent").code,
    }

    with time_machine.travel(at, tick=False):
        assert codes(client, query) == [named[name] for name in found]


def test_it_tells_whose_hands_by_who_asks(desk: Desk) -> None:
    ticket = log_ticket(desk, officer=desk.alice)

    assert codes(signed_in(desk.alice), "hands=mine") == [ticket.code]
    assert codes(signed_in(desk.bob), "hands=mine") == []
    assert codes(signed_in(desk.bob), "hands=my_unit") == [ticket.code]


def test_it_says_which_filter_it_does_not_know(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk)

    response = client.get("/desk/tickets/?lookup_digest=x&order=lookup_digest&lang=en")

    assert "lookup_digest" in response.context["unknown"]
    assert "left out: lookup_digest" in response.text
    assert [row.code for row in response.context["rows"]] == [ticket.code]


def test_it_keeps_what_was_typed_when_a_search_is_too_long(client: Client, desk: Desk) -> None:
    response = client.get("/desk/tickets/", {"q": "gỗ " * 3_400, "lang": "en"})

    assert response.status_code == 200
    assert "at most 200 letters" in response.text
    assert "gỗ gỗ gỗ" in response.text


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_it_pages_in_every_order_without_a_gap(client: Client, desk: Desk, order: str) -> None:
    logged = [log_ticket(desk, at=later(minutes=number // 2)).code for number in range(7)]
    wanted = logged if order == "oldest" else logged[::-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("requests_desk.tickets.queries.desk.page.__kwdefaults__", {"cursor": None, "limit": 3})
        seen, url = [], f"/desk/tickets/?order={order}"
        while url:
            response = client.get(url)
            seen += [row.code for row in response.context["rows"]]
            url = f"/desk/tickets/{response.context['next_url']}" if response.context["next_url"] else ""

    assert seen == wanted


def test_it_counts_on_today_what_its_lists_show(client: Client, desk: Desk) -> None:
    log_ticket(desk, officer=desk.alice)
    log_ticket(desk)
    log_ticket(desk, at=later(hours=20))

    with time_machine.travel(AFTER, tick=False):
        tiles = client.get("/desk/").context["tiles"]

        assert {tile.query: tile.number for tile in tiles} == {t.query: len(codes(client, t.query)) for t in tiles}
        assert tiles[0].number == 2


def test_it_gives_today_alone_to_a_page_that_asks_again(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk)

    part = client.get("/desk/", headers={"HX-Request": "true"}).text

    assert "<html" not in part
    assert ticket.code in part


def test_it_keeps_a_view_under_a_name(client: Client, desk: Desk) -> None:
    asked = {"name": "Gấp của tôi", "query": "hands=mine&priority=urgent&lookup_digest=1"}

    response = client.post("/desk/tickets/views/", asked, follow=True)

    view = SavedView.objects.get()
    assert (view.user, view.name, view.query) == (desk.lan, "Gấp của tôi", "hands=mine&priority=urgent")
    assert response.context["own_view"] == (view.pk, view.name, view.query)
    assert "Gấp của tôi" in response.text


def test_it_keeps_one_view_a_name_and_thirty_in_all(desk: Desk) -> None:
    for number in range(saved_views.MOST):
        saved_views.keep(desk.lan, name=f"Số {number}", query="due=today")

    assert saved_views.keep(desk.lan, name="Số 1", query="due=overdue").query == "due=overdue"
    with pytest.raises(saved_views.Refused):
        saved_views.keep(desk.lan, name="Một nữa", query="due=today")
    assert SavedView.objects.count() == saved_views.MOST


def test_it_takes_away_ones_own_views_alone(client: Client, desk: Desk) -> None:
    own = saved_views.keep(desk.lan, name="Của tôi", query="due=today")
    others = saved_views.keep(desk.alice, name="Của An", query="due=today")

    for view in (own, others):
        client.post(f"/desk/tickets/views/{view.pk}/forget/")

    assert list(SavedView.objects.all()) == [others]


def assign_many(client: Client, desk: Desk, tickets: list[Ticket], **changes: Any) -> Any:
    asked = {"code": [t.code for t in tickets], "unit": desk.unit.pk, "officer": desk.alice.pk, "reason": "Anh B nghỉ"}
    return client.post("/desk/tickets/assign/?lang=en", asked | changes)


def test_it_hands_several_over_with_one_reason(client: Client, desk: Desk) -> None:
    tickets = [log_ticket(desk), log_ticket(desk)]

    response = assign_many(client, desk, tickets)

    assert response.status_code == 302
    assert {t.officer for t in Ticket.objects.all()} == {desk.alice}
    assert [m.text for m in Message.objects.filter(direction=Message.Direction.NOTE)] == ["Anh B nghỉ"] * 2


def test_it_hands_none_over_when_one_cannot_be(client: Client, desk: Desk) -> None:
    kept, sealed = log_ticket(desk), log_ticket(desk, kind="harassment")
    Exclusion.objects.create(ticket=sealed, user=desk.alice)
    client = signed_in(desk.leader)

    response = assign_many(client, desk, [kept, sealed])

    assert response.status_code == 422
    assert list(response.context["refused"]) == [sealed.code]
    assert Ticket.objects.filter(officer=None).count() == 2
    assert not Message.objects.filter(direction=Message.Direction.NOTE).exists()


def test_it_asks_for_a_reason_and_keeps_the_choice(client: Client, desk: Desk) -> None:
    ticket = log_ticket(desk)

    response = assign_many(client, desk, [ticket], reason="")

    assert response.status_code == 422
    assert f'value="{ticket.code}" checked' in response.text


def test_it_hands_over_only_what_one_may_assign(desk: Desk) -> None:
    ticket = log_ticket(desk, officer=desk.alice)

    assert assign_many(signed_in(desk.alice), desk, [ticket]).status_code == 403
    assert assign_many(signed_in(desk.charlie), desk, [ticket]).status_code in (403, 404)
    assert assignment.Ticket.objects.get().officer == desk.alice


def table(client: Client, name: str, query: str = "") -> list[list[str]]:
    body = client.get(f"/desk/tickets/export.{name}?{query}").content
    if name == "csv":
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_it_gives_the_list_as_a_file(client: Client, desk: Desk, name: str) -> None:
    ticket = log_ticket(desk, officer=desk.alice)
    log_ticket(desk, kind="feedback")

    headings, *rows = table(client, name, "kind=information")

    assert headings[0] == "Mã yêu cầu"
    assert [row[0] for row in rows] == [ticket.code]
    assert rows[0][1] == "23/11/2026 08:00"
    assert rows[0][6] == ASKED.organisation


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_it_lets_no_cell_run(client: Client, desk: Desk, name: str) -> None:
    log_ticket(desk, text='=HYPERLINK("http://x.example")')

    assert table(client, name)[1][9] == '\'=HYPERLINK("http://x.example")'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+84 95", "'+84 95"),
        (" @SUM(A1)", "' @SUM(A1)"),
        ("-5", "'-5"),
        ("a\x01b\uffff", "a b "),
        ("Gỗ = 5", "Gỗ = 5"),
    ],
)
def test_it_disarms_what_would_begin_a_formula(text: str, shown: str) -> None:
    assert exports.harmless(text) == shown


def test_it_exports_nothing_sealed_to_those_who_may_not_read_it(desk: Desk) -> None:
    log_ticket(desk, kind="harassment", by=desk.leader)

    assert len(table(signed_in(desk.bob), "csv")) == 1
    assert len(table(signed_in(desk.leader), "csv")) == 2


def test_it_knows_two_forms_of_file(client: Client, desk: Desk) -> None:
    assert client.get("/desk/tickets/export.pdf").status_code == 404
