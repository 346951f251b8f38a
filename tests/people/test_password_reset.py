"""A forgotten password: a link by mail, and no word on whose address it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from requests_desk.people import tasks
from requests_desk.people.models import User
from tests.people.signing_in import NEW, link_in, log_in, member, sent_to, with_app
from tests.support.cast import Desk

RESET = "/accounts/password/reset/"


def set_password(client: Client, path: str, password: str = NEW) -> Any:
    """Open the link and send the form behind it."""
    shown = client.get(path, follow=True)
    return client.post(shown.request["PATH_INFO"], {"password1": password, "password2": password}, follow=True)


def test_it_mails_a_link_that_sets_a_new_password(desk: Desk, worker: None):
    Client().post(RESET, {"email": desk.alice.email.upper()})

    (message,) = sent_to(desk.alice)
    set_password(Client(), link_in(message))

    assert log_in(Client(), "alice", NEW).status_code == 302


def test_it_answers_alike_whether_the_address_is_known_or_not(desk: Desk, worker: None):
    answers = [Client().post(RESET, {"email": email}) for email in (desk.alice.email, "stranger@so.example")]

    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert [message.to for message in mail.outbox] == [[desk.alice.email]]


def test_it_finds_nothing_out_while_the_page_waits(desk: Desk, django_assert_num_queries: Any, monkeypatch: Any):
    """Not even the time it takes tells: the same work is done for every address."""
    asked: list[Any] = []
    monkeypatch.setattr(tasks.mail_reset, "apply_async", lambda **sent: asked.append(sent))

    with django_assert_num_queries(0):
        Client().post(RESET, {"email": desk.alice.email})

    assert asked == [{"kwargs": {"email": desk.alice.email, "language": "vi"}}]


def test_it_works_once(desk: Desk, worker: None):
    Client().post(RESET, {"email": desk.alice.email})
    path = link_in(sent_to(desk.alice)[0])
    set_password(Client(), path)

    again = Client().get(path, follow=True)

    assert "Đường dẫn không còn hiệu lực" in again.text


@pytest.mark.parametrize("changes", [{"is_active": False}, {"password": "!unusable"}, {"email": ""}])
def test_it_sends_no_link_to_who_may_not_sign_in_by_a_password(desk: Desk, worker: None, changes: dict[str, Any]):
    User.objects.filter(pk=desk.alice.pk).update(**changes)

    Client().post(RESET, {"email": desk.alice.email})

    assert mail.outbox == []


def test_it_leaves_the_second_step_and_ends_other_sessions(desk: Desk, worker: None):
    old = member(desk.alice)
    with_app(desk.alice)
    Client().post(RESET, {"email": desk.alice.email})
    set_password(Client(), link_in(sent_to(desk.alice)[0]))

    assert log_in(Client(), "alice", NEW)["Location"] == "/accounts/2fa/authenticate/"
    assert old.get("/desk/").status_code == 302


def test_it_tells_the_owner_that_the_password_changed(desk: Desk, worker: None):
    Client().post(RESET, {"email": desk.alice.email})
    set_password(Client(), link_in(sent_to(desk.alice)[0]))

    assert "Mật khẩu của Ông/Bà vừa được đặt lại" in sent_to(desk.alice)[1].body


def test_it_writes_in_the_language_the_page_was_read_in(desk: Desk, worker: None):
    Client().post(f"{RESET}?lang=en", {"email": desk.alice.email})

    assert sent_to(desk.alice)[0].subject == "A new password"


def test_it_fails_no_page_while_the_broker_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    def away(**_sent: Any) -> None:
        raise tasks.OperationalError

    monkeypatch.setattr(tasks.mail_reset, "apply_async", away)

    assert Client().post(RESET, {"email": desk.alice.email}).status_code == 302
