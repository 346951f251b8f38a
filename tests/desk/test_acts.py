"""The panels of a request's page stand under headings, and what waits for its reader comes first."""

from __future__ import annotations

from collections import Counter

from requests_desk.desk.views import verbs
from requests_desk.tickets import access
from requests_desk.tickets.services import handovers
from tests.support.cast import MORNING, Desk, log_ticket


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
