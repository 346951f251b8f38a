"""An apology: owed after a breach, drafted, signed by a leader, sent once; it meets nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.models import Notification
from requests_desk.tickets import access
from requests_desk.tickets.models import Event, Requester, Ticket
from requests_desk.tickets.queries import desk as lists
from requests_desk.tickets.queries.filters import Filters
from requests_desk.tickets.services import apologies, refusing, reminders
from requests_desk.tickets.words import ApologyState
from sla.models import Milestone
from tests.support.cast import ASKED, PROMISE, Desk, later, log_ticket

LATE = later(hours=49)


@pytest.fixture
def late(desk: Desk) -> Ticket:
    ticket = log_ticket(desk, officer=desk.alice)
    reminders.sweep(at=later(hours=0) + PROMISE + timedelta(seconds=1))
    return ticket


def written(ticket: Ticket) -> str:
    return apologies.drafted(ticket).replace(apologies.GAP, "đang lấy ý kiến Sở Xây dựng")


def test_it_is_owed_once_a_promise_was_broken(desk: Desk, late: Ticket) -> None:
    other = log_ticket(desk, at=LATE)

    assert apologies.is_owed(late)
    assert not apologies.is_owed(other)
    with pytest.raises(refusing.NotNow):
        apologies.submit(other, "Xin lỗi", by=desk.alice, at=LATE)


def test_it_begins_with_what_is_known_and_leaves_gaps_for_the_rest(late: Ticket) -> None:
    draft = apologies.drafted(late)

    assert late.code in draft
    assert "08:00 25/11/2026" in draft
    assert draft.count(apologies.GAP) == 3


@pytest.mark.parametrize("text", ["", "   ", f"Lý do chậm: {apologies.GAP}"])
def test_it_is_not_submitted_with_gaps(desk: Desk, late: Ticket, text: str) -> None:
    with pytest.raises(apologies.Refused) as refused:
        apologies.submit(late, text, by=desk.alice, at=LATE)

    assert list(refused.value.fields) == ["text"]


def test_it_waits_on_the_leaders_desk(desk: Desk, late: Ticket) -> None:
    apologies.submit(late, written(late), by=desk.alice, at=LATE)

    assert [t.pk for t in lists.page(desk.leader, Filters(hands="to_sign")).rows] == [late.pk]
    assert lists.page(desk.bob, Filters(hands="to_sign")).rows == []


def test_it_is_sent_once_a_leader_signed_and_meets_nothing(desk: Desk, late: Ticket) -> None:
    apology = apologies.submit(late, written(late), by=desk.alice, at=LATE)

    apologies.sign(apology, by=desk.leader, at=later(hours=50))

    mail = Notification.objects.get(cause="apology")
    assert (mail.destination, mail.state) == (ASKED.email, "pending")
    assert desk.leader.full_name in mail.text
    assert late.code in mail.title
    assert not Milestone.objects.filter(clock__ticket_clock__ticket=late, met_at__isnull=False).exists()
    assert Ticket.objects.get().waiting_for == ""
    assert not apologies.is_owed(late)


@pytest.mark.parametrize("who", ["alice", "bob", "lan", "root"])
def test_it_is_signed_by_the_leadership_alone(desk: Desk, late: Ticket, who: str) -> None:
    apology = apologies.submit(late, written(late), by=desk.alice, at=LATE)

    with pytest.raises(access.Denied):
        apologies.sign(apology, by=getattr(desk, who), at=LATE)

    assert not Notification.objects.filter(cause="apology").exists()


def test_it_is_not_signed_twice(desk: Desk, late: Ticket) -> None:
    apology = apologies.submit(late, written(late), by=desk.alice, at=LATE)
    apologies.sign(apology, by=desk.leader, at=LATE)

    with pytest.raises(refusing.NotNow):
        apologies.sign(apology, by=desk.leader, at=LATE)

    assert Notification.objects.filter(cause="apology").count() == 1


def test_it_goes_as_a_numbered_letter_where_there_is_no_address(desk: Desk, late: Ticket) -> None:
    Requester.objects.update(email="")
    apology = apologies.submit(late, written(late), by=desk.alice, at=LATE)

    with pytest.raises(apologies.Refused):
        apologies.sign(apology, by=desk.leader, at=LATE)
    signed = apologies.sign(apology, number="12/SCT-VP", by=desk.leader, at=LATE)

    assert signed.document_number == "12/SCT-VP"
    assert not Notification.objects.filter(cause="apology").exists()


def test_it_comes_back_with_what_to_change(desk: Desk, late: Ticket) -> None:
    apology = apologies.submit(late, written(late), by=desk.alice, at=LATE)

    apologies.give_back(apology, reason="Nêu rõ lý do", by=desk.leader, at=LATE)

    assert late.apologies.get().state == ApologyState.RETURNED
    assert apologies.drafted(late) == apology.text
    assert apologies.is_owed(late)
    apologies.submit(late, written(late) + " Rõ hơn.", by=desk.alice, at=LATE)


def test_it_leaves_no_word_in_the_history(desk: Desk, late: Ticket) -> None:
    apology = apologies.submit(late, written(late), by=desk.alice, at=LATE)
    apologies.sign(apology, by=desk.leader, at=LATE)

    facts = str(list(Event.objects.filter(kind__startswith="apology").values_list("facts", flat=True)))

    assert "Xây dựng" not in facts
    assert str(apology.pk) in facts
