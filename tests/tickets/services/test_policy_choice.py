"""Which policy and calendar time a request: the most specific line that fits (P12)."""

from __future__ import annotations

from itertools import permutations

import pytest

from requests_desk.tickets.models import PolicyRule
from requests_desk.tickets.services import policy_choice
from sla import catalogue
from sla.policies import DEFAULT_POLICY
from tests.sla.vietnam import document
from tests.support.cast import MORNING, log_ticket

ASKED = {"kind": "feedback", "channel": "letter", "field": "cap_phep", "priority": "urgent"}
LINES = {
    "anything": {},
    "by-priority": {"priority": "urgent"},
    "by-channel": {"channel": "letter"},
    "by-field": {"field": "cap_phep"},
    "by-kind": {"kind": "feedback"},
    "by-two": {"channel": "letter", "priority": "urgent"},
    "other-kind": {"kind": "complaint", "channel": "letter", "field": "cap_phep", "priority": "urgent"},
}


def add_line(desk, key, **conditions):
    owner = f"agency:{desk.agency.pk}"
    catalogue.add_policy(owner, key, name=key, document=DEFAULT_POLICY, at=MORNING)
    return PolicyRule.objects.create(agency=desk.agency, policy_key=key, calendar_key="office", **conditions)


@pytest.mark.parametrize(
    ("lines", "wins"),
    [
        ([], "first-reply"),
        (["other-kind"], "first-reply"),
        (["anything"], "anything"),
        (["anything", "by-priority"], "by-priority"),
        (["by-priority", "by-channel"], "by-channel"),
        (["by-channel", "by-field"], "by-field"),
        (["by-field", "by-kind"], "by-kind"),
        (["by-kind", "by-two"], "by-two"),
    ],
)
def test_it_takes_the_most_specific_line_that_fits(desk, lines, wins):
    for line in lines:
        add_line(desk, line, **LINES[line])

    chosen = policy_choice.choose(desk.agency, **ASKED)

    assert chosen.policy.policy.key == wins


def test_it_does_not_depend_on_the_order_of_the_table(desk):
    lines = [add_line(desk, name, **LINES[name]) for name in ("by-field", "by-kind", "by-channel", "by-two")]

    orders = {tuple(sorted(order, key=policy_choice.specificity)) for order in permutations(lines)}

    assert len(orders) == 1


def test_it_reads_no_other_agency_s_table(desk):
    rule = add_line(desk, "anything")
    PolicyRule.objects.filter(pk=rule.pk).update(agency=desk.other_agency)

    chosen = policy_choice.choose(desk.agency, **ASKED)

    assert (chosen.policy.policy.key, chosen.rule) == ("first-reply", None)


def test_it_times_a_request_by_the_line_that_fits(desk):
    owner = f"agency:{desk.agency.pk}"
    catalogue.add_policy(owner, "quick", name="24 giờ", document=DEFAULT_POLICY | {"first_reply": "24h"}, at=MORNING)
    catalogue.add_calendar(owner, "one-stop", name="Một cửa", document=document(), at=MORNING)
    PolicyRule.objects.create(agency=desk.agency, priority="urgent", policy_key="quick", calendar_key="one-stop")

    ticket = log_ticket(desk, priority="urgent")

    clock = ticket.ticket_clocks.get().clock
    assert (clock.policy_version.policy.key, clock.calendar_version.calendar.key) == ("quick", "one-stop")
    assert (ticket.next_due_at - ticket.received_at).total_seconds() == 24 * 3600


def test_it_asks_the_table_once(desk, django_assert_num_queries):
    policy_choice.choose(desk.agency, **ASKED)  # a version is read once, for it never changes

    with django_assert_num_queries(2):
        policy_choice.choose(desk.agency, **ASKED)
