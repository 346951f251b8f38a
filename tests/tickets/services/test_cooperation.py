"""Another unit asked for its part: by a date before the request's own, delivered or returned, told and reminded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from requests_desk.people.models import Role, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import AskedPart, Exclusion, Message, Notice, Ticket
from requests_desk.tickets.queries import cooperation as owed
from requests_desk.tickets.queries import desk as lists
from requests_desk.tickets.queries import ticket_page, ticket_reading
from requests_desk.tickets.queries.filters import Filters
from requests_desk.tickets.services import closing, cooperation, merging, refusing, reminders
from tests.support.cast import Desk, a_person, answered_by_call, later, log_ticket

PART_DUE = later(hours=30)


@pytest.fixture
def other(desk: Desk) -> Unit:
    return Unit.objects.create(agency=desk.agency, code="QLNL", name="Phòng Quản lý năng lượng")


@pytest.fixture
def nam(desk: Desk, other: Unit) -> User:
    return a_person("nam", desk.agency, Role.OFFICER, other)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def ask(ticket: Ticket, unit: Unit, desk: Desk, **more: Any) -> AskedPart:
    said = {"question": "Giá điện giờ cao điểm?", "due_at": PART_DUE, "by": desk.alice, "at": later(hours=1)}
    return cooperation.ask(ticket, unit=unit, **said | more)


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def rights(person: User, ticket: Ticket) -> frozenset[Right]:
    return access.rights_on(User.objects.get(pk=person.pk), ticket)


def sees(person: User, ticket: Ticket) -> bool:
    return access.visible(User.objects.get(pk=person.pk)).filter(pk=ticket.pk).exists()


def test_it_opens_the_request_to_the_unit_to_read_and_to_note_alone(desk, ticket, other, nam):
    assert not sees(nam, ticket)

    ask(ticket, other, desk)

    assert sees(nam, ticket)
    assert rights(nam, ticket) == {Right.READ, Right.NOTE}
    assert not access.visible(nam, Right.REPLY).exists()
    assert sees(desk.alice, ticket)


def test_it_stands_among_what_the_unit_owes_and_not_in_its_own_work(desk, ticket, other, nam):
    part = ask(ticket, other, desk)

    assert owed.due_of(nam) == [part]
    assert lists.page(nam, Filters()).rows == []
    assert [row.pk for row in lists.page(nam, Filters(hands="my_part")).rows] == [ticket.pk]
    assert owed.due_of(desk.alice) == []


def test_it_tells_the_unit_and_then_the_lead(desk, ticket, other, nam):
    part = ask(ticket, other, desk)
    cooperation.deliver(part, "Theo Quyết định 14.", by=nam, at=later(hours=3))

    assert told(nam) == ["part_asked"]
    assert told(desk.alice)[-1] == "part_settled"
    assert Message.objects.get(ticket=ticket).direction == "note"
    said = [line.sentence for line in ticket_page.timeline(ticket_reading.read(Ticket.objects.get(), nam))[0]]
    assert any(str(other) in sentence for sentence in said)


@pytest.mark.parametrize("how", ["deliver", "give_back"])
def test_it_is_settled_once_and_by_the_unit_alone(desk, ticket, other, nam, how):
    part = ask(ticket, other, desk)
    words = {"text": "Xong"} if how == "deliver" else {"reason": "Không thuộc phòng tôi"}
    act = getattr(cooperation, how)

    with pytest.raises(access.Denied):
        act(part, **words, by=desk.alice, at=later(hours=2))
    with pytest.raises(cooperation.Refused):
        act(part, **dict.fromkeys(words, " "), by=nam, at=later(hours=2))
    act(part, **words, by=nam, at=later(hours=2))

    with pytest.raises(refusing.NotNow):
        act(part, **words, by=nam, at=later(hours=3))
    assert sees(nam, ticket) is (how == "deliver")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question": " "}, "question"),
        ({"due_at": later(hours=1)}, "due_at"),
        ({"due_at": later(hours=48)}, "due_at"),
    ],
)
def test_it_names_what_to_change(desk, ticket, other, change, field):
    with pytest.raises(refusing.Refused) as refused:
        ask(ticket, other, desk, **change)

    assert list(refused.value.fields) == [field]


def test_it_takes_any_date_ahead_once_the_request_is_late(desk, ticket, other):
    assert ask(ticket, other, desk, at=later(hours=50), due_at=later(hours=60)).due_at == later(hours=60)


def test_it_asks_no_unit_twice_nor_its_own_nor_one_elsewhere(desk, ticket, other):
    ask(ticket, other, desk)

    for unit in (other, desk.unit, desk.other_unit):
        with pytest.raises(refusing.Refused):
            ask(ticket, unit, desk)


def test_it_asks_nobody_about_what_is_sealed_answered_or_closed(desk, ticket, other, nam):
    """P13."""
    sealed = log_ticket(desk, by=desk.leader, kind="harassment")
    answered_by_call(ticket, by=desk.alice, at=later(hours=2))

    for one in (sealed, ticket):
        with pytest.raises(refusing.NotNow):
            ask(one, other, desk)


def test_it_closes_to_the_unit_once_it_is_sealed_or_asked_no_more(desk, ticket, other, nam):
    """P13."""
    part = ask(ticket, other, desk)
    Ticket.objects.filter(pk=ticket.pk).update(sealed=True)
    Exclusion.objects.create(ticket=ticket, unit=other)

    assert (sees(nam, ticket), owed.due_of(nam)) == (False, [])
    Ticket.objects.filter(pk=ticket.pk).update(sealed=False)
    cooperation.withdraw(part, by=desk.alice, at=later(hours=2))
    assert not sees(nam, ticket)


def test_it_is_reminded_once_before_its_date_and_the_lead_once_after(desk, ticket, other, nam):
    ask(ticket, other, desk)

    for hours in (21, 23, 24, 29, 31, 32):
        reminders.sweep(at=later(hours=hours))

    assert told(nam) == ["part_asked", "part_due"]
    assert told(desk.alice).count("part_late") == 1


def test_it_speaks_no_more_of_what_was_settled(desk, ticket, other, nam):
    part = ask(ticket, other, desk)
    cooperation.deliver(part, "Xong", by=nam, at=later(hours=2))

    reminders.sweep(at=later(hours=31))

    assert told(nam) == ["part_asked"]
    assert "part_late" not in told(desk.alice)


def test_it_goes_with_the_request_into_the_one_it_is_merged_into(desk, ticket, other, nam):
    """P8."""
    part = ask(ticket, other, desk)
    survivor = log_ticket(desk, officer=desk.alice)

    merging.merge(survivor, ticket, reason="Một việc", by=desk.bob, at=later(hours=2))

    part.refresh_from_db()
    assert part.ticket == survivor
    assert owed.due_of(nam) == [part]


@pytest.mark.parametrize("delivers", [False, True])
def test_it_goes_back_with_what_was_delivered_where_the_merge_is_taken_back(desk, ticket, other, nam, delivers):
    """P8."""
    part = ask(ticket, other, desk)
    survivor = log_ticket(desk, officer=desk.alice)
    own = ask(survivor, Unit.objects.create(agency=desk.agency, code="KT", name="Phòng Kế toán"), desk)
    merging.merge(survivor, ticket, reason="Một việc", by=desk.bob, at=later(hours=2))
    if delivers:
        cooperation.deliver(AskedPart.objects.get(pk=part.pk), "Giá theo khung giờ.", by=nam, at=later(hours=3))

    merging.unmerge(ticket, by=desk.bob, at=later(hours=4))

    part, own = AskedPart.objects.get(pk=part.pk), AskedPart.objects.get(pk=own.pk)
    assert (part.ticket, own.ticket) == (ticket, survivor)
    assert (part.message.ticket if part.message else ticket) == ticket
    assert owed.due_of(nam) == ([] if delivers else [part])


def test_it_ends_with_the_request(desk, ticket, other, nam):
    part = ask(ticket, other, desk)
    closing.close(ticket, "withdrawn", note="Thôi", by=desk.alice, at=later(hours=2))

    reminders.sweep(at=PART_DUE + timedelta(hours=1))

    assert told(nam) == ["part_asked"]
    assert owed.due_of(nam) == []
    with pytest.raises(refusing.NotNow):
        cooperation.deliver(part, "Xong", by=nam, at=PART_DUE)
