"""The administrators' screens of people: added, invited, given and taken roles, handed over and let go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from requests_desk.people.models import Membership, Role, Unit, User
from requests_desk.people.services import presence, staff, tokens
from requests_desk.tickets.models import Ticket
from tests.desk.settings_pages import signed_in
from tests.support.cast import Desk, a_person, log_ticket

PEOPLE = "/settings/people/"
DAO = {
    "full_name": "Đào Thị Mới",
    "username": "dao",
    "title": "Chuyên viên",
    "email": "dao@so.example",
    "phone": "",
    "language": "vi",
    "role": "officer",
}


def page_of(user: User) -> str:
    return f"{PEOPLE}{user.pk}/"


def roles(user: User) -> set[str]:
    return set(user.memberships.values_list("role", flat=True))


def test_it_adds_somebody_with_a_role_and_a_link_to_pass_on_where_no_mail_goes(desk: Desk):
    client = signed_in(desk.root)

    page = client.post(f"{PEOPLE}new/", DAO | {"unit": desk.unit.pk}, follow=True)

    dao = User.objects.get(username="dao")
    assert roles(dao) == {"officer"}
    assert Client().get(page.context["link"].partition("8000")[2]).status_code == 200
    assert client.get(page_of(dao)).context["link"] == ""


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "alice"}, "username"),
        ({"unit": ""}, "unit"),
        ({"email": "x"}, "email"),
        ({"role": "king"}, "role"),
    ],
)
def test_it_adds_nobody_whose_form_does_not_fit(desk: Desk, wrong: dict[str, Any], field: str):
    page = signed_in(desk.root).post(f"{PEOPLE}new/", DAO | {"unit": desk.unit.pk} | wrong)

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert User.objects.filter(full_name=DAO["full_name"]).count() == 0


def test_it_gives_several_roles_in_several_units_and_takes_one(desk: Desk):
    client = signed_in(desk.root)
    client.post(page_of(desk.alice), {"action": "give", "role": "unit_head", "unit": desk.office.pk})
    given = desk.alice.memberships.get(role="unit_head")

    client.post(page_of(desk.alice), {"action": "take", "membership": desk.alice.memberships.get(role="officer").pk})

    assert (roles(desk.alice), given.unit) == ({"unit_head"}, desk.office)
    assert set(desk.alice.events.values_list("kind", "actor")) == {
        ("role_given", desk.root.pk),
        ("role_taken", desk.root.pk),
    }


def test_it_keeps_the_last_administrator(desk: Desk):
    client, last = signed_in(desk.root), desk.root.memberships.get()

    client.post(page_of(desk.root), {"action": "take", "membership": last.pk})
    client.post(f"{page_of(desk.root)}leave/", {"action": "leave"})

    assert roles(desk.root) == {"admin"}
    a_person("second", desk.agency, Role.ADMIN)
    client.post(page_of(desk.root), {"action": "take", "membership": last.pk})
    assert roles(desk.root) == set()


def test_it_lets_nobody_go_whose_desk_is_not_empty(desk: Desk):
    ticket = log_ticket(desk, at=timezone.now(), officer=desk.alice)
    client, leave = signed_in(desk.root), f"{page_of(desk.alice)}leave/"

    client.post(leave, {"action": "leave"})
    assert roles(desk.alice) == {"officer"}
    client.post(leave, {"action": "hand_over", "to": f"{desk.unit.pk}:{desk.bob.pk}", "reason": "Nghỉ hưu."})
    client.post(leave, {"action": "leave"})

    assert Ticket.objects.get(pk=ticket.pk).officer == desk.bob
    assert roles(desk.alice) == set()


def test_it_tells_an_administrator_nothing_of_a_sealed_request_but_that_somebody_else_must_act(desk: Desk):
    """P13."""
    ticket = log_ticket(desk, at=timezone.now(), kind="harassment", officer=desk.alice)

    page = signed_in(desk.root).get(f"{page_of(desk.alice)}leave/")

    assert ticket.code not in page.text
    assert page.context["hidden"] == 1


def test_it_closes_every_way_in_of_who_left_and_keeps_what_they_did(desk: Desk):
    ticket = log_ticket(desk, at=timezone.now(), by=desk.lan)
    secret, client = tokens.issue(desk.lan, name="x", at=timezone.now()), signed_in(desk.lan)

    signed_in(desk.root).post(f"{page_of(desk.lan)}leave/", {"action": "leave"})

    assert client.get("/desk/").status_code == 302
    assert Client().get("/api/v1/tickets/", headers={"Authorization": f"Token {secret}"}).status_code == 401
    assert Ticket.objects.get(pk=ticket.pk).logged_by == desk.lan
    assert desk.lan in signed_in(desk.root).get(PEOPLE).context["people"]


def test_it_keeps_who_works_elsewhere_too_signed_in(desk: Desk):
    Membership.objects.create(user=desk.lan, agency=desk.other_agency, role=Role.AUDITOR)

    signed_in(desk.root).post(f"{page_of(desk.lan)}leave/", {"action": "leave"})

    assert User.objects.get(pk=desk.lan.pk).is_active
    assert roles(desk.lan) == {"auditor"}


@pytest.mark.parametrize("action", ["details", "invite", "reset", "sign_out"])
def test_it_lets_one_department_s_administrator_change_no_ways_in_of_who_works_in_two(desk: Desk, action: str):
    """An address set here would open, by a reset, what the person may do elsewhere."""
    Membership.objects.create(user=desk.lan, agency=desk.other_agency, role=Role.ADMIN)

    signed_in(desk.root).post(page_of(desk.lan), DAO | {"action": action})

    assert User.objects.get(pk=desk.lan.pk).email == "lan@so.example"
    assert not desk.lan.events.exists()


def test_it_shows_nobody_of_another_department(desk: Desk):
    assert signed_in(desk.root).get(page_of(desk.charlie)).status_code == 404


def test_it_uses_a_new_address_whatever_the_old_one_refused(desk: Desk):
    """N8."""
    User.objects.filter(pk=desk.alice.pk).update(email_failed_at=timezone.now())
    known = {"full_name": "Alice", "title": "", "email": "new@so.example", "phone": "", "language": "vi"}

    signed_in(desk.root).post(page_of(desk.alice), known | {"action": "details"})

    alice = User.objects.get(pk=desk.alice.pk)
    assert (alice.email, alice.email_failed_at) == ("new@so.example", None)


def test_it_refuses_a_circle_of_deputies(desk: Desk):
    """N3: of three, and only while they are away in the same time."""
    at = timezone.now()
    span = {"from_at": at, "to_at": at + timedelta(days=2)}
    presence.add_absence(desk.agency, user=desk.bob, deputy=desk.lan, **span)
    presence.add_absence(desk.agency, user=desk.lan, deputy=desk.alice, **span)

    with pytest.raises(ValidationError):
        presence.add_absence(desk.agency, user=desk.alice, deputy=desk.bob, **span)

    later = {name: moment + timedelta(days=3) for name, moment in span.items()}
    assert presence.add_absence(desk.agency, user=desk.alice, deputy=desk.bob, **later)


def test_it_adds_changes_and_removes_units_and_none_that_is_in_use(desk: Desk):
    client = signed_in(desk.root)
    new = {"name": "Phòng Mới", "name_en": "", "code": "PM", "kind": "division"}
    client.post("/settings/units/", new)
    made = Unit.objects.get(code="PM")

    client.post(f"/settings/units/{made.pk}/", new | {"name": "Phòng Khác"})
    assert Unit.objects.get(pk=made.pk).name == "Phòng Khác"
    client.post(f"/settings/units/{made.pk}/", {"action": "remove"})
    client.post(f"/settings/units/{desk.unit.pk}/", {"action": "remove"})

    assert set(Unit.objects.filter(agency=desk.agency)) == {desk.office, desk.unit}
    assert client.post("/settings/units/", new | {"code": "VP"}).status_code == 422


def test_it_changes_the_department_and_never_its_code(desk: Desk):
    known = {"name": "Sở Mới", "name_en": "", "short_name": "So Moi", "hotline": "", "email": "", "address": ""}

    signed_in(desk.root).post("/settings/agency/", known | {"code": "XXX"})

    desk.agency.refresh_from_db()
    assert (desk.agency.name, desk.agency.code) == ("Sở Mới", "SCT")


def test_it_switches_the_survey_s_invitation(desk: Desk):
    known = {"name": "Sở Mới", "name_en": "", "short_name": "So Moi", "hotline": "", "email": "", "address": ""}

    kept = []
    for ticked in ({}, {"invites_ratings": "on"}):
        signed_in(desk.root).post("/settings/agency/", known | ticked)
        desk.agency.refresh_from_db()
        kept.append(desk.agency.invites_ratings)

    assert kept == [False, True]


def test_it_lets_readers_look_and_change_nothing(desk: Desk):
    client = signed_in(desk.chief)

    assert client.get(page_of(desk.alice)).status_code == 200
    assert client.post(page_of(desk.alice), {"action": "take"}).status_code == 403


def test_it_manages_only_whom_it_administers_everywhere(desk: Desk):
    Membership.objects.create(user=desk.alice, agency=desk.other_agency, role=Role.AUDITOR)
    assert not staff.may_manage(desk.root, desk.alice)

    Membership.objects.create(user=desk.root, agency=desk.other_agency, role=Role.ADMIN)
    assert staff.may_manage(desk.root, desk.alice)
