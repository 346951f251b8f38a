"""Taking a request in: P1 (receipt and logging), P2 (due times), and what cannot or need not be stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from notifications.models import Notification
from notifications.results import Result
from requests_desk.people import identifiers
from requests_desk.people.models import Role
from requests_desk.tickets.models import NOTHING_DUE, Requester, StatusLink, Ticket
from requests_desk.tickets.services import incoming, intake, reminders
from requests_desk.tickets.services.incoming import Asked
from sla.models import Breach, Clock, Milestone
from tests.support.cast import (
    ASKED,
    MORNING,
    PROMISE,
    Desk,
    a_person,
    a_reply,
    a_request,
    answered_by_call,
    later,
    log_ticket,
    mail_is,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def log(desk: Desk, **changes: Any) -> intake.Logged:
    by = changes.pop("by", desk.lan)
    return intake.log(desk.agency, a_request(**changes), by=by, at=MORNING)


def refused(desk: Desk, **changes: Any) -> dict[str, list[str]]:
    with pytest.raises(incoming.Refused) as error:
        log(desk, **changes)
    assert Ticket.objects.count() == Requester.objects.count() == Clock.objects.count() == 0
    return error.value.fields


# --- P1 ----------------------------------------------------------------------------------------------------------


def test_it_was_received_this_very_moment_unless_said_otherwise(desk):
    """P1."""
    ticket = log(desk).ticket

    assert (ticket.received_at, ticket.logged_at) == (MORNING, MORNING)


def test_it_keeps_receipt_and_logging_apart(desk):
    """P1."""
    ticket = log(desk, received_at=MORNING - 3 * DAY, received_reason="Máy hỏng").ticket

    assert (ticket.received_at, ticket.logged_at) == (MORNING - 3 * DAY, MORNING)
    assert ticket.next_due_at == MORNING - DAY


@pytest.mark.parametrize(
    ("who", "back", "reason", "problem"),
    [
        ("lan", timedelta(), "", None),
        ("lan", 15 * MINUTE, "", None),
        ("lan", 15 * MINUTE + timedelta(seconds=1), "", "received_reason"),
        ("lan", 16 * MINUTE, "   ", "received_reason"),
        ("lan", 16 * MINUTE, "Mất điện", None),
        ("lan", 7 * DAY, "Mất điện", None),
        ("lan", 7 * DAY + MINUTE, "Mất điện", "received_at"),
        ("alice", 8 * DAY, "Mất điện", "received_at"),
        ("bob", 8 * DAY, "Mất điện", None),
        ("bob", 8 * DAY, "", "received_reason"),
        ("chief", 8 * DAY, "Mất điện", None),
        ("leader", 30 * DAY, "Mất điện", None),
        ("root", 8 * DAY, "Mất điện", "received_at"),
        # A caller's clock may run a minute ahead; the future never.
        ("lan", -MINUTE, "", None),
        ("lan", -MINUTE - timedelta(seconds=1), "", "received_at"),
        ("leader", -DAY, "Mất điện", "received_at"),
        # A door without a person reports what it saw; it sees no future either, and nothing before anybody's time.
        (None, 30 * DAY, "", None),
        (None, -DAY, "", "received_at"),
        (None, 200 * 365 * DAY, "", "received_at"),
        ("leader", 200 * 365 * DAY, "Mất điện", "received_at"),
    ],
)
def test_it_holds_an_officer_to_when_it_was_received(desk, who, back, reason, problem):
    """P1."""
    by = getattr(desk, who) if who else None

    if problem:
        assert list(refused(desk, by=by, received_at=MORNING - back, received_reason=reason)) == [problem]
    else:
        ticket = log(desk, by=by, received_at=MORNING - back, received_reason=reason).ticket
        assert ticket.received_at == min(MORNING - back, MORNING)


def test_it_does_not_let_a_head_of_another_agency_set_it_back_here(desk):
    """P1."""
    head = a_person("dao", desk.other_agency, Role.UNIT_HEAD, desk.other_unit)

    assert "received_at" in refused(desk, by=head, received_at=MORNING - 8 * DAY, received_reason="Mất điện")


# --- P2 ----------------------------------------------------------------------------------------------------------


def test_it_promises_a_reply_48_hours_after_receipt_and_stores_both_rules(desk):
    """P2: the 24th is a day off."""
    ticket = log(desk).ticket

    milestone = Milestone.objects.get(clock__ticket_clock__ticket=ticket)
    assert ticket.next_due_at == milestone.due_at == milestone.due_a_at == MORNING + PROMISE
    assert milestone.due_b_at == MORNING + 3 * DAY


@pytest.mark.parametrize(("wanted", "queued"), [(later(hours=7), later(hours=7)), (later(days=9), MORNING + PROMISE)])
def test_it_queues_by_when_it_is_wanted_without_binding_anybody(desk, wanted, queued):
    """P2."""
    ticket = log(desk, wanted_by=wanted).ticket

    assert (ticket.queue_at, ticket.next_due_at) == (queued, MORNING + PROMISE)


def test_it_makes_no_breach_of_a_wanted_time_gone_by(desk):
    """P2."""
    log(desk, wanted_by=later(hours=1))

    reminders.sweep(at=later(hours=2))

    assert not Breach.objects.exists()


def test_it_forgets_the_wanted_time_once_something_was_said(desk):
    """P2."""
    ticket = log_ticket(desk, wanted_by=later(hours=7))

    answered_by_call(ticket, by=desk.alice, at=later(hours=1), draft=a_reply("interim", "call"))

    ticket.refresh_from_db()
    assert ticket.queue_at == ticket.next_due_at == later(days=4)


def test_it_puts_what_owes_nothing_behind_all_that_is_due(desk):
    ticket = log_ticket(desk)

    answered_by_call(ticket, by=desk.alice, at=later(hours=1))

    ticket.refresh_from_db()
    assert (ticket.next_due_at, ticket.queue_at) == (None, NOTHING_DUE)


# --- codes and secrets -------------------------------------------------------------------------------------------


def test_it_counts_codes_by_agency_and_year(desk):
    codes = [log_ticket(desk, at=at, channel="hotline").code for at in (MORNING, MORNING, later(days=60))]
    other = intake.log(desk.other_agency, a_request(), by=desk.charlie, at=MORNING).ticket.code

    assert codes == ["SCT-2026-000001", "SCT-2026-000002", "SCT-2027-000001"]
    assert other == "SXD-2026-000001"


def test_it_gives_no_code_away_to_what_was_refused(desk):
    refused(desk, text="")

    assert log(desk).ticket.code.endswith("000001")


def test_it_counts_the_year_on_the_wall_of_the_office(desk):
    new_year = MORNING.replace(month=12, day=31, hour=17, minute=0)

    assert log_ticket(desk, at=new_year).code.startswith("SCT-2027-")


def test_it_keeps_neither_the_look_up_code_nor_the_link_in_clear(desk):
    logged = log(desk)

    kept = str(Ticket.objects.values().get()) + str(StatusLink.objects.values().get())
    assert logged.lookup_code not in kept
    assert logged.link_token not in kept
    assert logged.ticket.lookup_digest == identifiers.lookup_digest(logged.ticket.code, logged.lookup_code)
    assert StatusLink.objects.get().digest == identifiers.token_digest(logged.link_token)


def test_it_gives_a_new_look_up_code_and_forgets_the_old_one(desk):
    logged = log(desk)

    fresh = intake.reissue_lookup(logged.ticket, by=desk.lan, at=later(hours=1))

    logged.ticket.refresh_from_db()
    assert fresh != logged.lookup_code
    assert logged.ticket.lookup_digest == identifiers.lookup_digest(logged.ticket.code, fresh)
    assert logged.ticket.events.last().kind == "lookup_reissued"


# --- the acknowledgement -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "channel"),
    [
        (ASKED, "email"),
        (Asked(name="B", phones=("0912345678",)), "sms"),
        (Asked(name="B", email="test@@mail", phones=("0912345678",)), "sms"),
        (Asked(name="B", phones=("0261 3 000 000",)), None),
        (Asked(), None),
    ],
)
def test_it_confirms_receipt_by_the_first_way_there_is(desk, asked, channel):
    log(desk, asked=asked)

    assert [row.channel for row in Notification.objects.all()] == [channel] * bool(channel)


def test_it_meets_nothing_by_confirming_receipt(desk):
    """P3."""
    log(desk)

    mail_is(Result.accepted(delivered=True), Notification.objects.get(), at=later(minutes=1))

    assert Milestone.objects.get().is_open


# --- what cannot be logged ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n\t\u00a0 "}, "text"),
        ({"text": "một\x00hai"}, "text"),
        ({"text": "một \ud83d hai"}, "text"),
        ({"text": "a" * 200_000}, "text"),
        ({"text": "a" * (identifiers.TEXT_LIMIT + 1)}, "text"),
        ({"channel": "fax"}, "channel"),
        ({"channel": ""}, "channel"),
        ({"kind": "praise"}, "kind"),
        ({"language": "fr"}, "language"),
        ({"field": "f" * 65}, "field"),
        ({"field": "a\x00"}, "field"),
        ({"submission": "s" * 101}, "submission"),
        ({"submission": "a\x00"}, "submission"),
        ({"submission": "\udc00"}, "submission"),
        ({"reply_by": "r" * 17}, "reply_by"),
        ({"received_reason": "r" * 501}, "received_reason"),
        ({"asked": Asked(name="n" * 201)}, "name"),
        ({"asked": Asked(name="\x00")}, "name"),
        ({"asked": Asked(organisation="\ud800")}, "organisation"),
        ({"asked": Asked(tax_code="9" * 21)}, "tax_code"),
        ({"asked": Asked(email="e" * 255)}, "email"),
        ({"asked": Asked(address="a" * 301)}, "address"),
        ({"asked": Asked(phones=("0950\x00",))}, "phones"),
        ({"asked": Asked(phones=("\udfff",))}, "phones"),
        ({"asked": Asked(phones=("0" * 201,))}, "phones"),
        ({"asked": Asked(phones=("0950000001",) * 11)}, "phones"),
    ],
)
def test_it_says_which_field_cannot_be_kept(desk, changes, field):
    assert list(refused(desk, **changes)) == [field]


def test_it_refuses_a_unit_of_another_agency(desk):
    assert list(refused(desk, unit=desk.other_unit)) == ["unit"]


def test_it_says_everything_wrong_at_once(desk):
    problems = refused(desk, text="", channel="fax", kind="praise", asked=Asked(name="\x00"))

    assert set(problems) == {"text", "channel", "kind", "name"}


def test_it_keeps_a_text_up_to_its_limit_in_composed_letters(desk):
    ticket = log(desk, text="Hoa\u0300 " + "a" * (identifiers.TEXT_LIMIT - 4)).ticket

    ticket.refresh_from_db()
    assert ticket.text.startswith("Ho\u00e0 ")
    assert len(ticket.text) == identifiers.TEXT_LIMIT


# --- what is odd and logged all the same -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (ASKED, []),
        (Asked(phones=("0169 000 0018",)), ["phone_old"]),
        (Asked(phones=("gọi lại sau",)), ["phone_unreadable"]),
        (Asked(phones=("0950000037; 0950000038 (anh Y)",)), []),
        (Asked(tax_code="9900000123"), ["tax_code"]),
        (Asked(tax_code="99000000²6"), ["tax_code"]),
        (Asked(tax_code="chưa rõ"), ["tax_code"]),
        (Asked(email="test@@mail"), ["email"]),
        (Asked(phones=("12",), tax_code="1", email="x"), ["phone_unreadable", "tax_code", "email"]),
    ],
)
def test_it_warns_of_odd_particulars_and_keeps_them_as_typed(desk, asked, codes):
    logged = log(desk, asked=asked)

    requester = logged.ticket.requester
    assert [oddity.code for oddity in logged.warnings] == codes
    assert (requester.tax_code, requester.email) == (asked.tax_code, asked.email)


def test_it_warns_of_a_field_the_agency_does_not_know(desk):
    assert [oddity.code for oddity in log(desk, field="vu_tru").warnings] == ["field_unknown"]
    assert log(desk, field="cap_phep").warnings == []


# --- who asks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("again", "same"),
    [
        (ASKED, True),
        (Asked(ASKED.name, ASKED.organisation, phones=("0950.000.001",), email=ASKED.email), True),
        (Asked("Trần Thị C", ASKED.organisation, phones=ASKED.phones, email=ASKED.email), False),
        (Asked(ASKED.name, ASKED.organisation, phones=("0950000002",), email=ASKED.email), False),
    ],
)
def test_it_knows_a_requester_by_exactly_the_same_particulars(desk, again, same):
    first = log(desk).ticket

    assert (log(desk, asked=again).ticket.requester == first.requester) is same


def test_it_never_takes_two_nameless_callers_for_one(desk):
    assert log(desk, asked=Asked(name="Tâm")).ticket.requester != log(desk, asked=Asked(name="Tâm")).ticket.requester


def test_it_never_shares_a_requester_between_agencies(desk):
    here = log(desk).ticket.requester

    there = intake.log(desk.other_agency, a_request(), by=desk.charlie, at=MORNING).ticket.requester

    assert here != there
