"""Who may do what (P13): one module decides, in queries and in single questions alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from requests_desk.people.models import Absence, Membership, Role, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import assignment, intake
from tests.support.cast import MORNING, Desk, a_person, a_request, log_ticket

EVERYBODY = ("alice", "bob", "lan", "chief", "leader", "ivan", "root", "charlie")


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def seen_by(desk: Desk, ticket: Ticket, right: Right = Right.READ) -> set[str]:
    return {name for name in EVERYBODY if access.can(fresh(getattr(desk, name)), right, ticket)}


def test_it_shows_a_request_to_its_unit_and_to_those_above_and_to_no_stranger(desk):
    ticket = log_ticket(desk)

    assert seen_by(desk, ticket) == set(EVERYBODY) - {"charlie"}


def test_it_shows_officers_only_what_lies_in_their_unit_or_on_their_desk_or_they_logged(desk):
    elsewhere = log_ticket(desk, unit=desk.office)
    hers = intake.log(desk.agency, a_request(), by=desk.alice, at=MORNING).ticket

    assert seen_by(desk, elsewhere) == {"lan", "chief", "leader", "ivan", "root"}
    assert "alice" in seen_by(desk, hers)


@pytest.mark.parametrize(
    ("right", "holders"),
    [
        (Right.REPLY, {"alice", "bob", "lan", "chief", "leader"}),
        (Right.CLOSE, {"alice", "bob", "lan", "chief", "leader"}),
        (Right.NOTE, {"alice", "bob", "lan", "chief", "leader", "ivan"}),
        (Right.ASSIGN, {"bob", "lan", "chief", "leader"}),
        (Right.BACKDATE, {"bob", "chief", "leader"}),
        (Right.CLOSE_UNREACHABLE, {"bob", "chief", "leader"}),
        (Right.THIRD_INTERIM, {"leader"}),
        (Right.LEADERSHIP, {"chief", "leader"}),
        (Right.SENT_MESSAGES, {"lan", "chief", "leader", "root"}),
    ],
)
def test_it_knows_who_holds_which_right(desk, right, holders):
    ticket = log_ticket(desk)

    assert seen_by(desk, ticket, right) == holders
    assert {n for n in EVERYBODY if right in access.rights_on(fresh(getattr(desk, n)), ticket)} == holders


@pytest.mark.parametrize("kind", ["denunciation", "harassment"])
def test_it_shows_a_sealed_report_to_leadership_and_inspector_alone(desk, kind):
    """P13: not even to whoever logged it."""
    ticket = log_ticket(desk, kind=kind)

    assert ticket.sealed
    assert seen_by(desk, ticket) == {"leader", "ivan"}


def test_it_shows_a_sealed_report_to_the_officer_it_is_given_to(desk):
    """P13."""
    ticket = log_ticket(desk, kind="harassment", officer=desk.alice)

    assert seen_by(desk, ticket) == {"alice", "leader", "ivan"}


@pytest.mark.parametrize(
    ("excluded", "seen"),
    [
        ({"user": "leader"}, {"alice", "ivan"}),
        ({"user": "alice"}, {"leader", "ivan"}),
        ({"unit": "unit"}, {"leader", "ivan"}),
        ({"user": "ivan"}, {"alice", "leader"}),
    ],
)
def test_it_hides_a_sealed_report_from_whom_it_names(desk, excluded, seen):
    """P13: the officer who holds it, too, once excluded."""
    ticket = log_ticket(desk, kind="harassment", officer=desk.alice)

    ticket.exclusions.create(**{name: getattr(desk, who) for name, who in excluded.items()})

    assert seen_by(desk, ticket) == seen


def test_it_counts_and_lists_by_the_same_rule(desk):
    """P13."""
    log_ticket(desk)
    log_ticket(desk, kind="harassment")

    counts = {name: access.visible(fresh(getattr(desk, name))).count() for name in EVERYBODY}

    assert counts == {"alice": 1, "bob": 1, "lan": 1, "chief": 1, "leader": 2, "ivan": 2, "root": 1, "charlie": 0}


def test_it_hides_it_from_who_belongs_to_the_excluded_unit_by_any_role(desk):
    """P13."""
    ticket = log_ticket(desk, kind="harassment")
    Membership.objects.create(user=desk.leader, agency=desk.agency, unit=desk.unit, role=Role.UNIT_HEAD)

    ticket.exclusions.create(unit=desk.unit)

    assert seen_by(desk, ticket) == {"ivan"}


def test_it_keeps_exclusions_of_an_open_request_from_hiding_it(desk):
    """P13 is about sealed ones."""
    ticket = log_ticket(desk)

    ticket.exclusions.create(user=desk.alice)

    assert "alice" in seen_by(desk, ticket)


def test_it_shows_nothing_to_strangers_and_to_those_who_left(desk):
    ticket = log_ticket(desk)
    User.objects.filter(pk=desk.alice.pk).update(is_active=False)

    assert not access.can(AnonymousUser(), Right.READ, ticket)
    assert not access.can(fresh(desk.alice), Right.READ, ticket)
    assert access.rights_on(fresh(desk.alice), ticket) == frozenset()


def test_it_adds_up_the_roles_of_one_person(desk):
    both = a_person("hoa", desk.agency, Role.AUDITOR)
    Membership.objects.create(user=both, agency=desk.other_agency, unit=desk.other_unit, role=Role.UNIT_HEAD)
    ticket = log_ticket(desk)

    assert access.rights_on(fresh(both), ticket) == frozenset({Right.READ})
    assert access.agencies(fresh(both), Right.ASSIGN) == [desk.other_agency]


def test_it_gives_the_inspector_no_reply_to_what_only_reading_was_unsealed_for(desk):
    """P13: a role that reads sealed reports lends nothing to another that may not."""
    Membership.objects.create(user=desk.ivan, agency=desk.agency, unit=desk.unit, role=Role.OFFICER)
    ticket = log_ticket(desk, kind="harassment")

    assert access.can(fresh(desk.ivan), Right.READ, ticket)
    assert not access.can(fresh(desk.ivan), Right.REPLY, ticket)


@pytest.mark.parametrize(
    ("unit", "officer", "field"),
    [
        ("other_unit", None, "unit"),
        ("unit", "charlie", "officer"),
        ("unit", "lan", "officer"),
        ("unit", "root", "officer"),
        ("unit", "ivan", "officer"),
        ("office", "alice", "officer"),
        ("unit", "alice", None),
        ("unit", "bob", None),
        ("unit", "leader", None),
        ("office", "lan", None),
        ("unit", None, None),
    ],
)
def test_it_is_given_to_a_unit_of_the_agency_and_somebody_who_works_there(desk, unit, officer, field):
    ticket = log_ticket(desk, unit=None)
    given = {"unit": getattr(desk, unit), "officer": getattr(desk, officer) if officer else None}

    if field:
        with pytest.raises(assignment.Refused) as error:
            assignment.assign(ticket, **given, by=desk.bob, at=MORNING)
        assert list(error.value.fields) == [field]
    else:
        assigned = assignment.assign(ticket, **given, by=desk.bob, at=MORNING)
        assert (assigned.unit, assigned.officer, assigned.state) == (given["unit"], given["officer"], "assigned")


@pytest.mark.parametrize(("excluded", "field"), [("unit", "unit"), ("alice", "officer")])
def test_it_cannot_be_given_to_whom_it_names(desk, excluded, field):
    """P13."""
    ticket = log_ticket(desk, kind="harassment", unit=None)
    ticket.exclusions.create(**{"unit" if excluded == "unit" else "user": getattr(desk, excluded)})

    with pytest.raises(assignment.Refused) as error:
        assignment.assign(ticket, unit=desk.unit, officer=desk.alice, by=desk.leader, at=MORNING)

    assert list(error.value.fields) == [field]


def test_it_cannot_be_given_by_way_of_another_unit_to_somebody_of_the_excluded_one(desk):
    """P13."""
    ticket = log_ticket(desk, kind="harassment", unit=None)
    ticket.exclusions.create(unit=desk.unit)
    Membership.objects.create(user=desk.alice, agency=desk.agency, unit=desk.office, role=Role.OFFICER)

    with pytest.raises(assignment.Refused) as error:
        assignment.assign(ticket, unit=desk.office, officer=desk.alice, by=desk.leader, at=MORNING)

    assert list(error.value.fields) == ["officer"]


def test_it_is_given_to_nobody_who_left(desk):
    User.objects.filter(pk=desk.alice.pk).update(is_active=False)

    with pytest.raises(assignment.Refused):
        assignment.assign(log_ticket(desk), unit=desk.unit, officer=desk.alice, by=desk.bob, at=MORNING)


@pytest.fixture
def dan(desk: Desk) -> User:
    """Return somebody of another unit."""
    return a_person("dan", desk.agency, Role.OFFICER, desk.office)


def away(person: User, deputy: User, *, hours: float = 1) -> None:
    now = timezone.now()
    Absence.objects.create(
        user=person, deputy=deputy, from_at=now - timedelta(hours=2), to_at=now + timedelta(hours=hours)
    )


def reads(person: User, ticket: Ticket) -> bool:
    return access.can(fresh(person), Right.READ, ticket)


def test_it_lets_a_deputy_act_as_whom_they_stand_in_for(desk: Desk, dan: User):
    """N3: the alert came to them."""
    ticket = log_ticket(desk, officer=desk.alice)
    assert not reads(dan, ticket)

    away(desk.bob, dan)

    assert reads(dan, ticket)
    assert Right.SIGN_UNIT in access.rights_on(fresh(dan), ticket)
    assert access.memberships(dan) == list(dan.memberships.all())


def test_it_lets_a_deputy_of_a_deputy_who_is_away_too(desk: Desk, dan: User):
    ticket = log_ticket(desk, officer=desk.alice)
    eva = a_person("eva", desk.agency, Role.OFFICER, desk.office)

    away(desk.alice, dan)
    away(dan, eva)

    assert reads(eva, ticket)


def test_it_asks_once_however_many_stand_in_for_one_another(
    desk: Desk, dan: User, django_assert_num_queries: DjangoAssertNumQueries
):
    away(desk.alice, dan)
    away(dan, desk.lan)
    lan = fresh(desk.lan)

    with django_assert_num_queries(1):
        reached = access.reaching(lan)

    assert {m.user_id for m in reached} == {desk.lan.pk, dan.pk, desk.alice.pk}


def test_it_ends_with_the_absence_and_at_the_agency(desk: Desk, dan: User):
    ticket = log_ticket(desk, officer=desk.alice)

    away(desk.alice, dan, hours=-1)
    away(desk.alice, desk.charlie)

    assert not reads(dan, ticket)
    assert not reads(desk.charlie, ticket)


def test_it_keeps_sealed_ones_from_deputies_and_the_leadership_s_rights_with_the_leadership(desk: Desk, dan: User):
    """P13."""
    sealed = log_ticket(desk, by=desk.leader, kind="harassment")
    Ticket.objects.filter(pk=sealed.pk).update(officer=desk.alice)
    other = log_ticket(desk, officer=desk.alice)

    away(desk.alice, dan)
    away(desk.leader, dan)

    assert not reads(dan, sealed)
    assert not access.rights_on(fresh(dan), Ticket.objects.get(pk=sealed.pk))
    assert Right.SIGN not in access.rights_on(fresh(dan), other)
