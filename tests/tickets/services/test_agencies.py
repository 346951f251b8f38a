"""Opening a department's desk: it can take its first request at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from requests_desk.people.models import Agency, Role, Unit, User
from requests_desk.tickets.services import intake
from requests_desk.tickets.services.agencies import NewAgency, open_agency
from sla.models import Milestone
from tests.support.cast import MORNING, PROMISE, a_request


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("first", full_name="Người Đầu", email="first@so.example")


def test_it_takes_a_request_at_once(admin):
    agency, office = open_agency(NewAgency(code="SNV", name="Sở Nội vụ", short_name="SNV"), admin=admin, at=MORNING)

    ticket = intake.log(agency, a_request(unit=office), by=admin, at=MORNING).ticket

    assert (ticket.code, ticket.next_due_at) == ("SNV-2026-000001", MORNING + PROMISE)


def test_it_answers_who_asks_about_their_own_data_within_two_working_days(admin):
    agency, office = open_agency(NewAgency(code="SNV", name="Sở Nội vụ", short_name="SNV"), admin=admin, at=MORNING)

    ticket = intake.log(agency, a_request(unit=office, kind="personal_data"), by=admin, at=MORNING).ticket

    limits = Milestone.objects.filter(clock__ticket_clock__ticket=ticket, name="statutory")
    assert [timezone.localtime(limit.due_at).date().isoweekday() for limit in limits] == [
        4
    ]  # asked on a Monday; Tuesday is a day off


def test_it_makes_the_first_person_administrator_and_front_desk(admin):
    _agency, office = open_agency(NewAgency("SNV", "Sở Nội vụ", "SNV"), admin=admin, at=MORNING)

    held = admin.memberships.values_list("role", "unit")
    assert set(held) == {(Role.ADMIN, office.pk), (Role.FRONT_DESK, office.pk)}


@pytest.mark.parametrize(
    "wrong", [{"code": "snv"}, {"code": ""}, {"name": ""}, {"short_name": "x" * 13}, {"email": "x"}]
)
def test_it_makes_nothing_of_what_does_not_fit(admin, wrong):
    new = NewAgency(**{"code": "SNV", "name": "Sở Nội vụ", "short_name": "SNV", **wrong})

    with pytest.raises(ValidationError):
        open_agency(new, admin=admin, at=MORNING)

    assert Agency.objects.count() == Unit.objects.count() == 0
