"""Opening a department's desk: it can take its first request at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from requests_desk.people.models import Agency, Role, Unit, User
from requests_desk.tickets.queries import promises
from requests_desk.tickets.services import intake
from requests_desk.tickets.services.agencies import NewAgency, add_personal_data, open_agency
from sla import catalogue
from sla.models import Milestone, Policy, PolicyVersion
from sla.policies import DEFAULT_POLICY
from tests.support.cast import MORNING, PROMISE, a_request

TIGHTER = DEFAULT_POLICY | {"first_reply": "24h"}


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


def test_it_adds_the_policy_of_personal_data_once_and_from_the_usual_one(admin):
    agency, _office = open_agency(NewAgency(code="SNV", name="Sở Nội vụ", short_name="SNV"), admin=admin, at=MORNING)
    agency.policy_rules.all().delete()
    # A version is never deleted: it is as if it had been made for somebody else.
    Policy.objects.filter(key="personal-data").update(owner="agency:0")
    catalogue.add_policy(f"agency:{agency.pk}", "first-reply", name="", document=TIGHTER, at=MORNING)
    assert promises.lacks_personal_data(promises.rules(agency))

    for _ in range(2):
        add_personal_data(agency, by=admin, at=MORNING)

    (version,) = PolicyVersion.objects.filter(policy__owner=f"agency:{agency.pk}", policy__key="personal-data")
    assert version.document == TIGHTER | {"statutory_days": 2}
    assert version.author == f"user:{admin.pk}"
    assert agency.policy_rules.count() == 1
    assert not promises.lacks_personal_data(promises.rules(agency))


def test_it_leaves_a_policy_of_personal_data_that_was_made_by_hand(admin):
    agency, _office = open_agency(NewAgency(code="SNV", name="Sở Nội vụ", short_name="SNV"), admin=admin, at=MORNING)
    agency.policy_rules.all().delete()

    add_personal_data(agency, by=admin, at=MORNING)

    assert PolicyVersion.objects.filter(policy__key="personal-data").count() == 1
    assert agency.policy_rules.get().policy_key == "personal-data"


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
