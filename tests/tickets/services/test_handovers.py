"""A hand-over to another unit: offered, accepted or returned with a reason, and how long each unit held the request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from requests_desk.people.models import Role, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Exclusion, Handover, Notice, Ticket
from requests_desk.tickets.queries import desk as lists
from requests_desk.tickets.queries import holding
from requests_desk.tickets.queries.filters import Filters
from requests_desk.tickets.services import assignment, closing, handovers, leaving, refusing, sealing
from requests_desk.tickets.words import HandoverState
from tests.support.cast import Desk, a_person, answered_by_call, later, log_ticket


@pytest.fixture
def other(desk: Desk) -> Unit:
    return Unit.objects.create(agency=desk.agency, code="QLNL", name="Phòng Quản lý năng lượng")


@pytest.fixture
def nam(desk: Desk, other: Unit) -> User:
    return a_person("nam", desk.agency, Role.OFFICER, other)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def offered(desk: Desk, ticket: Ticket, unit: Unit, **more: object) -> Handover:
    return handovers.offer(ticket, unit=unit, reason="Thuộc lĩnh vực điện", by=desk.alice, at=later(hours=1), **more)


def test_it_lies_with_the_other_unit_until_somebody_there_accepts(
    desk: Desk, ticket: Ticket, other: Unit, nam: User
) -> None:
    due_at = ticket.next_due_at
    handover = offered(desk, ticket, other)

    moved = Ticket.objects.get()
    assert (moved.unit, moved.officer, moved.next_due_at) == (other, None, due_at)
    assert [t.pk for t in lists.page(nam, Filters(hands="to_accept")).rows] == [ticket.pk]

    handovers.accept(handover, by=nam, at=later(hours=2))

    assert Ticket.objects.get().officer == nam
    assert Handover.objects.get().state == HandoverState.ACCEPTED
    assert lists.page(nam, Filters(hands="to_accept")).rows == []


def test_it_goes_back_to_whom_it_came_from(desk: Desk, ticket: Ticket, other: Unit, nam: User) -> None:
    handover = offered(desk, ticket, other)

    handovers.give_back(handover, reason="Không thuộc phòng tôi", by=nam, at=later(hours=2))

    assert (Ticket.objects.get().unit, Ticket.objects.get().officer) == (desk.unit, desk.alice)
    assert Handover.objects.get().return_reason == "Không thuộc phòng tôi"
    assert Notice.objects.filter(person=desk.alice, ticket=ticket).exists()


def test_it_tells_the_head_of_the_unit_it_comes_to(desk: Desk, ticket: Ticket, other: Unit) -> None:
    head = a_person("hoa", desk.agency, Role.UNIT_HEAD, other)

    offered(desk, ticket, other)

    assert Notice.objects.filter(person=head, ticket=ticket).count() == 1


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_it_asks_for_a_reason_both_ways(desk: Desk, ticket: Ticket, other: Unit, nam: User, reason: str) -> None:
    with pytest.raises(handovers.Refused):
        handovers.offer(ticket, unit=other, reason=reason, by=desk.alice, at=later(hours=1))
    handover = offered(desk, ticket, other)

    with pytest.raises(handovers.Refused):
        handovers.give_back(handover, reason=reason, by=nam, at=later(hours=2))

    assert Handover.objects.get().state == HandoverState.PENDING


def test_it_goes_to_no_unit_that_may_not_hold_it(desk: Desk, other: Unit) -> None:
    """P13, and other agencies."""
    sealed = log_ticket(desk, by=desk.leader, kind="harassment")
    Exclusion.objects.create(ticket=sealed, unit=other)

    for unit in (other, desk.other_unit):
        with pytest.raises(refusing.Refused):
            handovers.offer(sealed, unit=unit, reason="Chuyển", by=desk.leader, at=later(hours=1))
    with pytest.raises(handovers.Refused):
        handovers.offer(sealed, unit=desk.unit, reason="Chuyển", by=desk.leader, at=later(hours=1))


def test_it_is_offered_once_at_a_time(desk: Desk, ticket: Ticket, other: Unit) -> None:
    offered(desk, ticket, other)

    with pytest.raises(refusing.NotNow):
        handovers.offer(ticket, unit=desk.unit, reason="Lại", by=desk.lan, at=later(hours=1))


def test_it_is_settled_by_the_unit_alone_and_once(desk: Desk, ticket: Ticket, other: Unit, nam: User) -> None:
    handover = offered(desk, ticket, other)

    with pytest.raises(access.Denied):
        handovers.accept(handover, by=desk.alice, at=later(hours=2))
    handovers.accept(handover, by=nam, at=later(hours=2))
    with pytest.raises(refusing.NotNow):
        handovers.give_back(handover, reason="Đổi ý", by=nam, at=later(hours=3))


def test_it_goes_back_to_the_unit_alone_where_its_officer_has_left(
    desk: Desk, ticket: Ticket, other: Unit, nam: User
) -> None:
    """Nothing lies on the desk of somebody who is gone; the head of the unit is told."""
    handover = offered(desk, ticket, other)
    leaving.leave(desk.alice, desk.agency, by=desk.root, at=later(hours=2))

    handovers.give_back(handover, reason="Không thuộc phòng tôi", by=nam, at=later(hours=3))

    assert (Ticket.objects.get().unit, Ticket.objects.get().officer) == (desk.unit, None)
    assert Notice.objects.filter(person=desk.bob, ticket=ticket).exists()


def test_it_goes_neither_on_nor_back_to_whom_a_report_is_sealed_from(desk: Desk, ticket: Ticket, other: Unit) -> None:
    """P13: sealed while it waits to be accepted."""
    handover = offered(desk, ticket, other)
    sealing.seal(ticket, units=[desk.unit, other], by=desk.leader, at=later(hours=2))

    with pytest.raises(refusing.Refused):
        handovers.give_back(handover, reason="Xem lại", by=desk.leader, at=later(hours=3))
    with pytest.raises(refusing.Refused):
        handovers.accept(handover, by=desk.leader, at=later(hours=3))

    assert Ticket.objects.get().unit is None


def test_it_counts_as_accepted_once_the_head_names_an_officer(
    desk: Desk, ticket: Ticket, other: Unit, nam: User
) -> None:
    offered(desk, ticket, other)

    assignment.assign(ticket, unit=other, officer=nam, by=desk.lan, at=later(hours=2))

    assert Handover.objects.get().state == HandoverState.ACCEPTED


def test_it_is_overtaken_by_an_assignment_elsewhere(desk: Desk, ticket: Ticket, other: Unit) -> None:
    offered(desk, ticket, other)

    assignment.assign(ticket, unit=desk.office, officer=None, by=desk.lan, at=later(hours=2))

    assert Handover.objects.get().state == HandoverState.OVERTAKEN


def test_it_tells_how_long_each_unit_held_it(desk: Desk, ticket: Ticket, other: Unit, nam: User) -> None:
    handover = offered(desk, ticket, other)
    handovers.give_back(handover, reason="Không thuộc", by=nam, at=later(hours=4))
    answered_by_call(Ticket.objects.get(), by=desk.alice, at=later(hours=9))
    closing.close(Ticket.objects.get(), "answered", by=desk.alice, at=later(hours=10))

    held = holding.of(Ticket.objects.get())

    assert [(one.unit, one.lasted(later(hours=99))) for one in held] == [
        (desk.unit, timedelta(hours=1)),
        (other, timedelta(hours=3)),
        (desk.unit, timedelta(hours=6)),
    ]
