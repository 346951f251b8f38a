"""The panels of a request's page stand under headings, and what waits for its reader comes first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.test import Client

from requests_desk.desk.views import verbs
from requests_desk.tickets import access
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import assignment, handovers
from tests.support.cast import MORNING, Desk, later, log_ticket


def test_it_names_no_act_twice_and_none_that_is_gone():
    under = Counter(action for _key, _title, actions in verbs.GROUPS for action in actions)

    assert set(under) <= set(verbs.VERBS)
    assert set(under.values()) == {1}


def test_it_shows_first_what_waits_for_its_reader(desk: Desk):
    ticket = log_ticket(desk, officer=desk.alice)
    handovers.offer(ticket, unit=desk.office, reason="Thuộc phòng khác.", by=desk.alice, at=MORNING)
    ticket.refresh_from_db()

    waiting, *_under = verbs.panels(ticket, access.rights_on(desk.chief, ticket), {}).groups

    assert [panel.action for panel in waiting.panels] == ["accept", "give_back"]


def panel_of(desk: Desk, ticket: Ticket, action: str, **query: Any) -> Any:
    client = Client()
    client.force_login(desk.bob)
    return client.get(f"{ticket.url}acts/{action}/", query)


def test_it_brings_no_form_of_a_closed_panel_but_of_the_one_that_is_asked_for(desk: Desk):
    ticket = log_ticket(desk, officer=desk.alice)
    client = Client()
    client.force_login(desk.bob)

    closed, opened = client.get(ticket.url), client.get(f"{ticket.url}?act=merge")

    forms = [[act.action for act in page.context["acts"] if act.form] for page in (closed, opened)]
    assert forms == [["hand_over"], ["hand_over", "merge"]]
    assert 'href="?act=merge#act-merge"' in closed.text and 'id="act-merge" open>' in opened.text


def test_it_brings_one_panel_alone_open_and_with_its_form(desk: Desk):
    ticket = log_ticket(desk, officer=desk.alice)

    part = panel_of(desk, ticket, "correct", seen=ticket.ledger_seq)

    assert "<html" not in part.text and part.text.strip().startswith("<details")
    assert 'id="act-correct" open>' in part.text and 'name="received_at"' in part.text


def test_it_keeps_what_the_page_had_seen_when_a_panel_is_opened_later(desk: Desk):
    ticket = log_ticket(desk, officer=desk.alice)
    seen = ticket.ledger_seq
    assignment.note(ticket, "Đã hỏi phòng khác.", by=desk.alice, at=later(hours=1))

    part = panel_of(desk, ticket, "close", seen=seen)
    known = [panel_of(desk, ticket, "close", **given).context["act"].form for given in ({}, {"seen": "999"})]

    assert part.context["act"].form["seen_seq"].value() == seen
    assert [form["seen_seq"].value() for form in known] == [0, seen + 1]


def test_it_brings_no_panel_of_what_cannot_be_done_now(desk: Desk):
    ticket = log_ticket(desk, officer=desk.alice)

    assert panel_of(desk, ticket, "unseal").status_code == 403
    assert panel_of(desk, ticket, "unmerge").status_code == 409
    assert panel_of(desk, ticket, "dance").status_code == 404
