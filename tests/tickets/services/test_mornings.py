"""The morning list (N1, N2): when it is written, for whom, and what stands on it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from notifications.models import Notification
from requests_desk.people.models import Absence, Agency
from requests_desk.tickets.services import climbing, reminders
from tests.sla.vietnam import local
from tests.support.cast import Desk, a_reply, answered_by_call, log_ticket

MONDAY = local("23/11/2026 07:30")
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Open a desk whose timer has run once, on the Sunday before."""
    reminders.sweep(at=local("22/11/2026 12:00"))
    return desk


def mornings() -> list[Notification]:
    return list(Notification.objects.filter(cause="morning").order_by("pk"))


@pytest.mark.parametrize(
    ("swept", "written"),
    [
        (["23/11/2026 07:29"], []),
        (["23/11/2026 07:30"], ["23/11/2026 07:30"]),
        (["23/11/2026 07:30", "23/11/2026 07:31", "23/11/2026 16:00"], ["23/11/2026 07:30"]),
        # The 24th is a day off.
        (["23/11/2026 07:30", "24/11/2026 09:00", "25/11/2026 07:30"], ["23/11/2026 07:30", "25/11/2026 07:30"]),
        # After an outage the one of today, late; none of the days before, and none at the weekend.
        (["26/11/2026 10:00"], ["26/11/2026 10:00"]),
        (["28/11/2026 10:00"], []),
        (["28/11/2026 10:00", "30/11/2026 07:30"], ["30/11/2026 07:30"]),
    ],
)
def test_it_is_written_once_each_working_morning(desk, swept, written):
    for moment in swept:
        reminders.sweep(at=local(moment))

    assert [row.created_at for row in mornings()] == [local(moment) for moment in written]


def test_it_goes_to_the_leadership_or_their_deputy(desk):
    Absence.objects.create(user=desk.leader, deputy=desk.chief, from_at=MONDAY - HOUR, to_at=MONDAY + HOUR)

    reminders.sweep(at=MONDAY)

    assert [row.destination for row in mornings()] == [desk.chief.email]


def test_it_has_a_list_for_each_thing_owed_each_line_with_its_link(desk):
    at = local("25/11/2026 07:30")
    late = log_ticket(desk, at=at - 50 * HOUR, received_at=at - 50 * HOUR)
    soon = log_ticket(desk, officer=desk.alice, at=at - 30 * HOUR)
    promised = log_ticket(desk, at=at - 40 * HOUR)
    answered_by_call(
        promised, by=desk.alice, at=at - 39 * HOUR, draft=a_reply("interim", "call", promised_at=at + HOUR)
    )
    asked = log_ticket(desk, at=at - 10 * HOUR, channel="referral", external_deadline=at - HOUR)
    far = log_ticket(desk, at=at - HOUR)
    reminders.sweep(at=at)

    text = mornings()[-1].text
    assert late.code in text.split("\nII. ")[0]
    assert soon.code in text.split("IV. ")[1].split("\nV. ")[0]
    assert promised.code in text.split("\nV. ")[1].split("\nVI. ")[0]
    assert f"{asked.code}, thời hạn cơ quan ngoài giao" in text.split("III. ")[1].split("\nIV. ")[0]
    assert far.code not in text
    assert text.count("/desk/tickets/") == 4
    assert "2 yêu cầu quá hạn, 2 sắp đến hạn" in mornings()[-1].title


@pytest.mark.parametrize("is_heard", [True, False])
def test_it_says_again_what_nobody_acknowledged(desk, is_heard):
    """N2: above the top rung it repeats in the morning list."""
    ticket = log_ticket(desk, at=MONDAY - 50 * HOUR, received_at=MONDAY - 50 * HOUR)
    reminders.sweep(at=MONDAY - HOUR)
    if is_heard:
        climbing.acknowledge(list(ticket.alerts.all()), by=desk.leader, at=MONDAY - HOUR)

    reminders.sweep(at=MONDAY)

    assert ("chưa được xác nhận" in mornings()[0].text) is not is_heard


def test_it_keeps_a_sealed_request_from_who_may_not_see_it(desk):
    """P13: the deputy of a leader is no leader."""
    sealed = log_ticket(desk, kind="harassment", at=MONDAY - 50 * HOUR, received_at=MONDAY - 50 * HOUR)
    reminders.sweep(at=MONDAY)
    assert sealed.code in mornings()[0].text

    Absence.objects.create(user=desk.leader, deputy=desk.chief, from_at=MONDAY, to_at=MONDAY + 90 * HOUR)
    reminders.sweep(at=local("25/11/2026 07:30"))

    assert mornings()[1].destination == desk.chief.email
    assert sealed.code not in mornings()[1].text


def test_it_holds_up_nothing_where_an_office_is_out_of_order(desk, caplog):
    Agency.objects.filter(pk=desk.other_agency.pk).update(timezone="Asia/Nowhere", morning_at=None)

    reminders.sweep(at=MONDAY)

    assert [row.destination for row in mornings()] == [desk.leader.email]
    assert "cannot write the morning list" in caplog.text


def moments(start: datetime) -> list[datetime]:
    return [start + timedelta(minutes=m) for m in range(0, 4000, 97)]


def test_it_comes_to_the_same_lists_whatever_the_pace(desk):
    for at in moments(MONDAY):
        reminders.sweep(at=at)

    assert [row.created_at.date().isoformat() for row in mornings()] == ["2026-11-23", "2026-11-25"]
