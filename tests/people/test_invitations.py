"""Invitations: one person, once, until they expire; only a digest is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from requests_desk.people import tasks
from requests_desk.people.models import Invitation, PeopleEvent, User
from requests_desk.people.services import invitations
from tests.people.signing_in import NEW, link_in, log_in, sent_to
from tests.support.cast import Desk


@pytest.fixture
def dao(desk: Desk) -> User:
    return User.objects.create_user("dao", full_name="Đào Thị Mới", email="dao@so.example")


def invite(desk: Desk, user: User, **earlier: float) -> str:
    secret = invitations.issue(user, by=desk.root, at=timezone.now() - timedelta(**earlier))
    return invitations.url(secret).partition("/accounts/")[2]


def accept(path: str, password: str = NEW) -> Any:
    return Client().post(f"/accounts/{path}", {"password1": password, "password2": password})


def test_it_lets_the_invited_choose_a_password(desk: Desk, dao: User):
    path = invite(desk, dao)

    assert "Đào Thị Mới" in Client().get(f"/accounts/{path}").text
    accept(path)

    assert log_in(Client(), "dao", NEW).status_code == 302


def test_it_works_once(desk: Desk, dao: User):
    path = invite(desk, dao)
    accept(path)

    assert accept(path, "another-pass-word").status_code == 404
    assert log_in(Client(), "dao", NEW).status_code == 302


def test_it_expires(desk: Desk, dao: User):
    assert accept(invite(desk, dao, days=7, seconds=1)).status_code == 404


def test_it_is_replaced_by_the_next_one(desk: Desk, dao: User):
    old, new = invite(desk, dao), invite(desk, dao)

    assert accept(old).status_code == 404
    assert accept(new).status_code == 302


def test_it_opens_nothing_to_who_has_left(desk: Desk, dao: User):
    path = invite(desk, dao)
    User.objects.filter(pk=dao.pk).update(is_active=False)

    assert accept(path).status_code == 404


def test_it_keeps_a_digest_alone(desk: Desk, dao: User):
    path = invite(desk, dao)

    assert path.split("/")[1] not in str(list(Invitation.objects.values()))


def test_it_takes_no_weak_password(desk: Desk, dao: User):
    assert accept(invite(desk, dao), "dao").status_code == 422


def test_it_goes_by_mail_and_the_broker_carries_no_secret(desk: Desk, dao: User, worker: None):
    tasks.start(tasks.mail_invitation, user_id=dao.pk, by_id=desk.root.pk)

    (message,) = sent_to(dao)
    assert accept(link_in(message).removeprefix("/accounts/")).status_code == 302


def test_it_is_remembered_for_good(desk: Desk, dao: User):
    accept(invite(desk, dao))

    assert list(dao.events.order_by("pk").values_list("kind", "actor")) == [
        ("invited", desk.root.pk),
        ("accepted", dao.pk),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        PeopleEvent.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        PeopleEvent.objects.update(kind="left")
